package speedtest

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// service plays speedtest.net and one of its servers.
func service(t *testing.T) Config {
	t.Helper()
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	mux.HandleFunc("/config", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<settings><client ip="192.0.2.1" isp="Example ISP" lat="43.7" lon="10.4"/></settings>`)
	})
	mux.HandleFunc("/servers", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `<settings><servers><server url="http://127.0.0.1:1/speedtest/upload.php" lat="43.8" lon="11.2"/>`+
			`<server url="%s/speedtest/upload.php" lat="45.5" lon="9.2"/></servers></settings>`, s.URL)
	})
	mux.HandleFunc("/speedtest/latency.txt", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "test=test\n") })
	mux.HandleFunc("/speedtest/"+downloadFile, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) })
	mux.HandleFunc("/speedtest/upload.php", func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	return Config{ConfigURL: s.URL + "/config", ServersURL: s.URL + "/servers", Duration: 100 * time.Millisecond}
}

func TestRun(t *testing.T) {
	t.Parallel()
	c := service(t)
	r, err := Run(context.Background(), c)
	if err != nil || r.ISP != "Example ISP" || r.IP != "192.0.2.1" || math.Abs(r.Distance-220) > 10 || r.Latency <= 0 || r.Download <= 0 || r.Upload <= 0 {
		t.Errorf("%+v %v", r, err)
	}
	bad := c
	bad.ServersURL = c.ConfigURL
	if r, err := Run(context.Background(), bad); err == nil {
		t.Errorf("no servers: %+v", r)
	}
	bad.ConfigURL = "http://127.0.0.1:1/"
	if r, err := Run(context.Background(), bad); err == nil {
		t.Errorf("nobody there: %+v", r)
	}
}
