package web

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"ntopgo/compat/users"
)

// visitor is who a request comes from.
type visitor struct {
	users.Identity
	authorized bool
	session    string // the session cookie, valid or not
	csrf       string
}

// sessionCookie is the name of the session cookie: it differs by port, so that
// two instances on one host do not log each other out.
func (s *Server) sessionCookie() string {
	return fmt.Sprintf("session_%d_%d", s.cfg.HTTP.Port, s.cfg.HTTPS.Port)
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// remoteIP is the peer's address without port and zone.
func remoteIP(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, _ := netip.ParseAddr(host)
	return a.Unmap().WithZone("")
}

// loginOff tells whether this visitor needs no login.
func (s *Server) loginOff(r *http.Request) bool {
	return s.cfg.NoLogin || s.cfg.NoLoginLocal && remoteIP(r) == netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// identify finds out who the visitor is, in the order of the original: login
// switched off, client certificate, Authorization header, session cookie, user
// and password cookies.
func (s *Server) identify(r *http.Request) visitor {
	v := visitor{csrf: users.CSRFNoSession, session: cookie(r, s.sessionCookie())}
	accept := func(id users.Identity) visitor {
		v.Identity, v.authorized = id, true
		return v
	}
	if s.loginOff(r) {
		return accept(users.Identity{User: users.NoLogin})
	}
	if id, err := s.certificateUser(r); err == nil {
		return accept(id)
	}
	kind, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch strings.ToLower(kind) {
	case "basic":
		if name, password, ok := basic(credentials); ok {
			if id, err := s.login(r, name, password); err == nil {
				return accept(id)
			}
		}
		return v
	case "token":
		if id, ok := s.deps.Users.TokenUser(strings.TrimSpace(credentials)); ok {
			return accept(id)
		}
		return v
	}
	session := v.session
	if session == "" && isREST(r.URL.Path) {
		session = cookie(r, "session")
	}
	if session == "" {
		name, password := cookie(r, "user"), cookie(r, "password")
		if name != "" && password != "" {
			if id, err := s.login(r, name, password); err == nil {
				return accept(id)
			}
			return v
		}
	}
	if found, ok := s.deps.Users.Session(session); ok {
		v.csrf, v.session = found.CSRF, found.ID
		return accept(found.Identity)
	}
	return v
}

func isREST(uri string) bool {
	return strings.HasPrefix(uri, "/lua/rest/") || strings.HasPrefix(uri, "/lua/pro/rest/")
}

func basic(credentials string) (name, password string, ok bool) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(credentials))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(b), ":")
}

// errSecondFactor refuses a password where more is asked for.
var errSecondFactor = errors.New("the account asks for a second factor")

// login checks a password that comes with the request itself. An account with
// a second factor cannot be used that way.
func (s *Server) login(r *http.Request, name, password string) (users.Identity, error) {
	id, err := s.check(r, name, password)
	if err == nil && id.SecondFactor != "" {
		s.cfg.Logf(1, "[HTTP] %s from %s: %v", name, remoteIP(r), errSecondFactor)
		return users.Identity{}, errSecondFactor
	}
	return id, err
}

// check asks for the password and reports the outcome.
func (s *Server) check(r *http.Request, name, password string) (users.Identity, error) {
	if len(name) > users.MaxNameLength || len(password) > users.MaxPasswordLength {
		return users.Identity{}, users.ErrCredentials
	}
	id, err := s.deps.Users.Login(name, password, remoteIP(r).String())
	switch {
	case errors.Is(err, users.ErrBlocked):
		s.cfg.Logf(3, "[HTTP] login of %q denied: %s is blocked", name, remoteIP(r))
	case err != nil && !errors.Is(err, users.ErrCredentials):
		s.cfg.Logf(1, "[HTTP] login of %q: %v", name, err)
	}
	if err != nil && s.cfg.OnLogin != nil {
		s.cfg.OnLogin(name, false)
	}
	return id, err
}
