package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"runtime/debug"
	"strings"

	"ntopgo/compat/users"
)

// maxPath is the length of the original's path buffer: a longer path is not
// found, so that cutting it cannot change its meaning.
const maxPath = 299

const almostReady = `<html><head><meta http-equiv="refresh" content="3"></head><body><center>` +
	`<h3>We're almost ready...</h3></center><p>ntopng cannot answer requests at this time: ` +
	`it is starting up or shutting down. Please wait.</body></html>`

const interfaceGone = `<html><body><h3>Access denied</h3><p>The interface you are allowed to see does not exist. ` +
	`Ask the administrator.</body></html>`

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	logged := &statusWriter{ResponseWriter: w}
	defer func() {
		if p := recover(); p != nil {
			s.panics.Add(1)
			s.cfg.Logf(0, "[HTTP] panic at %s: %v\n%s", r.URL.Path, p, debug.Stack())
			if logged.status == 0 {
				s.sendError(logged, r, http.StatusInternalServerError, "Internal server error")
			}
		}
		s.accessLog(r, logged.status)
	}()
	w.Header().Set("Server", s.serverName())
	if i := strings.Index(r.URL.Path, "\r\n"); i >= 0 {
		r.URL.Path = r.URL.Path[:i]
	}
	if p := s.cfg.Prefix; p != "" && (r.URL.Path == p || strings.HasPrefix(r.URL.Path, p+"/")) {
		if r.URL.Path = r.URL.Path[len(p):]; r.URL.Path == "" {
			r.URL.Path = "/"
		}
	}
	s.serve(logged, r)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	uri := r.URL.Path
	switch {
	case !s.ready.Load():
		s.sendError(w, r, http.StatusForbidden, almostReady)
		return
	case s.tlsPort != 0 && r.TLS == nil && uri == "/":
		host, _, _ := strings.Cut(r.Host, ":")
		s.redirect(w, r, fmt.Sprintf("https://%s:%d/", host, s.tlsPort))
		return
	case uri == "/hotspot-detect.html":
		to := "http://" + r.Host + "/lua/hotspot-detect.lua"
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		s.redirect(w, r, to)
		return
	}
	if h := s.cfg.Extra[uri]; h != nil {
		h(w, r)
		return
	}
	alias, public := s.alias(uri)
	v := visitor{csrf: users.CSRFNoSession}
	static := isAsset(uri) && !isScript(uri)
	if !static && !public {
		var done bool
		if v, done = s.admit(w, r); done {
			return
		}
	}
	if alias != "" {
		r.URL.Path, uri = alias, alias
	}
	if dangerous(uri) {
		s.cfg.Logf(1, "[HTTP] [%s][%s] the URL %q is not allowed", v.User, remoteIP(r), uri)
		s.redirectToError(w, r, "bad_request", "")
		return
	}
	if isScript(uri) {
		s.script(w, r, v)
		return
	}
	s.static(w, r)
}

// isAsset tells the static files that need no session.
func isAsset(uri string) bool {
	for _, suffix := range []string{".js", ".css", ".map", ".ttf", ".woff2"} {
		if strings.HasSuffix(uri, suffix) {
			return true
		}
	}
	return false
}

func isScript(uri string) bool {
	return uri == "/" || strings.HasPrefix(uri, "/lua/") || strings.HasPrefix(uri, "/scripts/")
}

func dangerous(uri string) bool {
	for _, s := range []string{"//", "&&", "??", "..", "\r", "\n", "\x00"} {
		if strings.Contains(uri, s) {
			return true
		}
	}
	return !strings.HasPrefix(uri, "/")
}

