package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/iface"
	"ntopgo/engine/mac"
	"ntopgo/engine/network"
)

func testNames(t *testing.T) *Names {
	t.Helper()
	e, err := dpi.New(dpi.Config{TableYear: 2024})
	if err != nil {
		t.Fatal(err)
	}
	return &Names{DPI: e, Instance: "test", Place: func(a netip.Addr) (string, float64, float64) {
		if a.IsPrivate() {
			return "", 0, 0
		}
		return "IT", 10.5, 43.5
	}, Score: func(*flow.Flow) int { return 30 }}
}

func report(packets uint64) *flow.Report {
	return &flow.Report{Src: netip.MustParseAddr("192.168.1.10"), Dst: netip.MustParseAddr("203.0.113.5"), SrcPort: 40000, DstPort: 80, Proto: 6, VLAN: 3,
		SrcMAC: mac.Addr{2, 0, 0, 0, 0, 1}, DstMAC: mac.Addr{2, 0, 0, 0, 0, 2}, First: 1700000000e9, Last: 1700000009e9, Arrived: time.Now().UnixNano(),
		Up:     flow.Reported{Traffic: counters.Traffic{Packets: packets, Bytes: 100 * packets}, TCPFlags: 0x1a, Retransmissions: 1},
		Down:   flow.Reported{Traffic: counters.Traffic{Packets: 2 * packets, Bytes: 1000 * packets}, TCPFlags: 0x1a},
		Result: dpi.Result{App: 7}, ClientLatency: 1500000,
		Meta: dpi.Metadata{HostName: "example.com", HTTPMethod: "GET", HTTPURL: "example.com/x", HTTPStatus: 200, HTTPServer: "srv"},
		Origin: flow.Origin{Exporter: netip.MustParseAddr("10.0.0.1"), More: `{"A":1}`, HasAgent: true,
			Client: flow.Agent{Process: &flow.Process{PID: 5, Name: "curl"}, Container: &flow.Container{ID: "c", Docker: true, Name: "web"}}}}
}

// rig is an exporter with a sink that keeps what it is sent, and an interface.
type rig struct {
	*Exporter
	i    *iface.Interface
	mu   sync.Mutex
	got  []map[string]any
	fail bool
	now  time.Time
}

func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	n := testNames(t)
	r := &rig{now: time.Now()}
	sink := &Sink{Name: "test", Format: n.Generic, Batch: 10, Delay: time.Millisecond, Send: func(_ context.Context, batch [][]byte) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.fail {
			return errors.New("down")
		}
		for _, text := range batch {
			var o map[string]any
			if err := json.Unmarshal(text, &o); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			r.got = append(r.got, o)
		}
		return nil
	}}
	cfg := Config{Sinks: []*Sink{sink}, Now: func() time.Time { return r.now }}
	if change != nil {
		change(&cfg)
	}
	r.Exporter = New(cfg)
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.i, err = iface.New(iface.Config{ID: 4, Shards: 1, OnFlow: r.OnFlow(4, "x")}, iface.Deps{Source: capture.NewSilent(capture.Info{Name: "x", Kind: capture.KindZMQ}), DPI: n.DPI, Nets: nets})
	if err != nil {
		t.Fatal(err)
	}
	r.Watch(r.i)
	return r
}

func (r *rig) sent() []map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got
}

