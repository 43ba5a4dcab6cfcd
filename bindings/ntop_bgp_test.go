package bindings

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/go-zeromq/zmq4"

	"ntopgo/engine/speedtest"
)

func TestBGPBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	t.Cleanup(w.env.Close)
	w.check("no server", `p(ntop.ribFind("198.51.100.1"), ntop.startPollingBGPPrefixChanges())`, "nil nil;")
	rib := miniredis.RunT(t)
	if err := rib.Server().Register("FINDALL", func(c *server.Peer, _ string, args []string) {
		if args[0] == "198.51.100.1" {
			c.WriteBulk("198.51.100.0/24 via 64500")
		} else {
			c.WriteNull()
		}
	}); err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"ip_address": rib.Host(), "port": rib.Port()} {
		if err := w.env.KV.Set("ntopng.prefs.bgp_server."+k, v); err != nil {
			t.Fatal(err)
		}
	}
	w.check("routes", `p(ntop.ribFind("198.51.100.1"), ntop.ribFind("192.0.2.1"), ntop.ribFind(nil))`, "198.51.100.0/24 via 64500 nil nil;")

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pub := zmq4.NewPub(ctx)
	if err := pub.Listen("tcp://127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pub.Close() }()
	w.check("subscribed", fmt.Sprintf(`p(ntop.startPollingBGPPrefixChanges("tcp://127.0.0.1:1"), ntop.startPollingBGPPrefixChanges("tcp://%s"))`, pub.Addr()), "nil nil;")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if err := pub.Send(zmq4.NewMsgString(`prefix_change {"prefix":"192.0.2.0/24"}`)); err != nil {
			t.Fatal(err)
		}
		if n, _ := w.env.KV.LLen("ntopng.bgp.queue.updates"); n > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no change arrived")
		}
	}
	w.check("changes", `p(ntop.lpopCache("ntopng.bgp.queue.updates"))`, `{"prefix":"192.0.2.0/24"};`)
}

func TestSpeedTestBinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	defer s.Close()
	for path, text := range map[string]string{"/config": `<settings><client ip="192.0.2.1" isp="ISP" lat="1" lon="1"/></settings>`,
		"/servers":       `<settings><servers><server url="` + s.URL + `/t/upload.php" lat="1" lon="1"/></servers></settings>`,
		"/t/latency.txt": "test=test", "/t/random4000x4000.jpg": string(make([]byte, 1<<16))} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	}
	mux.HandleFunc("/t/upload.php", func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	w.env.speed.config = speedtest.Config{ConfigURL: s.URL + "/config", ServersURL: s.URL + "/servers", Duration: 50 * time.Millisecond}
	w.check("measured", `local r = ntop.speedtest("x") p(r:match('"client.isp":"ISP"') ~= nil, tonumber(r:match('"download.speed":([%d.]+)')) > 0,
tonumber(r:match('"upload.speed":([%d.]+)')) > 0, ntop.hasSpeedtestSupport())`, "true true true true;")
	w.env.speed.config.ServersURL = s.URL + "/config"
	w.check("no servers", `p(ntop.speedtest())`, "nil;")
	w.env.Options.Offline = true
	w.check("offline", `p(ntop.speedtest())`, "nil;")
}

func TestElasticsearchBinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("none", `p(ntop.elasticsearchConnection())`, "nil;")
	w.env.Options.DumpFlows = "es;ntopng;ntopng-%Y.%m.%d;http://localhost:9200/_bulk;user:pwd"
	w.check("with -F", `p(ntop.elasticsearchConnection("x"))`, "{host=http://localhost:9200 password=pwd url=http://localhost:9200/_bulk user=user};")
	w.env.Options.DumpFlows = "es;ntopng"
	w.check("half of it", `p(ntop.elasticsearchConnection())`, "nil;")
}
