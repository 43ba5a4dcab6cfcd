package bindings

import (
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/compat/authn"
	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/lua"
	"ntopgo/compat/prefs"
	"ntopgo/compat/users"
	"ntopgo/engine/dpi"
	"ntopgo/engine/export"
	"ntopgo/engine/flow"
	"ntopgo/engine/geo"
	"ntopgo/engine/host"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/iface"
	"ntopgo/engine/network"
	"ntopgo/engine/oui"
	"ntopgo/engine/ping"
	"ntopgo/engine/recipients"
	"ntopgo/engine/record"
	"ntopgo/engine/senders"
	"ntopgo/engine/similarity"
	"ntopgo/engine/speedtest"
	"ntopgo/engine/store/sqlite"
	"ntopgo/engine/zmq"
)

// SystemID is the id of the interface "__system__", which has no traffic.
const SystemID = -1

// SystemName is the name of the interface that stands for this machine.
const SystemName = "__system__"

// Logger takes log lines at ntopng's levels (0 error ... 6 debug).
type Logger interface {
	Logf(level int, format string, args ...any)
	// LogAt is for lines that come from a place in a script.
	LogAt(level int, file string, line int, text string)
	Level() int
	SetLevel(level int)
}

// Options are the command-line values that scripts ask for.
type Options struct {
	HTTPPort, HTTPSPort int
	HTTPPrefix          string
	InstanceName        string
	CommandLine         string // secrets hidden
	ConfigFile          string
	NDPIProtocolsFile   string
	User                string // whom the process becomes, "" for nobody else
	CaptureDirection    int
	MaxNumFlows         int
	MaxNumHosts         int
	DisableLogin        bool // -l 1
	DisableAutologout   bool
	DNSMode             int
	Offline             bool
	InsecureTLS         bool   // --insecure
	PublishEvents       string // --zmq-publish-events
	DumpFlows           string // -F
	Appliance           bool
	LimitResources      bool
	TraceLevelGiven     bool // -v on the command line
	CPUAffinity         string
	OtherCPUAffinity    string
}

// Env is what the bindings need of the process. It is shared by every VM.
type Env struct {
	Version  string
	Revision string
	TreeYear int // 2024 or 2026: whose scripts are served
	Started  time.Time
	Options  Options

	KV         keyvalue.Store
	Prefs      *prefs.Prefs
	Users      *users.Manager
	Layout     *layout.Layout
	Log        Logger
	DPI        *dpi.Engine
	Nets       *network.Set
	Ifaces     []*iface.Interface
	Recipients *recipients.Queues
	Geo        *geo.DB   // nil without databases
	Ping       *ping.Set // nil where echoes are not allowed
	RADIUS     *authn.RADIUS
	Exporter   *export.Exporter // nil when flows are not exported

	// StaticEpoch is the modification time of the last static file served.
	StaticEpoch func() int64
	// ShuttingDown says that the process is about to end.
	ShuttingDown func() bool
	// OpenFile opens a capture file as an interface of its own and begins to read
	// it.
	OpenFile func(path string) (*iface.Interface, error)
	// OverrideInterface replaces the interfaces that are about to be opened.
	OverrideInterface func(name string)
	// Shutdown asks the process to end.
	Shutdown func()
	// Periodic describes the periodic scripts for one interface id.
	Periodic func(ifid int) *lua.Table

	// AlertStore opens the alert database of an interface id, once; nil where
	// there is none.
	AlertStore func(ifid int) (*sqlite.DB, error)
	// SyslogSocket is where the system's log listens; "" for the usual place.
	SyslogSocket string
	// Vendors names the makers of network cards.
	Vendors *oui.Table

	alertQueues sync.Map // interface id -> *alertQueue
	excluded    atomic.Pointer[[]exclusion]
	policies    checkPolicies

	luaCache sync.Map // ntop.setLuaCache
	engaged  sync.Map // interface id -> *alerts.Engaged
	told     sync.Map // interface id -> *ifaceState
	// collections are what belongs to interfaces that collect flows, by id.
	collections sync.Map // int -> *Collection
	jobs        asyncJobs
	checkVal    sync.Map // checkValueKey -> string, what checks remember between runs
	logged      sync.Map // pending names already mentioned in the log
	cpu         cpuLoad
	lists       listReload
	state       state
	nats        senders.NATS
	kafka       senders.Kafka

	speed struct {
		mu     sync.Mutex // one test at a time
		config speedtest.Config
	}
	extractor   record.Extractor
	extractions atomic.Int32 // live ones
	internal    internalAlerts

	alertQueries atomic.Uint64 // to the stores of alerts
	runtime      runtimeInterfaces
	noConnection atomic.Bool // scripts found that there is none

	samplings samplingStores
	pools     atomic.Pointer[hostpool.Set] // see hostPools

	systemNames sync.Map // names of autonomous systems that hosts were in, by number
}

// Interface finds an interface by id, or nil.
func (e *Env) Interface(id int) *iface.Interface {
	for _, i := range e.Interfaces() {
		if i.ID() == id {
			return i
		}
	}
	return nil
}

// Output is where a script's answer goes.
type Output interface {
	Write(p []byte) (int, error)
	// Flush sends what is buffered and ends the buffering.
	Flush()
	// SendFile sends a file; text files get their placeholders replaced.
	SendFile(path string, text bool) error
}

