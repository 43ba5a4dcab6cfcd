package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/bindings"
	"ntopgo/bindings/userchecks"
	"ntopgo/compat/authn"
	"ntopgo/compat/cli"
	"ntopgo/compat/ifids"
	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/logging"
	"ntopgo/compat/lua"
	"ntopgo/compat/prefs"
	"ntopgo/compat/users"
	"ntopgo/engine/capture"
	"ntopgo/engine/dpi"
	"ntopgo/engine/export"
	"ntopgo/engine/flow"
	"ntopgo/engine/geo"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
	"ntopgo/engine/memory"
	"ntopgo/engine/network"
	"ntopgo/engine/ping"
	"ntopgo/engine/recipients"
)

// app is the parts of a running program.
type app struct {
	opts   *cli.Options
	log    *logging.Logger
	layout *layout.Layout
	kv     keyvalue.Store
	prefs  *prefs.Prefs
	users  *users.Manager
	dpi    *dpi.Engine
	nets   *network.Set
	geo    *geo.DB
	radius *authn.RADIUS
	ifaces []*iface.Interface
	env    *bindings.Env
	lua    *lua.Runtime
	alerts *alertStores
	checks []*userchecks.Checks // one per interface, where the tree has scripts for them

	exporter *export.Exporter // nil without -F and -I
	reading  gate             // opens when all interfaces are known and read
	endings  []func()         // of what feeds interfaces beside their sources
	untune   func()           // ends what set the garbage collector
	ending   atomic.Bool
	running  context.Context // ends with the program
	opening  sync.Mutex      // of interfaces while the program runs
	shutdown context.CancelFunc
}

// gate is something to wait for.
type gate struct {
	begun chan struct{}
	open  func()
}

func newGate() gate {
	g := gate{begun: make(chan struct{})}
	g.open = sync.OnceFunc(func() { close(g.begun) })
	return g
}

// levelLog gives the parts that name levels by number their view of the logger.
type levelLog struct{ *logging.Logger }

func (l levelLog) Logf(level int, format string, args ...any) {
	_, file, line, _ := runtime.Caller(1)
	l.LogAt(level, filepath.Base(file), line, fmt.Sprintf(format, args...))
}

func (l levelLog) LogAt(level int, file string, line int, text string) {
	l.Logger.LogAt(logging.Level(level), file, line, text)
}

func (l levelLog) Level() int     { return int(l.Logger.Level()) }
func (l levelLog) SetLevel(n int) { l.Logger.SetLevel(logging.Level(n)) }

// newApp makes the parts that need no traffic: log, layout, store, accounts,
// classifier and local networks. inMemory keeps the store out of the data
// directory, for modes that end at once.
func newApp(opts *cli.Options, log *logging.Logger, inMemory bool) (*app, error) {
	a := &app{opts: opts, log: log, reading: newGate(), shutdown: func() {}, untune: memory.Tune(), running: context.Background()}
	var err error
	if a.layout, err = layout.Resolve(layout.Config{InstallDir: opts.InstallDir, ScriptsDir: opts.ScriptsDir,
		HTTPDocsDir: opts.HTTPDocsDir, CallbacksDir: opts.CallbacksDir, DataDir: opts.DataDir, PcapDir: opts.PcapDir,
		ArchiveDir: opts.ArchiveDir, Embedded: tree}); err != nil {
		return nil, err
	}
	if !inMemory {
		if err := a.layout.PrepareData(); err != nil {
			return nil, err
		}
	}
	if a.kv, err = openStore(opts, a.layout.DataDir, log, inMemory); err != nil {
		return nil, err
	}
	if a.prefs, err = prefs.New(a.kv); err != nil {
		return nil, err
	}
	a.users = users.New(a.kv, users.Config{SessionPrefix: a.layout.SessionPrefix(), Logf: log.Printf})
	a.radius = authn.NewRADIUS(a.kv, a.users)
	directory := authn.NewLDAP(a.kv)
	if opts.Insecure {
		directory.TLS = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} //nolint:gosec // the user asked for it
	}
	a.users.SetAuthorities([]users.Authenticator{authn.NewHTTP(a.kv, a.users)}, []users.Authenticator{directory, a.radius})
	if err := a.users.SetDefaults(); err != nil {
		return nil, err
	}
	if a.dpi, err = dpi.New(dpi.Config{TableYear: int(a.layout.Year()), KeepCategory: true, OnPanic: func(name string, value any) {
		log.Errorf("dissector %s failed on a packet and is left out of that flow: %v", name, value)
	}}); err != nil {
		return nil, err
	}
	if err := loadRules(a.dpi, opts.NDPIProtocols, func(err error) { log.Printf("%v", err) }); err != nil {
		log.Errorf("option -p/--ndpi-protocols: %v", err) // scripts may write the file later
	}
	if a.nets, err = network.Parse(opts.LocalNetworksText, machineAddresses()); err != nil {
		return nil, err
	}
	if a.geo, err = geo.Open(append(geo.Folders, filepath.Join(a.layout.HTTPDocsDir, "geoip"))...); err != nil {
		log.Warnf("running without geolocation: %v", err)
	}
	return a, nil
}