// TestPartsOfAFlow sends a flow that lasts, then what it gained, then nothing.
func TestPartsOfAFlow(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.i.Collect(report(10))
	r.pass(r.i, r.now.UnixNano())
	r.pass(r.i, r.now.UnixNano()) // too early for more
	await(t, func() bool { return len(r.sent()) == 1 && len(r.in) == 0 })
	more := report(5)
	more.Last += 60e9
	r.i.Collect(more)
	_ = r.i.Close()
	r.Close()
	list := r.sent()
	if len(list) != 2 {
		t.Fatalf("%d were sent, want 2: %v", len(list), list)
	}
	for n, want := range []string{"10 1000 20 10000 1.7e+09 1.700000009e+09", "5 500 10 5000 1.700000009e+09 1.700000069e+09"} {
		o := list[n]
		if got := fmt.Sprint(o["IN_PKTS"], o["IN_BYTES"], o["OUT_PKTS"], o["OUT_BYTES"], o["FIRST_SWITCHED"], o["LAST_SWITCHED"]); got != want {
			t.Errorf("part %d: %s, want %s", n, got, want)
		}
	}
	if s, ok := r.Stats("test", 4); !ok || s.Sent != 2 || s.Dropped != 0 {
		t.Errorf("%+v %t", s, ok)
	}
	if _, ok := r.Stats("nobody", 4); ok {
		t.Error("there is no such sink")
	}
}

func await(t *testing.T, ready func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ready(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come")
		}
	}
}

func TestGeneric(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.i.Collect(report(10))
	_ = r.i.Close()
	r.Close()
	o := r.sent()[0]
	for key, want := range map[string]any{"IPV4_SRC_ADDR": "192.168.1.10", "IPV4_DST_ADDR": "203.0.113.5", "L4_SRC_PORT": 40000.0, "L4_DST_PORT": 80.0, "PROTOCOL": 6.0,
		"L7_PROTO": 7.0, "L7_PROTO_NAME": "HTTP", "SRC_VLAN": 3.0, "TCP_FLAGS": 26.0, "IN_RETRANSMISSIONS": 1.0, "CLIENT_NW_LATENCY_MS": 1.5,
		"HTTP_HOST": "example.com", "HTTP_URL": "example.com/x", "HTTP_METHOD": "GET", "HTTP_RET_CODE": 200.0, "HTTP_SITE": "srv",
		"EXPORTER_IPV4_ADDRESS": "10.0.0.1", "DST_IP_COUNTRY": "IT", "L7_RISK_SCORE": 30.0, "SRC_IP_COUNTRY": nil, "IN_SRC_MAC": nil} {
		if o[key] != want {
			t.Errorf("%s is %v, want %v", key, o[key], want)
		}
	}
	if s := fmt.Sprint(o["json"], o["CLIENT_CONTAINER"], o["CLIENT_PROCESS"].(map[string]any)["NAME"]); s != "map[A:1] map[DOCKER_NAME:web ID:c]curl" {
		t.Error(s)
	}
	if id, _ := o["COMMUNITY_ID"].(string); !strings.HasPrefix(id, "1:") {
		t.Errorf("community id %q", id)
	}
}

func TestLeftOut(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"unwanted":    func(c *Config) { c.Wanted = func(ifid int) bool { return ifid != 4 } },
		"few packets": func(c *Config) { c.Small = func() (uint64, uint64) { return 30, 0 } },
		"few bytes":   func(c *Config) { c.Small = func() (uint64, uint64) { return 0, 11000 } },
	} {
		r := newRig(t, change)
		r.i.Collect(report(10))
		_ = r.i.Close()
		r.Close()
		if list := r.sent(); len(list) != 0 {
			t.Errorf("%s: %v", name, list)
		}
	}
	r := newRig(t, func(c *Config) { c.Small = func() (uint64, uint64) { return 29, 10999 } })
	r.fail = true
	r.i.Collect(report(10))
	_ = r.i.Close()
	r.Close()
	if s, _ := r.Stats("", 4); s.Dropped != 1 || s.Sent != 0 {
		t.Errorf("%+v", s)
	}
}

// elasticServer keeps what is written to it.
type elasticServer struct {
	mu       sync.Mutex
	version  string
	requests []string
	down     bool
}