// Context is the state of one run of a script: who asks, for which interface,
// and where the answer goes.
type Context struct {
	Env *Env

	User         string
	Group        string
	LocalUser    bool
	Capabilities uint64
	AllowedNets  string // CSV; empty: all
	AllowedIface string // interface name; empty: all
	Session      string
	CSRF         string
	RemoteAddr   string
	TLS          bool
	Privileged   bool // periodic scripts

	IfaceID int              // selected interface; SystemID for the system
	Iface   *iface.Interface // nil for the system interface
	ObsID   int

	Out      Output // nil outside a request
	Deadline time.Time
	// DeadlineMargin is how long before Deadline it counts as approaching.
	DeadlineMargin time.Duration
	// SetProgress takes the percentage that a periodic script says it has done.
	SetProgress func(percent int)

	// Flow or Host is what a script of the user's checks is run for, Raised the
	// alert and Skip the wish that it answers with; FirstRun says that the script
	// has not yet seen the host.
	Flow     *flow.Flow
	Host     *host.Host
	Raised   *ScriptAlert
	Skip     *HostSkip
	FirstRun bool

	selectedNetwork int
	delivers        bool         // has asked for alerts to deliver, see msleep
	nets            *network.Set // AllowedNets, parsed
	snmp            snmpState    // requests that run aside
	ranges          []addrRange  // see dhcpRanges
	fileCapture     *fileCapture // of captureToPcap
	poolsAllowed    map[int]bool // see allowedPools
	poolsRead       bool
	memoryDB        *sqlite.DB // see memory
	bins            similarity.Bins
	zmq             *zmq.Subscriber
}

// Admin says whether the user may do everything.
func (c *Context) Admin() bool { return c.Privileged || c.Group == "administrator" }

// Select makes the interface with the given id current.
func (c *Context) Select(id int) bool {
	if id == SystemID {
		c.IfaceID, c.Iface = SystemID, nil
		return true
	}
	i := c.Env.Interface(id)
	if i == nil {
		return false
	}
	c.IfaceID, c.Iface = id, i
	return true
}

// Call is one call of a binding.
type Call struct {
	*lua.Call
	*Context
	b *Binding

	tlsNames, tlsNamesRead bool // see tlsHostNames

	listing // what is read once for a whole listing
}

// String is argument i, or "" after a log line when it is no string: like the
// original, a wrong argument does not end the script.
func (c *Call) String(i int) string {
	s, ok := c.Str(i)
	if !ok {
		c.wrongArgument(i, "string")
	}
	return s
}

// Integer is argument i, or 0 after a log line.
func (c *Call) Integer(i int) int64 {
	n, ok := c.Int(i)
	if !ok {
		c.wrongArgument(i, "number")
	}
	return n
}

// OptString is argument i, or def when it is missing or nil.
func (c *Call) OptString(i int, def string) string {
	if c.missing(i) {
		return def
	}
	return c.String(i)
}

// OptInteger is argument i, or def when it is missing or nil.
func (c *Call) OptInteger(i int, def int64) int64 {
	if c.missing(i) {
		return def
	}
	return c.Integer(i)
}

// OptBool is argument i, or def when it is missing or nil.
func (c *Call) OptBool(i int, def bool) bool {
	if c.missing(i) {
		return def
	}
	return c.Truthy(i)
}

func (c *Call) missing(i int) bool {
	k := c.Kind(i)
	return k == lua.None || k == lua.Nil
}

func (c *Call) wrongArgument(i int, want string) {
	c.Env.Log.Logf(1, "%s: argument %d should be a %s", c.b.Key(), i, want)
}

// Failed logs an error of a store or file and lets the script go on with nil.
func (c *Call) Failed(err error) bool {
	if err == nil {
		return false
	}
	c.Env.Log.Logf(1, "%s: %v", c.b.Key(), err)
	return true
}

// Namespaces returns the tables to install in a VM.
func Namespaces(env *Env) []lua.Namespace {
	byName := map[string]map[string]lua.Function{}
	var order []string
	for _, b := range All() {
		if hidden(b, env.TreeYear) {
			continue
		}
		if byName[b.Namespace] == nil {
			byName[b.Namespace] = map[string]lua.Function{}
			order = append(order, b.Namespace)
		}
		byName[b.Namespace][b.Name] = env.function(b)
	}
	var out []lua.Namespace
	for _, ns := range order {
		out = append(out, lua.Namespace{Name: ns, Functions: byName[ns]})
	}
	return append(out, ownFunctions())
}

// hidden names are those that a community VM of that year does not have and
// that its scripts test for before they call them.
func hidden(b *Binding, year int) bool {
	switch b.Key() {
	case "ntop.hasnAnalyst", "ntop.isEnterpriseM", "interface.getFlowDevices", "interface.getFlowDeviceInfo",
		"interface.getFlowDeviceInfoByIP": // called without a test
		return false
	}
	if year >= 2026 {
		return b.Pro && !b.In2026
	}
	return b.Pro && !b.In2024
}

func (e *Env) function(b *Binding) lua.Function {
	if b.Fn == nil {
		return func(c *lua.Call) {
			if _, known := e.logged.LoadOrStore(b.Key(), true); !known {
				e.Log.Logf(1, "%s is not available yet: it returns nothing", b.Key())
			}
		}
	}
	return func(c *lua.Call) {
		ctx, _ := c.VM().Host().(*Context)
		if ctx == nil {
			c.Fail("%s: no script context", b.Key())
			return
		}
		b.Fn(&Call{Call: c, Context: ctx, b: b})
	}
}

func (e *Env) uptime() time.Duration { return time.Since(e.Started) }