// openStore connects to the Redis that was asked for. When none was, a Redis on
// this machine is taken if there is one, and the embedded store otherwise.
func openStore(opts *cli.Options, dir string, log *logging.Logger, inMemory bool) (keyvalue.Store, error) {
	address, err := keyvalue.ParseAddress(opts.Redis)
	if err != nil {
		return nil, fmt.Errorf("option -r/--redis: %w", err)
	}
	if !opts.RedisGiven {
		if inMemory {
			return keyvalue.NewMemory()
		}
		if !keyvalue.Reachable(address, 300*time.Millisecond) {
			return keyvalue.OpenEmbedded(keyvalue.EmbeddedConfig{Dir: filepath.Join(dir, "store"), Logf: log.Printf})
		}
	}
	return keyvalue.Open(context.Background(), keyvalue.Config{Address: address, Attempts: 3, Logf: log.Printf,
		TLS: keyvalue.TLS{Enabled: opts.RedisTLS(), CACert: opts.RedisTLSCACert, Cert: opts.RedisTLSCert,
			Key: opts.RedisTLSKey, SkipVerify: opts.RedisTLSSkipVerify}})
}

// machineAddresses are the addresses of this machine's interfaces.
func machineAddresses() []netip.Addr {
	var out []netip.Addr
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Addr())
		}
	}
	return out
}

// openInterfaces opens the sources named by -i, or every card of the machine.
func (a *app) openInterfaces() error {
	names := a.opts.Interfaces
	if len(names) == 0 {
		nics, err := capture.ListInterfaces()
		if err != nil {
			return err
		}
		for _, n := range nics {
			names = append(names, n.Name)
		}
	}
	if len(names) == 0 {
		return errors.New("no network interface found: name one with -i")
	}
	ids, err := ifids.Load(a.kv)
	if err != nil {
		return err
	}
	memory.Limit(memory.Limits{Hosts: len(names) * a.opts.MaxHosts, Flows: len(names) * a.opts.MaxFlows})
	for _, name := range names {
		i, err := a.openInterface(name, ids)
		if err != nil {
			return err
		}
		a.ifaces = append(a.ifaces, i)
	}
	return nil
}

func (a *app) openInterface(name string, ids *ifids.IDs) (*iface.Interface, error) {
	if collectsFlows(name) {
		return a.openCollector(name, ids)
	}
	if strings.HasPrefix(name, "syslog://") {
		return a.openSyslog(name, ids)
	}
	o := a.opts
	src, err := capture.Open(name, capture.Config{Filter: o.PacketFilter, NoPromiscuous: o.NoPromisc,
		Direction: capture.Direction(o.CaptureDirection), OriginalSpeed: o.OriginalSpeed,
		ReforgeTimestamps: o.ReforgeTimestamps, Rings: iface.RingsFor(o.Shards), Logf: a.log.Warnf})
	if err != nil {
		return nil, err
	}
	return a.newInterface(src, ids)
}