func (e *elasticServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	user, password, _ := r.BasicAuth()
	body, _ := io.ReadAll(r.Body)
	if user != "u" || password != "p:q" || e.down {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.URL.Path == "/" {
		fmt.Fprintf(w, `{"version":{"number":%q}}`, e.version)
		return
	}
	e.requests = append(e.requests, r.URL.Path+" "+string(body))
	fmt.Fprint(w, `{"errors":false}`)
}

func TestElastic(t *testing.T) {
	t.Parallel()
	for version, action := range map[string]string{"5.6.5": `{"index":{"_index":"ntopng-%s","_type":"doc"}}`, "7.1": `{"index":{"_index":"ntopng-%s","_type":"_doc"}}`,
		"8.2": `{"index":{"_index":"ntopng-%s"}}`} {
		server := &elasticServer{version: version}
		web := httptest.NewServer(server)
		defer web.Close()
		e, err := ParseElastic("doc;ntopng-%Y.%m.%d;" + web.URL + "/_bulk;u:p:q")
		if err != nil {
			t.Fatal(err)
		}
		e.Template = func(v int) []byte { return fmt.Appendf(nil, "template %d", v) }
		r := newRig(t, func(c *Config) { c.Sinks = []*Sink{e.Sink(testNames(t), t.Logf)} })
		day := time.Now().UTC().Format("2006.01.02")
		r.i.Collect(report(10))
		_ = r.i.Close()
		r.Close()
		if s, ok := r.Stats("es", 4); !ok || s.Sent != 1 || len(server.requests) != 2 || server.requests[0] != "/_template/ntopng_template template "+version[:1] {
			t.Fatalf("%+v, %q", s, server.requests)
		}
		lines := strings.Split(strings.TrimPrefix(server.requests[1], "/_bulk "), "\n")
		if len(lines) != 3 || lines[0] != fmt.Sprintf(action, day) && day == time.Now().UTC().Format("2006.01.02") {
			t.Errorf("%q", lines)
		}
		var o struct {
			Time   string `json:"@timestamp"`
			Type   string
			Client struct {
				IP, Mac string
				Local   bool `json:"is_local"`
				Bytes   int
				Port    int
				Latency float64
			}
			Server struct {
				Geo struct {
					Country string `json:"country_name"`
				}
			}
			Network struct {
				Protocol, Exporter, Type string
				First                    int64 `json:"first_seen"`
			}
			HTTP  map[string]any
			Event map[string]any
		}
		if err := json.Unmarshal([]byte(lines[1]), &o); err != nil {
			t.Fatal(err)
		}
		if o.Time != "2023-11-14T22:13:29.0Z" || o.Type != "doc" || o.Client.IP != "192.168.1.10" || !o.Client.Local || o.Client.Bytes != 1000 || o.Client.Port != 40000 ||
			o.Client.Latency != 1.5 || o.Client.Mac != "02:00:00:00:00:01" || o.Server.Geo.Country != "IT" || o.Network.Protocol != "HTTP" || o.Network.Exporter != "10.0.0.1" ||
			o.Network.First != 1700000000 || o.HTTP["request.method"] != "GET" || o.Event["risk_score"] != 30.0 {
			t.Errorf("%+v\n%s", o, lines[1])
		}
	}
}

func TestElasticDown(t *testing.T) {
	t.Parallel()
	server := &elasticServer{version: "8", down: true}
	web := httptest.NewServer(server)
	defer web.Close()
	e, err := ParseElastic("doc;n;" + web.URL + "/_bulk")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	r := newRig(t, func(c *Config) {
		c.Sinks = []*Sink{e.Sink(testNames(t), func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) })}
	})
	r.i.Collect(report(10))
	_ = r.i.Close()
	r.Close()
	if s, _ := r.Stats("es", 4); s.Dropped != 1 || s.Sent != 0 || len(lines) != 1 || !strings.Contains(lines[0], "401") {
		t.Errorf("%+v %q", s, lines)
	}
	for _, text := range []string{"", "a;b", "a;b;nonsense", "a;b;ftp://h/", ";b;http://h/"} {
		if _, err := ParseElastic(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestStrftime(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)
	if got := strftime("n-%Y.%m.%d_%y%H%M%S-%j-%V-%F-%%Y", at); got != "n-2024.02.03_24040506-034-05-2024-02-03-%Y" {
		t.Error(got)
	}
}
