package userchecks

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"ntopgo/bindings"
	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/lua"
	"ntopgo/compat/prefs"
	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/iface"
	"ntopgo/engine/network"
	"ntopgo/engine/recipients"
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

// capturedDNS is a capture of one question and its answer.
func capturedDNS(t *testing.T) string {
	t.Helper()
	var buf bytes.Buffer
	w, err := capture.NewWriter(&buf, decode.LinkEthernet, false, 65535)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	question := []layers.DNSQuestion{{Name: []byte("example.com"), Type: layers.DNSTypeA, Class: layers.DNSClassIN}}
	for n, d := range []*layers.DNS{{ID: 1, RD: true, Questions: question}, {ID: 1, QR: true, RD: true, Questions: question}} {
		src, dst, sport, dport := "192.168.1.10", "8.8.8.8", 40000, 53
		if d.QR {
			src, dst, sport, dport = dst, src, dport, sport
		}
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: net.ParseIP(src), DstIP: net.ParseIP(dst)}
		udp := &layers.UDP{SrcPort: layers.UDPPort(sport), DstPort: layers.UDPPort(dport)}
		_ = udp.SetNetworkLayerForChecksum(ip)
		eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
		out := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(out, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, eth, ip, udp, d); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(at.Add(time.Duration(n)*time.Millisecond).UnixNano(), out.Bytes(), len(out.Bytes())); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), "dns.pcap")
	if err := os.WriteFile(name, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const bothOn = `{"config":{"flow":{"custom_lua_script":{"all":{"enabled":true,"script_conf":{}}}},
	"host":{"custom_host_lua_script":{"min":{"enabled":true}},"other":[]}}}`

// start runs the given scripts on the capture and returns what they cause.
func start(t *testing.T, config string, scripts map[string]string) (*bindings.Env, *Checks, *lines) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range scripts {
		path := filepath.Join(dir, filepath.FromSlash(name))
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
	if err := kv.Set(configKey, config); err != nil {
		t.Fatal(err)
	}
	pr, err := prefs.New(kv)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := dpi.New(dpi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	env := &bindings.Env{TreeYear: 2024, Started: time.Now(), KV: kv, Prefs: pr, Layout: &layout.Layout{CallbacksDir: dir},
		Log: log, DPI: engine, Nets: nets, Recipients: recipients.New()}
	env.Recipients.Register(0, recipients.Filter{})
	rt, err := lua.NewRuntime(lua.Config{Namespaces: bindings.Namespaces(env)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	checks := New(0, Config{FlowPeriod: time.Hour, HostPeriod: time.Millisecond, Tick: 5 * time.Millisecond}, Deps{Env: env, Lua: rt})
	src, err := capture.Open(capturedDNS(t), capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	i, err := iface.New(iface.Config{Shards: 1, OnFlow: checks.OnFlow}, iface.Deps{Source: src, DPI: engine, Nets: nets})
	if err != nil {
		t.Fatal(err)
	}
	env.Ifaces = []*iface.Interface{i}
	ctx, stop := context.WithCancel(context.Background())
	i.Start(ctx)
	done := make(chan struct{})
	go func() { checks.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done; _ = i.Close() })
	return env, checks, log
}

// dequeue waits for the next alert of the recipient that is registered.
func dequeue(t *testing.T, env *bindings.Env, log *lines) recipients.Notification {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if n, ok := env.Recipients.Dequeue(0, time.Now()); ok {
			return n
		}
	}
	t.Fatalf("no alert:\n%s", log)
	return recipients.Notification{}
}

func TestFlowScriptRaisesAlert(t *testing.T) {
	t.Parallel()
	env, _, log := start(t, bothOn, map[string]string{recognisedScript: `
		runs = (runs or 0) + 1
		if flow.l7_proto_name() == "DNS" then flow.triggerAlert(60, "asked by " .. flow.cli() .. " run " .. runs) end
		return(0)`})
	n := dequeue(t, env, log)
	for _, want := range []string{`"alert_id":87`, `asked by 192.168.1.10 run 1`, `"score":60`, `"srv_ip":"8.8.8.8"`, `"action":"store"`,
		`"alerts_map":"8000000000000000000000"`} {
		if !strings.Contains(n.Alert, want) {
			t.Errorf("no %s in %s", want, n.Alert)
		}
	}
}

func TestHostScriptEngagesAndReleases(t *testing.T) {
	t.Parallel()
	env, _, log := start(t, bothOn, map[string]string{hostScript: `
		seen = (seen or {})
		if host.is_local() then
			seen[host.ip()] = (seen[host.ip()] or 0) + 1
			if seen[host.ip()] < 3 then host.triggerAlert(40, "first " .. tostring(host.isFirstCheckRun())) end
		end
		return(0)`})
	if n := dequeue(t, env, log); !strings.Contains(n.Alert, `"action":"engage"`) || !strings.Contains(n.Alert, "first true") ||
		!strings.Contains(n.Alert, `"entity_val":"192.168.1.10@0"`) {
		t.Errorf("engaged: %s", n.Alert)
	}
	if n := dequeue(t, env, log); !strings.Contains(n.Alert, `"action":"release"`) {
		t.Errorf("released: %s", n.Alert)
	}
}

func TestScriptsRunOnlyWhenTurnedOn(t *testing.T) {
	t.Parallel()
	env, _, log := start(t, `{"config":{"flow":[],"host":{"custom_host_lua_script":{"min":{"enabled":true}}}}}`, map[string]string{
		recognisedScript: `flow.triggerAlert(1, "must not run")`,
		hostScript:       `if host.is_local() then host.triggerAlert(2, "runs") end`})
	if n := dequeue(t, env, log); !strings.Contains(n.Alert, "runs") {
		t.Errorf("%s", n.Alert)
	}
	if n, ok := env.Recipients.Dequeue(0, time.Now()); ok {
		t.Errorf("another alert: %s", n.Alert)
	}
}

func TestFailingScriptIsGivenUp(t *testing.T) {
	t.Parallel()
	_, _, log := start(t, bothOn, map[string]string{hostScript: `error("broken")`})
	for end := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "is not run any more"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not given up:\n%s", log)
		}
	}
	if n := strings.Count(log.String(), "broken"); n != maxFailures {
		t.Errorf("%d failures in the log", n)
	}
}
