// Package web is ntopng's HTTP contract on net/http: which address is which
// script or file, who may see it, what a script is told of the request and how
// its output becomes an answer. It runs scripts through a small interface and
// knows neither Lua's machinery nor the engine.
package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/prefs"
	"ntopgo/compat/users"
)

// Listen is where to serve; an empty address is every one, port 0 is off.
type Listen struct {
	Addr string
	Port int
}

// Config of a Server.
type Config struct {
	HTTP, HTTPS Listen
	// Prefix is stripped from addresses when present and put before redirects.
	Prefix string
	// NoLogin switches the login off for everyone, NoLoginLocal for 127.0.0.1.
	NoLogin, NoLoginLocal bool
	// LongSessions lets sessions last seven days (--disable-autologout).
	LongSessions bool
	// AccessLog is a file that gets a line per answer; "" for none.
	AccessLog string
	// Pro tells that the tree's paid pages may be served. The default refuses
	// every address that contains /lua/pro, as the community edition does.
	Pro bool
	// MaxScripts run at the same time at most; default 16.
	MaxScripts int
	// ScriptTimeout ends a script that runs longer; default 5 minutes.
	ScriptTimeout time.Duration
	// Version and Platform go into the Server header.
	Version, Platform string
	// Replacements are applied to text files scripts send (@HTTP_PREFIX@ and so on).
	Replacements map[string]string
	// Extra handles further addresses that need no session, such as /oidc_start.
	Extra map[string]http.HandlerFunc
	// Logf takes log lines at ntopng's levels (0 error ... 6 debug).
	Logf func(level int, format string, args ...any)
	// OnLogin is told of every successful and failed login.
	OnLogin func(user string, ok bool)
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Interfaces is what the web server must know of the monitored interfaces. The
// system interface has id -1.
type Interfaces interface {
	// ByName and ByID find an interface; First is the default one.
	ByName(name string) (id int, ok bool)
	ByID(id int) (name string, ok bool)
	First() (id int, name string)
	// ObservationPoint returns want if the interface has it, else its first one,
	// else 0.
	ObservationPoint(id, want int) int
}

// Deps are the parts the server works with.
type Deps struct {
	Store      keyvalue.Store
	Prefs      *prefs.Prefs
	Users      *users.Manager
	Layout     *layout.Layout
	Interfaces Interfaces
	Runner     ScriptRunner
}

// ScriptRunner runs the script of a request. An error that is not nil means
// that the script failed; what it wrote is then dropped unless it was sent.
type ScriptRunner interface {
	Run(ctx context.Context, req *ScriptRequest, out *Response) error
}

// Server serves the web interface.
type Server struct {
	cfg  Config
	deps Deps

	ready       atomic.Bool
	staticEpoch atomic.Int64
	slots       chan struct{}
	acl         acl
	restricted  bool
	tls         *tlsMaterial
	tlsPort     int
	listeners   []boundListener
	servers     []*http.Server
	base        context.Context
	cancel      context.CancelFunc
	done        sync.WaitGroup
	logMu       sync.Mutex

	requests, failures, panics atomic.Uint64
}

// New makes a server; it reads the access list and the certificate but binds nothing.
func New(cfg Config, deps Deps) (*Server, error) {
	if cfg.MaxScripts <= 0 {
		cfg.MaxScripts = 16
	}
	if cfg.ScriptTimeout <= 0 {
		cfg.ScriptTimeout = 5 * time.Minute
	}
	if cfg.Logf == nil {
		cfg.Logf = func(int, string, ...any) {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Platform == "" {
		cfg.Platform = runtime.GOARCH
	}
	s := &Server{cfg: cfg, deps: deps, slots: make(chan struct{}, cfg.MaxScripts)}
	s.base, s.cancel = context.WithCancel(context.Background())
	text, _, err := deps.Store.Get(aclKey)
	if err != nil {
		return nil, fmt.Errorf("read the access list: %w", err)
	}
	s.acl = parseACL(text, func(item string) { cfg.Logf(1, "%s: %q is no [+-]address/bits and is skipped", aclKey, item) })
	s.restricted = len(s.acl) > 0 || cfg.HTTP.Addr != "" || cfg.HTTPS.Addr != ""
	if cfg.HTTPS.Port > 0 {
		if s.tls, err = loadTLS(deps); err != nil {
			cfg.Logf(1, "HTTPS is off: %v", err)
		}
	}
	return s, nil
}

// SetReady lets requests through, or answers all with "almost ready": until the
// start-up script has run, and while the program ends.
func (s *Server) SetReady(ready bool) { s.ready.Store(ready) }

// StaticEpoch is when the static file served last was changed, in Unix seconds.
func (s *Server) StaticEpoch() int64 { return s.staticEpoch.Load() }

// Restricted tells whether an access list or a bind address limits who can connect.
func (s *Server) Restricted() bool { return s.restricted }

// Stats are counters: requests, script failures, panics caught.
func (s *Server) Stats() map[string]uint64 {
	return map[string]uint64{"requests": s.requests.Load(), "failures": s.failures.Load(), "panics": s.panics.Load()}
}

func (s *Server) serverName() string {
	return fmt.Sprintf("ntopng %s (%s)", s.cfg.Version, s.cfg.Platform)
}