// alias looks up /datasources/<hash> and /widgets/<hash>; public tells that
// what was found needs no session.
func (s *Server) alias(uri string) (to string, public bool) {
	for prefix, key := range map[string]string{"datasources": "ntopng.datasources", "widgets": "ntopng.widgets"} {
		hash, ok := strings.CutPrefix(uri, "/"+prefix+"/")
		if !ok {
			continue
		}
		text, found, err := s.deps.Store.HGet(key, hash)
		if err != nil || !found {
			return "", false
		}
		var record struct{ Scope, Origin string }
		if json.Unmarshal([]byte(text), &record) != nil || record.Origin == "" {
			return "", false
		}
		return "/lua/" + prefix + "/" + record.Origin, prefix == "datasources" && record.Scope == "public"
	}
	return "", false
}

// admit finds out who asks and answers requests that go no further.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (visitor, bool) {
	if s.preflight(w, r) {
		return visitor{}, true
	}
	uri := r.URL.Path
	v := s.identify(r)
	if v.User != "" {
		name, err := s.deps.Users.AllowedIfname(v.User)
		if err != nil { // what the user may see is not known
			s.cfg.Logf(0, "[HTTP] %v", err)
			s.sendError(w, r, http.StatusServiceUnavailable, "The key-value store does not answer.")
			return v, true
		}
		if _, ok := s.deps.Interfaces.ByName(name); name != "" && !ok {
			s.cfg.Logf(1, "[HTTP] user %s cannot log in: interface %s does not exist", v.User, name)
			w.Header().Add("Set-Cookie", "session=; HttpOnly; path=/; expires=Thu, 01-Jan-1970 00:00:01 GMT; max-age=0;"+cookieAttributes(r))
			s.sendError(w, r, http.StatusForbidden, interfaceGone)
			return v, true
		}
	}
	switch {
	case !v.authorized && !openURLs[uri]:
		if uri == interfaceDataURL {
			s.sendError(w, r, http.StatusForbidden, "Login Required")
		} else {
			s.redirectToLogin(w, r, s.referer(r), "")
		}
	case v.authorized && uri != changePasswordURL && uri != logoutURL && uri != localeURL && s.deps.Users.MustChangePassword(v.User):
		s.redirect(w, r, s.cfg.Prefix+changePasswordURL+"?referer="+queryEscape(s.referer(r)))
	case uri == authorizeURL:
		s.authorize(w, r)
	case uri == codeURL:
		s.checkCode(w, r)
	case uri == passkeyURL:
		s.checkPasskey(w, r)
	default:
		return v, false
	}
	return v, true
}

// preflight answers a CORS preflight for GET.
func (s *Server) preflight(w http.ResponseWriter, r *http.Request) bool {
	headers := r.Header.Get("Access-Control-Request-Headers")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") != http.MethodGet || headers == "" {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		origin = "*"
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Methods", http.MethodGet)
	h.Set("Access-Control-Allow-Headers", headers)
	h.Set("Access-Control-Max-Age", "3600")
	w.WriteHeader(http.StatusOK)
	return true
}

// sitesList is the list of sites, which only paid editions have; the page of
// networks asks for it in every edition and fails without. There are none.
const sitesList = "/lua/pro/rest/v2/get/sites/list.lua"

const emptyList = `{"rc":0,"rc_str":"OK","rc_str_hr":"Success","rsp":[]}`

// script maps the address to a file and runs it.
func (s *Server) script(w http.ResponseWriter, r *http.Request, v visitor) {
	uri := r.URL.Path
	if !s.cfg.Pro && strings.HasSuffix(uri, sitesList) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, emptyList)
		return
	}
	if !s.cfg.Pro && strings.Contains(uri, "/lua/pro") {
		message := "pro_only"
		if strings.Contains(uri, "/lua/pro/enterprise") {
			message = "enterprise_only"
		}
		s.redirectToError(w, r, message, "")
		return
	}
	file := s.scriptFile(uri)
	if st, err := s.deps.Layout.Stat(file); len(file) >= maxPath || err != nil || !st.Mode().IsRegular() {
		s.redirectToError(w, r, "not_found", "")
		return
	}
	s.cfg.Logf(3, "[HTTP] %s [%s]", uri, file)
	q := s.newScriptRequest(r, v, file)
	// Before a slot is taken: a body that trickles in must not hold up others.
	b := s.readBody(w, r, v)
	q.Post, q.InvalidCSRF = b.post, b.invalid
	if b.ifid != "" {
		s.switchInterface(q, b.ifid, params(r.URL.RawQuery).Get("observationPointId"))
		s.redirectSelf(w, r)
		return
	}
	out := &Response{w: w, r: r, s: s}
	switch err := s.inSlot(r, q, out); {
	case errors.Is(err, errNoSlot):
		s.sendError(w, r, http.StatusForbidden, almostReady)
	case err != nil:
		s.failures.Add(1)
		s.cfg.Logf(1, "Script failure [%s][%v]", file, err)
		// What a script printed before it failed has settled the answer, as it has
		// where every print goes to the client at once.
		switch {
		case out.Sent():
		case out.Started():
			out.finish()
		default:
			s.redirectToError(w, r, "internal_error", err.Error())
		}
	default:
		out.finish()
	}
}