// newInterface makes the interface of an open source, which it closes when it
// fails.
func (a *app) newInterface(src capture.Source, ids *ifids.IDs) (*iface.Interface, error) {
	o := a.opts
	id, err := ids.Of(src.Info().Name)
	if err != nil {
		src.Close()
		return nil, err
	}
	seconds := func(pref string) time.Duration { return time.Duration(a.prefs.Int(pref)) * time.Second }
	var onFlow func(iface.FlowEvent, *flow.Flow)
	if a.env != nil && userchecks.Present(a.env) {
		c := userchecks.New(id, userchecks.Config{}, userchecks.Deps{Env: a.env, Lua: a.lua})
		a.checks, onFlow = append(a.checks, c), c.OnFlow
	}
	if a.exporter != nil {
		onFlow = both(onFlow, a.exporter.OnFlow(id, src.Info().Name))
	}
	var onAlert func(*flow.Flow)
	if a.env != nil {
		onAlert = a.env.OnFlowAlert(id)
	}
	i, err := iface.New(iface.Config{ID: id, OnFlow: onFlow, OnAlert: onAlert, Shards: o.Shards, MaxFlows: o.MaxFlows, MaxHosts: o.MaxHosts,
		FlowIdle: seconds("flow_max_idle"), LocalHostIdle: seconds("local_host_max_idle"),
		RemoteHostIdle: seconds("non_local_host_max_idle"), NoPurge: o.DisablePurge, PurgeFiles: o.PcapPurge,
		IgnoreMACs: o.IgnoreMACs, IgnoreVLANs: o.IgnoreVLANs, SimulateVLANs: o.SimulateVLANs,
		SystemBySYN: a.layout.Year() >= layout.Year2026, SimulateMACs: o.SimulateMACs, SimulateIPs: o.SimulateIPs, Logf: a.log.Warnf},
		iface.Deps{Source: src, DPI: a.dpi, Nets: a.nets, Locate: a.locate})
	if err == nil && a.env != nil {
		a.env.SetChecks(i)
	}
	if err == nil && a.exporter != nil {
		a.exporter.Watch(i)
	}
	return i, err
}

