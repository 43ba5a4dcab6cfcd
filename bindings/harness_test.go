package bindings

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/lua"
	"ntopgo/compat/prefs"
	"ntopgo/compat/users"
	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/geo"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
	"ntopgo/engine/network"
	"ntopgo/engine/oui"
	"ntopgo/engine/recipients"
	"ntopgo/engine/store/sqlite"
)

// The hosts of the test capture: two local ones, a router's card, and two remote
// ones behind it.
const (
	clientIP, serverIP = "192.168.1.10", "192.168.1.20"
	dnsIP, webIP       = "8.8.8.8", "203.0.113.5"
	clientMAC          = "02:00:01:00:00:0a"
	serverMAC          = "02:00:02:00:00:14"
	routerMAC          = "02:00:03:00:00:01"
)

var capturedAt = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)

// trace builds a capture file frame by frame, 10 ms apart.
type trace struct {
	t *testing.T
	w *capture.Writer
	n int
}

func (p *trace) frame(from, to string, ip []byte) {
	p.t.Helper()
	src, _ := net.ParseMAC(from)
	dst, _ := net.ParseMAC(to)
	frame := append(append(append([]byte{}, dst...), src...), 8, 0)
	frame = append(frame, ip...)
	if err := p.w.Write(capturedAt.Add(time.Duration(p.n)*10*time.Millisecond).UnixNano(), frame, len(frame)); err != nil {
		p.t.Fatal(err)
	}
	p.n++
}

func packet(t *testing.T, src, dst string, l4 gopacket.SerializableLayer, payload string) []byte {
	t.Helper()
	ip := &layers.IPv4{Version: 4, TTL: 64, SrcIP: net.ParseIP(src), DstIP: net.ParseIP(dst)}
	switch l := l4.(type) {
	case *layers.TCP:
		ip.Protocol = layers.IPProtocolTCP
		_ = l.SetNetworkLayerForChecksum(ip)
	case *layers.UDP:
		ip.Protocol = layers.IPProtocolUDP
		_ = l.SetNetworkLayerForChecksum(ip)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, l4,
		gopacket.Payload(payload)); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// http is one request and its answer over a new connection.
func (p *trace) http(dst, dstMAC string, sport uint16, host string) {
	p.t.Helper()
	up := func(seq, ack uint32, syn, isAck bool, data string) {
		p.frame(clientMAC, dstMAC, packet(p.t, clientIP, dst, &layers.TCP{SrcPort: layers.TCPPort(sport), DstPort: 80,
			Seq: seq, Ack: ack, SYN: syn, ACK: isAck, PSH: data != "", Window: 65535}, data))
	}
	down := func(seq, ack uint32, syn bool, data string) {
		p.frame(dstMAC, clientMAC, packet(p.t, dst, clientIP, &layers.TCP{SrcPort: 80, DstPort: layers.TCPPort(sport),
			Seq: seq, Ack: ack, SYN: syn, ACK: true, PSH: data != "", Window: 65535}, data))
	}
	get := "GET / HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: test\r\n\r\n"
	answer := "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
	up(1000, 0, true, false, "")
	down(5000, 1001, true, "")
	up(1001, 5001, false, true, "")
	up(1001, 5001, false, true, get)
	down(5001, 1001+uint32(len(get)), false, answer)
	up(1001+uint32(len(get)), 5001+uint32(len(answer)), false, true, "")
}

func (p *trace) dns(name string) {
	p.t.Helper()
	q := &layers.DNS{ID: 7, RD: true, Questions: []layers.DNSQuestion{{Name: []byte(name), Type: layers.DNSTypeA, Class: layers.DNSClassIN}}}
	a := &layers.DNS{ID: 7, QR: true, RD: true, RA: true, Questions: q.Questions, Answers: []layers.DNSResourceRecord{{
		Name: []byte(name), Type: layers.DNSTypeA, Class: layers.DNSClassIN, TTL: 60, IP: net.ParseIP(webIP)}}}
	text := func(l *layers.DNS) string {
		buf := gopacket.NewSerializeBuffer()
		if err := l.SerializeTo(buf, gopacket.SerializeOptions{FixLengths: true}); err != nil {
			p.t.Fatal(err)
		}
		return string(buf.Bytes())
	}
	p.frame(clientMAC, routerMAC, packet(p.t, clientIP, dnsIP, &layers.UDP{SrcPort: 40000, DstPort: 53}, text(q)))
	p.frame(routerMAC, clientMAC, packet(p.t, dnsIP, clientIP, &layers.UDP{SrcPort: 53, DstPort: 40000}, text(a)))
}

// world is an environment with one interface that has read the test capture,
// and a runtime with every binding.
type world struct {
	t    *testing.T
	env  *Env
	rt   *lua.Runtime
	log  *logLines
	file string
	// unseen says that what scripts call does not count as tried.
	unseen bool
}

// logLines keeps what was logged.
type logLines struct {
	mu    sync.Mutex
	lines []string
}

func (l *logLines) Logf(level int, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf("%d ", level)+fmt.Sprintf(format, args...))
}
func (l *logLines) LogAt(level int, _ string, _ int, text string) { l.Logf(level, "%s", text) }
func (l *logLines) Level() int                                    { return 2 }
func (l *logLines) SetLevel(int)                                  {}

