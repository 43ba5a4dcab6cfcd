package web

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ntopgo/compat/users"
)

const (
	maxPost   = 4 << 20
	maxUpload = 268435456
	// maxOpenPost is what a page that needs no login takes.
	maxOpenPost = 64 << 10
	// How long a body may take to arrive.
	postTime   = time.Minute
	uploadTime = time.Hour
	// SystemInterface is the id of the interface that stands for the host itself.
	SystemInterface = -1
	ifnameLife      = time.Hour
)

// ScriptRequest is all a script may know of its request.
type ScriptRequest struct {
	Path   string // script file
	URI    string // decoded path, prefix removed
	Method string

	// The Lua tables of these names.
	Get, Post, Server, Cookie []Param

	User         string
	Group        string
	LocalUser    bool
	Session      string // session cookie
	CSRF         string // token pages print, users.CSRFNoSession without a session
	InvalidCSRF  bool   // the token sent was wrong; Post is empty
	Capabilities uint64
	AllowedNets  string // CSV
	// AllowedIfname restricts the user to this interface; "" for none.
	AllowedIfname    string
	AllowedHostPools string
	Language         string // "" when nobody is logged in
	IfID             int
	IfName           string
	ObservationPoint int
	RemoteAddr       netip.Addr
	TLS              bool
	// LoginOff is set when this visitor needs no login: everything is allowed.
	LoginOff bool
	// Gone is closed when the client has gone away.
	Gone <-chan struct{}
}

// newScriptRequest fills in everything but the body's part.
func (s *Server) newScriptRequest(r *http.Request, v visitor, path string) *ScriptRequest {
	q := &ScriptRequest{
		Path: path, URI: r.URL.Path, Method: r.Method,
		Get: scriptParams(r.URL.RawQuery), Server: s.serverTable(r), Cookie: cookieTable(r),
		User: v.User, Group: v.Group, LocalUser: v.Local, Session: v.session, CSRF: v.csrf,
		RemoteAddr: remoteIP(r), TLS: r.TLS != nil, LoginOff: s.loginOff(r), Gone: r.Context().Done(),
	}
	u := s.deps.Users
	q.Capabilities = u.Capabilities(v.User, v.Group)
	q.AllowedNets = u.AllowedNets(v.User, v.Group)
	if !strings.HasPrefix(v.Group, users.GroupAdministrator) {
		q.AllowedHostPools = u.Field(v.User, "allowed_host_pools")
	}
	if v.User != "" {
		q.Language = u.Language(v.User)
	}
	s.selectInterface(q)
	return q
}

// selectInterface finds the interface the user looks at: the only one allowed,
// else the one chosen last, else the first.
func (s *Server) selectInterface(q *ScriptRequest) {
	user := q.User
	if user == "" {
		user = users.NoLogin
	}
	name := s.deps.Users.Field(user, "allowed_ifname")
	if name != "" {
		q.AllowedIfname = name
	} else {
		key := "ntopng.prefs." + user + ".ifname"
		name, _, _ = s.deps.Store.Get(key)
		if _, ok := s.deps.Interfaces.ByName(name); !ok {
			_, name = s.deps.Interfaces.First()
			if name != "" {
				_ = s.deps.Store.SetEx(key, name, ifnameLife)
			}
		}
	}
	id, ok := s.deps.Interfaces.ByName(name)
	if !ok {
		id, name = s.deps.Interfaces.First()
	}
	q.IfID, q.IfName = id, name
	chosen, _, _ := s.deps.Store.Get("ntopng.prefs." + user + ".observationPointId")
	want, _ := strconv.Atoi(chosen)
	q.ObservationPoint = s.deps.Interfaces.ObservationPoint(id, want)
}

func (s *Server) serverTable(r *http.Request) []Param {
	out := []Param{{"REQUEST_METHOD", r.Method}, {"URI", r.URL.Path}, {"REFERER", r.Referer()}}
	if r.Host != "" {
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		out = append(out, Param{"HTTP_HOST", scheme + "://" + r.Host}, Param{"Host", r.Host})
	}
	if r.URL.RawQuery != "" {
		out = append(out, Param{"QUERY_STRING", r.URL.RawQuery})
	}
	for name, values := range r.Header {
		if len(values) > 0 {
			out = append(out, Param{name, values[len(values)-1]})
		}
	}
	return append(out, Param{"REMOTE_ADDR", remoteIP(r).String()})
}

