// Package cli reads ntopng's command line and configuration file, and holds
// what a daemon does to its own process: background, pid file, change of user,
// end on a signal. It opens nothing that the options name.
package cli

import (
	"net/netip"
)

// Action is what the command line asks the program to do.
type Action int

// Actions.
const (
	ActionRun            Action = iota
	ActionHelp                  // usage was printed
	ActionVersion               // --version: print with WriteVersion
	ActionVersionJSON           // --version-json
	ActionPrintProtocols        // --print-ndpi-protocols
	ActionClassify              // --classify FILE: Options.Target
	ActionRunScript             // --run-script FILE [ARG...]: Target, Args
	ActionCheckTree             // --check-tree DIR: Target
	ActionListBindings          // --list-bindings [--json]: JSON
	ActionLicense               // --check-license, --check-maintenance: nothing to check, exit 0
)

// Login says for whom -l switches the login off.
type Login int

// Values of -l.
const (
	LoginRequired     Login = iota
	LoginNotLocalhost       // -l 0
	LoginDisabled           // -l 1
)

// Listen is the argument of -w and -W.
type Listen struct {
	Addr string // "" listens everywhere
	Port int    // 0: off
}

// Network is one local network of -m.
type Network struct {
	Prefix netip.Prefix
	Alias  string
}

// Options are the parsed settings; defaults are those of New.
type Options struct {
	// Directories and files.
	DataDir, InstallDir, HTTPDocsDir, ScriptsDir, CallbacksDir string
	PcapDir, ArchiveDir, GeoIPDir                              string
	PidFile, HTTPLog, LicenseManager                           string
	NDPIProtocols                                              string

	// Sources.
	Interfaces         []string
	PacketFilter       string
	CaptureDirection   int // 0 both, 1 received, 2 sent
	NoPromisc          bool
	OriginalSpeed      bool
	ReforgeTimestamps  bool
	ShutdownWhenDone   bool
	PcapPurge          bool
	IgnoreMACs         bool
	IgnoreVLANs        bool
	SimulateVLANs      bool
	SimulateMACs       bool
	SimulateIPs        int
	MTU                int // 0: as detected
	HWTimestampMode    string
	ClusterID          int
	CoreAffinity       string
	OtherCoreAffinity  string
	Shards             int // 0: one per core
	LocalNetworks      []Network
	LocalASNs          []uint32
	LocalNetworksText  string // as ntop.getPrefs shows them
	PPPNetworks        bool
	MaxHosts, MaxFlows int
	DisablePurge       bool
	DNSMode            int
	DumpFlows          string
	DumpQueueLen       int
	DumpQueueBlockSize int
	ReadonlyFlowsDump  bool
	DirectFlowsDump    bool
	ExportFlows        string
	ZMQPublishEvents   string
	ZMQEncryptPassword string
	ZMQEncryption      bool
	ZMQPrivateKey      string
	ZMQExportPublicKey string

	// Web.
	HTTP, HTTPS       Listen
	HTTPPrefix        string
	CiphersList       string
	Login             Login
	DisableAutoLogout bool

	// Key-value store.
	Redis              string
	RedisGiven         bool
	RedisTLSCACert     string
	RedisTLSCert       string
	RedisTLSKey        string
	RedisTLSSkipVerify bool

	// Process.
	Daemon         bool
	KeepUser       bool
	User           string
	UserGiven      bool
	Verbose        int
	VerboseGiven   bool
	InstanceName   string
	LimitResources bool
	StrictStartup  bool
	Appliance      bool
	Insecure       bool
	Offline        bool
	Community      bool

	TestScriptPre, TestScript, TestScriptPost string

	// What the one-shot actions work on.
	Target string
	Args   []string
	JSON   bool

	// Notices are lines for the log: options without meaning here, lines of the
	// configuration file that were skipped.
	Notices []string
	// CommandLine is the command line for the web interface, secrets left out.
	CommandLine string
	// ConfigFile is the file read, if any.
	ConfigFile string
}

// Defaults of the original.
const (
	DefaultHTTPPort      = 3000
	DefaultMax           = 131072
	DefaultPidFile       = "/var/run/ntopng.pid"
	DefaultUser          = "ntopng"
	DefaultLocalNetworks = "192.168.1.0/24,127.0.0.0/8,fe80::/10"
	DefaultRedis         = "127.0.0.1:6379@0"
	DefaultCiphers       = "HIGH:!aNULL:!MD5:!RC4"
	DefaultDataDir       = "/var/lib/ntopng"
)

func newOptions() *Options {
	return &Options{
		DataDir: DefaultDataDir, PidFile: DefaultPidFile, User: DefaultUser, Verbose: 2,
		MaxHosts: DefaultMax, MaxFlows: DefaultMax, Redis: DefaultRedis, CiphersList: DefaultCiphers,
		ClusterID: -1, DumpQueueLen: 120, DumpQueueBlockSize: 50000,
	}
}