func (l *logLines) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(strings.Join(l.lines, "\n"), text)
}

const testSchema = "CREATE TABLE IF NOT EXISTS host_alerts (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ip TEXT, score INTEGER, label TEXT NULL);"

// setup is what a world has before its interface reads.
type setup struct {
	geo     *geo.DB
	members [][2]string // sets of the store: key and member
}

// newWorld reads the test capture. A tree of 2024 is served unless year says
// otherwise.
func newWorld(t *testing.T, year int, before ...func(*setup)) *world {
	t.Helper()
	with := &setup{}
	for _, f := range before {
		f(with)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "test.pcap")
	var buf bytes.Buffer
	w, err := capture.NewWriter(&buf, decode.LinkEthernet, false, 65535)
	if err != nil {
		t.Fatal(err)
	}
	p := &trace{t: t, w: w}
	p.dns("www.example.com")
	p.http(serverIP, serverMAC, 40001, "intranet.example.com")
	p.http(webIP, routerMAC, 40002, "www.example.com")
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	engine, err := dpi.New(dpi.Config{TableYear: year})
	if err != nil {
		t.Fatal(err)
	}
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		t.Fatal(err)
	}
	kv, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kv.Close() })
	for _, m := range with.members {
		if _, err := kv.SAdd(m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	pr, err := prefs.New(kv)
	if err != nil {
		t.Fatal(err)
	}
	vendors, err := oui.Read(strings.NewReader("02:00:01\tAcme\tAcme, Inc.\n02:00:02\tRasp\tRaspberry Pi Trading Ltd\n02:00:03\tNet\tGood Networks\n"))
	if err != nil {
		t.Fatal(err)
	}
	log := &logLines{}
	env := &Env{Version: "1.0.0", Revision: "abc", TreeYear: year, Started: time.Now(), KV: kv, Prefs: pr,
		Users: users.New(kv, users.Config{}), Layout: &layout.Layout{DataDir: dir}, Log: log, DPI: engine, Nets: nets,
		Geo: with.geo, Recipients: recipients.New(), Vendors: vendors,
		StaticEpoch: func() int64 { return 0 }, ShuttingDown: func() bool { return false }, Shutdown: func() {},
		AlertStore: stores(t, dir)}
	env.Ifaces = []*iface.Interface{readFile(t, file, engine, nets, with.geo, env.Prepare)}
	made := &world{t: t, env: env, log: log, file: file}
	made.runtime(Namespaces(env))
	return made
}

// runtime makes the runtime with the given names.
func (w *world) runtime(names []lua.Namespace) {
	w.t.Helper()
	rt, err := lua.NewRuntime(lua.Config{Namespaces: append(names[:len(names):len(names)], witnesses), Print: func(c *lua.Call) {
		s, _ := c.Str(1)
		fmt.Fprint(c.VM().Host().(*Context).Out, s)
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(rt.Close)
	w.rt = rt
}

// everyName shows scripts the names of paid editions too.
func (w *world) everyName() {
	w.t.Helper()
	byName := map[string]map[string]lua.Function{}
	for _, b := range All() {
		if byName[b.Namespace] == nil {
			byName[b.Namespace] = map[string]lua.Function{}
		}
		byName[b.Namespace][b.Name] = w.env.function(b)
	}
	var names []lua.Namespace
	for ns, f := range byName {
		names = append(names, lua.Namespace{Name: ns, Functions: f})
	}
	w.runtime(names)
}

// readFile is an interface that has read a capture.
func readFile(t *testing.T, file string, engine *dpi.Engine, nets *network.Set, places *geo.DB, prepare func(*iface.Interface)) *iface.Interface {
	t.Helper()
	src, err := capture.Open(file, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	locate := func(a netip.Addr) host.Place {
		p := host.Place{AS: places.AS(a).Number}
		copy(p.Country[:], places.Country(a))
		return p
	}
	i, err := iface.New(iface.Config{ID: 0, Shards: 2}, iface.Deps{Source: src, DPI: engine, Nets: nets, Locate: locate})
	if err != nil {
		t.Fatal(err)
	}
	prepare(i)
	i.Start(context.Background())
	<-i.Done()
	t.Cleanup(func() { _ = i.Close() })
	return i
}

// readAgain reads the test capture once more with the same classifier, on an
// interface of its own.
func (w *world) readAgain() {
	w.t.Helper()
	readFile(w.t, w.file, w.env.DPI, w.env.Nets, nil, w.env.Prepare)
}

// stores opens each interface's alert store once.
func stores(t *testing.T, dir string) func(int) (*sqlite.DB, error) {
	var mu sync.Mutex
	open := map[int]*sqlite.DB{}
	return func(id int) (*sqlite.DB, error) {
		mu.Lock()
		defer mu.Unlock()
		if open[id] == nil {
			db, err := sqlite.Open(filepath.Join(dir, fmt.Sprint(id), "alerts.db"), sqlite.Schema{Name: "test", SQL: testSchema})
			if err != nil {
				return nil, err
			}
			t.Cleanup(func() { _ = db.Close() })
			open[id] = db
		}
		return open[id], nil
	}
}

// answer is what a script prints.
type answer struct{ bytes.Buffer }

func (*answer) Flush()                      {}
func (*answer) SendFile(string, bool) error { return nil }

// run runs code as an administrator, or as who change makes of that, and returns
// what it printed.
func (w *world) run(code string, change ...func(c *Context)) string {
	w.t.Helper()
	out := &answer{}
	c := &Context{Env: w.env, User: "admin", Group: "administrator", Capabilities: ^uint64(0), Out: out}
	c.Select(0)
	for _, f := range change {
		f(c)
	}
	vm, err := w.rt.VM(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	defer vm.Close()
	vm.SetHost(c)
	before := witness + prelude
	if w.unseen {
		before = prelude
	}
	if err := vm.RunString(context.Background(), before+code, "test"); err != nil {
		w.t.Fatalf("%s: %v", code, err)
	}
	return out.String()
}

// prelude prints values one after another, tables with their keys in order.
const prelude = `local function show(v)
  if type(v) ~= "table" then return tostring(v) end
  local keys = {}
  for k in pairs(v) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  local out = {}
  for _, k in ipairs(keys) do out[#out + 1] = tostring(k) .. "=" .. show(v[k]) end
  return "{" .. table.concat(out, " ") .. "}"
end
local function p(...)
  local out = {}
  for i = 1, select("#", ...) do out[i] = show((select(i, ...))) end
  print(table.concat(out, " ") .. ";")
end
`

// narrowUser is a user who sees one remote network only.
func narrowUser(c *Context) {
	c.User, c.Group, c.Capabilities, c.AllowedNets = "bob", "unprivileged", 0, "203.0.113.0/24"
}

// check runs code and compares what it prints.
func (w *world) check(name, code, want string, change ...func(c *Context)) {
	w.t.Helper()
	if got := w.run(code, change...); got != want {
		w.t.Errorf("%s: %s\nprints %s\nwant   %s", name, code, got, want)
	}
}