func cookieTable(r *http.Request) []Param {
	var out []Param
	for _, line := range r.Header["Cookie"] {
		for _, pair := range strings.Split(line, ";") {
			if name, v, ok := strings.Cut(strings.TrimLeft(pair, " "), "="); ok {
				out = append(out, Param{name, v})
			}
		}
	}
	return out
}

// body is what a request's body comes to.
type body struct {
	post    []Param
	invalid bool
	ifid    string // interface to switch to
}

// readBody reads, and checks, the body of a POST. Who is not logged in cannot
// upload, and only send little.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, v visitor) body {
	kind := r.Header.Get("Content-Type")
	if r.Method != http.MethodPost || kind == "" {
		return body{}
	}
	upload, limit, patience := strings.HasPrefix(kind, "multipart/form-data"), int64(maxPost), postTime
	if upload {
		patience = uploadTime
	}
	if !v.authorized {
		upload, limit = false, maxOpenPost
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(patience))
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	if upload {
		post, err := s.upload(r)
		if err != nil {
			s.cfg.Logf(1, "[HTTP] upload to %s: %v", r.URL.Path, err)
			return body{invalid: true}
		}
		return body{post: post}
	}
	data, err := readLimited(r.Body, r.ContentLength, limit)
	if err != nil || len(data) == 0 {
		if err != nil {
			s.cfg.Logf(1, "[HTTP] POST to %s: %v", r.URL.Path, err)
		}
		return body{invalid: true}
	}
	text := string(data)
	form := strings.HasPrefix(kind, "application/x-www-form-urlencoded")
	if v.csrf != users.CSRFNoSession && !validCSRF(r.URL.Path, kind, text, v.csrf) {
		return body{invalid: true}
	}
	if !form {
		return body{post: []Param{{"payload", text}}}
	}
	b := body{post: scriptParams(text)}
	if params(text).Get("switch_interface") != "" {
		b.ifid = params(r.URL.RawQuery).Get("ifid")
	}
	return b
}

var errTooLong = errors.New("the body is too long")

func readLimited(r io.Reader, length, limit int64) ([]byte, error) {
	if length >= limit {
		return nil, errTooLong
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, errTooLong
	}
	return data, nil
}

// validCSRF compares the token in a body with the session's. Reading REST
// endpoints take JSON without one.
func validCSRF(uri, kind, text, want string) bool {
	var got string
	if strings.HasPrefix(kind, "application/json") {
		if (strings.Contains(uri, "/lua/rest/") || strings.Contains(uri, "/lua/pro/rest/")) && strings.Contains(uri, "/get/") {
			return true
		}
		var fields struct {
			CSRF string `json:"csrf"`
		}
		if json.Unmarshal([]byte(text), &fields) != nil {
			return false
		}
		got = fields.CSRF
	} else {
		got = params(text).Get("csrf")
	}
	return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// switchInterface makes another interface the user's current one.
func (s *Server) switchInterface(q *ScriptRequest, ifid, observationPoint string) bool {
	id, err := strconv.Atoi(ifid)
	if err != nil {
		return false
	}
	name, ok := s.deps.Interfaces.ByID(id)
	if !ok || q.AllowedIfname != "" && q.AllowedIfname != name {
		return false
	}
	if q.User != users.NoLogin && (q.User == "" || q.Session == "") {
		return false
	}
	if id == SystemInterface && q.User != users.NoLogin && !strings.HasPrefix(q.Group, users.GroupAdministrator) {
		return false
	}
	prefix := "ntopng.prefs." + q.User
	if s.deps.Store.Set(prefix+".iface", strconv.Itoa(id)) != nil || s.deps.Store.Set(prefix+".ifname", name) != nil {
		return false
	}
	if n, err := strconv.Atoi(observationPoint); err == nil && s.deps.Interfaces.ObservationPoint(id, n) == n {
		_ = s.deps.Store.Set(prefix+".observationPointId", observationPoint)
	}
	return true
}