var errNoSlot = errors.New("the program ends, or the client left while it waited")

// inSlot runs a script once one of the MaxScripts places is free.
func (s *Server) inSlot(r *http.Request, q *ScriptRequest, out *Response) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-r.Context().Done():
		return errNoSlot
	case <-s.base.Done():
		return errNoSlot
	}
	// A script is not stopped half-way because the browser left, but the end of
	// the program and its own time limit end it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), s.cfg.ScriptTimeout)
	defer context.AfterFunc(s.base, cancel)()
	defer cancel()
	return s.run(ctx, q, out)
}

// run turns a panic below the script into its failure.
func (s *Server) run(ctx context.Context, q *ScriptRequest, out *Response) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.panics.Add(1)
			s.cfg.Logf(0, "[HTTP] panic in %s: %v\n%s", q.Path, p, debug.Stack())
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	return s.deps.Runner.Run(ctx, q, out)
}

func (s *Server) redirectSelf(w http.ResponseWriter, r *http.Request) {
	to := s.cfg.Prefix + r.URL.Path
	if strings.HasPrefix(to, "http") || strings.Contains(to, "%") {
		to = "/"
	}
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	s.redirect(w, r, to)
}

// scriptFile is the file of a script address.
func (s *Server) scriptFile(uri string) string {
	dir := s.deps.Layout.ScriptsDir
	if rest, ok := strings.CutPrefix(uri, "/scripts/"); ok {
		dir, uri = path.Join(s.deps.Layout.UserScriptsDir, "scripts"), "/"+rest
	} else if uri == "/" {
		if uri = s.deps.Prefs.String("http_index_page"); !strings.HasPrefix(uri, "/lua/") || dangerous(uri) {
			uri = indexURL
		}
	} else if strings.HasSuffix(uri, "/") {
		uri += "index.lua"
	}
	if !strings.HasSuffix(uri, ".lua") {
		uri += ".lua"
	}
	return dir + uri
}

func (s *Server) accessLog(r *http.Request, status int) {
	var files []string
	if s.cfg.AccessLog != "" {
		files = append(files, s.cfg.AccessLog)
	}
	if s.deps.Prefs.Bool("enable_access_log") {
		files = append(files, path.Join(s.deps.Layout.DataDir, "ntopng_access.log"))
	}
	if len(files) == 0 {
		return
	}
	line := fmt.Sprintf("%s - - [%s] \"%s %s %s\" %d \"%s\" \"%s\"\n", remoteIP(r), s.cfg.Now().Format("02/Jan/2006 15:04:05"),
		r.Method, clean(r.URL.Path), r.Proto, status, clean(r.Referer()), clean(r.UserAgent()))
	s.logMu.Lock()
	defer s.logMu.Unlock()
	for _, name := range files {
		appendLine(name, line)
	}
}

// clean keeps a visitor from writing lines of his own into a log.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == 0x7f {
			return '_'
		}
		return r
	}, s)
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// ReadFrom lets files be sent by the kernel.
func (w *statusWriter) ReadFrom(r io.Reader) (int64, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return io.Copy(w.ResponseWriter, r)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
