package logscripts

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ntopgo/bindings"
	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/lua"
	"ntopgo/compat/prefs"
	"ntopgo/engine/capture"
	"ntopgo/engine/dpi"
	"ntopgo/engine/iface"
	"ntopgo/engine/network"
)

type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Logf(_ int, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.b, format+"\n", args...)
}
func (l *lines) LogAt(level int, _ string, _ int, text string) { l.Logf(level, "%s", text) }
func (l *lines) Level() int                                    { return 2 }
func (l *lines) SetLevel(int)                                  {}
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// rig is a handler whose tree has the given script.
func rig(t *testing.T, text string) (*Handler, *iface.Interface, keyvalue.Store, *lines) {
	t.Helper()
	dir := t.TempDir()
	if text != "" {
		path := filepath.Join(dir, "system", "syslog.lua")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kv, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kv.Close() })
	pr, err := prefs.New(kv)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := dpi.New(dpi.Config{TableYear: 2024})
	if err != nil {
		t.Fatal(err)
	}
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := iface.New(iface.Config{ID: 3, Shards: 1}, iface.Deps{Source: capture.NewSilent(capture.Info{Name: "syslog://", Kind: capture.KindSyslog}), DPI: engine, Nets: nets})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.Close() })
	log := &lines{}
	env := &bindings.Env{TreeYear: 2024, KV: kv, Prefs: pr, Layout: &layout.Layout{CallbacksDir: dir}, Log: log, DPI: engine, Nets: nets, Ifaces: []*iface.Interface{i}}
	rt, err := lua.NewRuntime(lua.Config{Namespaces: bindings.Namespaces(env), Print: func(*lua.Call) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	for host, name := range map[string]string{"FW1": "firewall", "10.0.0.5": "proxy", "*": "other"} {
		if err := kv.HSet("ntopng.syslog.ifid_3.producers_map", host, name); err != nil {
			t.Fatal(err)
		}
	}
	return New(3, Deps{env, rt}), i, kv, log
}

const remember = `
function setup() ntop.lpushCache("calls", "setup " .. interface.getId()) end
function handleEvent(name, message, host, priority)
  ntop.lpushCache("calls", name .. "|" .. message .. "|" .. host .. "|" .. priority)
  if message == "flow" then interface.processFlow({src_ip = "192.168.1.7", dst_ip = "8.8.8.8", l4_proto = "TCP", src_port = 1000, dst_port = 22, in_pkts = 1, in_bytes = 60}) end
  if message == "fail" then error("broken") end
end`

func TestHandler(t *testing.T) {
	t.Parallel()
	h, i, kv, log := rig(t, remember)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { h.Run(ctx); close(done) }()
	from := netip.MustParseAddr("10.0.0.9")
	for _, text := range []string{"<13>Apr 2 19:26:07 fw1 app[7]: flow", "x;10.0.0.5; <14>Apr 2 19:26:07 r app: b", "<15>Apr 2 19:26:07 r Suricata[1]: c", `{"d":1}`, "nonsense",
		"<189>date=1", "<1>app: fail", "<2>app: again"} {
		h.Line(text, from)
	}
	want := []string{"setup 3", "firewall|flow|10.0.0.9|13", "proxy|b|10.0.0.5|14", "suricata|c|10.0.0.9|15", `other|{"d":1}|10.0.0.9|0`, "fortinet|date=1|10.0.0.9|189",
		"app|fail|10.0.0.9|1", "setup 3", "app|again|10.0.0.9|2"}
	var got []string
	for end := time.Now().Add(10 * time.Second); len(got) < len(want) && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var err error
		if got, err = kv.LRange("calls", 0, -1); err != nil {
			t.Fatal(err)
		}
	}
	for k := range got { // pushed at the front
		if k < len(want) && got[len(got)-1-k] != want[k] {
			t.Errorf("call %d: %s, want %s", k, got[len(got)-1-k], want[k])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d calls, want %d: %q", len(got), len(want), got)
	}
	if events, malformed, dropped := h.Stats(); events != 7 || malformed != 1 || dropped != 0 {
		t.Errorf("%d events, %d malformed, %d dropped", events, malformed, dropped)
	}
	if f, n := i.Flows(iface.FlowQuery{}); n != 1 || f[0].Client.String() != "192.168.1.7" {
		t.Errorf("%d flows", n)
	}
	if !strings.Contains(log.String(), "broken") {
		t.Errorf("log %q", log.String())
	}
	cancel()
	<-done
	if err := kv.HSet("ntopng.syslog.ifid_3.producers_map", "10.0.0.9", "mine"); err != nil {
		t.Fatal(err)
	}
	h.Reload()
	if p := h.producers["10.0.0.9"]; p != "mine" {
		t.Errorf("after the reload %q", p)
	}
}

// TestNoScript takes lines for a tree that has no script for them.
func TestNoScript(t *testing.T) {
	t.Parallel()
	h, _, _, _ := rig(t, "")
	h.serve(context.Background(), line{"<1>a: b", netip.MustParseAddr("10.0.0.9")})
	for range maxWaiting + 3 {
		h.Line("x", netip.Addr{})
	}
	if events, _, dropped := h.Stats(); events != 1 || dropped != 3 {
		t.Errorf("%d events, %d dropped", events, dropped)
	}
}