// openFile opens a capture file that was uploaded, and reads it until the program
// ends.
func (a *app) openFile(path string) (*iface.Interface, error) {
	ids, err := ifids.Load(a.kv)
	if err != nil {
		return nil, err
	}
	a.opening.Lock()
	defer a.opening.Unlock()
	known := len(a.checks)
	i, err := a.openInterface(path, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range a.checks[known:] {
		go c.Run(a.running)
	}
	a.env.Prepare(i)
	go a.env.DeliverAlerts(a.running, i.ID())
	i.Start(a.running)
	go a.env.RunHostChecks(a.running, i)
	a.log.Printf("Reading %s (%s), interface id %d", i.Name(), i.Info().Kind, i.ID())
	return i, nil
}

// locate tells the engine where an address belongs.
func (a *app) locate(addr netip.Addr) (p host.Place) {
	if a.geo == nil {
		return p
	}
	p.AS = a.geo.AS(addr).Number
	copy(p.Country[:], a.geo.Country(addr))
	return p
}

// newEnv makes what the bindings work with; the interfaces must be open.
func (a *app) newEnv() {
	o := a.opts
	a.alerts = &alertStores{layout: a.layout}
	pings, err := ping.Open()
	if err != nil {
		a.log.Infof("%v", err)
	}
	a.env = &bindings.Env{Version: Version, Revision: Revision, TreeYear: int(a.layout.Year()), Started: time.Now(),
		KV: a.kv, Prefs: a.prefs, Users: a.users, Layout: a.layout, Log: levelLog{a.log}, DPI: a.dpi, Nets: a.nets,
		Ifaces: a.ifaces, Recipients: recipients.New(), Geo: a.geo, Ping: pings, RADIUS: a.radius,
		OpenFile:          a.openFile,
		OverrideInterface: func(name string) { o.Interfaces = []string{name} }, StaticEpoch: func() int64 { return 0 }, ShuttingDown: a.ending.Load,
		Shutdown: func() { a.shutdown() }, AlertStore: a.alerts.Of, Vendors: a.vendors(),
		Options: bindings.Options{HTTPPort: o.HTTP.Port, HTTPSPort: o.HTTPS.Port, HTTPPrefix: o.HTTPPrefix,
			InstanceName: o.InstanceName, CommandLine: o.CommandLine, ConfigFile: o.ConfigFile,
			NDPIProtocolsFile: o.NDPIProtocols, User: newUser(o), CaptureDirection: o.CaptureDirection,
			MaxNumFlows: o.MaxFlows, MaxNumHosts: o.MaxHosts, DisableLogin: o.Login == cli.LoginDisabled,
			DisableAutologout: o.DisableAutoLogout, DNSMode: o.DNSMode, Offline: o.Offline, InsecureTLS: o.Insecure, PublishEvents: o.ZMQPublishEvents, DumpFlows: o.DumpFlows, Appliance: o.Appliance,
			LimitResources: o.LimitResources, TraceLevelGiven: o.VerboseGiven, CPUAffinity: o.CoreAffinity,
			OtherCPUAffinity: o.OtherCoreAffinity}}
}

// Bounds of one run of a script.
const (
	scriptMemory = 512 << 20
	scriptPool   = 4
)

// newLua makes the script runtime; print goes to each run's own output.
func (a *app) newLua(pool int) error {
	rt, err := lua.NewRuntime(lua.Config{Namespaces: bindings.Namespaces(a.env), Print: a.printer,
		MemoryLimit: scriptMemory, PoolSize: pool, Logf: a.log.Errorf,
		Snapshots: pool > 0, Repeatable: bindings.Repeatable, Missing: bindings.MissingModule(a.env.TreeYear),
		ReadFile: a.layout.ReadFile, Stat: a.stat, PackagePath: a.packagePath()})
	a.lua = rt
	return err
}

func (a *app) stat(path string) (int64, time.Time, error) {
	st, err := a.layout.Stat(path)
	if err != nil {
		return 0, time.Time{}, err
	}
	return st.Size(), st.ModTime(), nil
}

// packagePath is where require looks before the script changes it.
func (a *app) packagePath() string {
	return filepath.Join(a.layout.ScriptsDir, "lua", "modules", "?.lua") + ";" +
		filepath.Join(a.layout.ScriptsDir, "lua", "modules", "?", "init.lua")
}

// close ends what was opened, in the reverse order.
func (a *app) close() {
	a.ending.Store(true)
	a.untune()
	a.reading.open() // who waits for it must end
	for _, end := range a.endings {
		end()
	}
	if a.lua != nil {
		a.lua.Close()
	}
	if a.env != nil {
		a.env.Close()
	}
	all := a.ifaces
	if a.env != nil {
		all = a.env.Interfaces()
	}
	var files []int
	for _, i := range all {
		if err := i.Close(); err != nil {
			a.log.Warnf("close %s: %v", i.Name(), err)
		}
		if i.Info().Kind == capture.KindFile {
			files = append(files, i.ID())
		}
	}
	if a.exporter != nil {
		a.exporter.Close()
	}
	_ = a.geo.Close()
	if a.alerts != nil {
		if err := a.alerts.Close(files); err != nil {
			a.log.Warnf("%v", err)
		}
	}
	if a.kv != nil {
		if err := a.kv.Close(); err != nil {
			a.log.Warnf("close the store: %v", err)
		}
	}
	_ = a.log.Close()
}

// newLog makes the logger for the options; out is where its lines are printed.
func newLog(opts *cli.Options, out *os.File) (*logging.Logger, error) {
	return logging.New(logging.Config{Level: logging.Level(opts.Verbose), Out: out})
}

// newUser is whom the process becomes after its start, "" for nobody else.
func newUser(o *cli.Options) string {
	if o.KeepUser {
		return ""
	}
	return o.User
}
