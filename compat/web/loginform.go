package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ntopgo/compat/users"
)

const (
	loginURL          = "/lua/login.lua"
	authorizeURL      = "/authorize.html"
	changePasswordURL = "/lua/change_password.lua"
	logoutURL         = "/lua/ntopng_logout.lua"
	localeURL         = "/lua/locale.lua"
	interfaceDataURL  = "/lua/rest/get/interface/data.lua"
	errorURL          = "/lua/http_status_code.lua"
	indexURL          = "/lua/index.lua"

	maxLoginForm = 1024
	longSession  = 7 * 24 * time.Hour
)

// openURLs need no session.
var openURLs = map[string]bool{
	loginURL: true, authorizeURL: true, localeURL: true,
	codeURL: true, codePageURL: true, passkeyURL: true, passkeyPageURL: true,
}

// authorize answers the login form.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	var form url.Values
	referer := ""
	if r.Method == http.MethodPost {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(postTime))
		body, err := io.ReadAll(io.LimitReader(r.Body, maxLoginForm))
		if err != nil {
			s.redirectToLogin(w, r, "", "wrong-credentials")
			return
		}
		form = params(string(body))
		referer = form.Get("referer")
	} else {
		form = params(r.URL.RawQuery)
		if referer = form.Get("ref"); referer == "" {
			referer = r.Referer()
		}
	}
	id, err := s.check(r, form.Get("user"), form.Get("password"))
	switch {
	case errors.Is(err, users.ErrNotGUI):
		s.redirectToLogin(w, r, referer, "")
	case err != nil:
		s.redirectToLogin(w, r, referer, "wrong-credentials")
	case id.SecondFactor != "":
		s.secondFactor(w, r, id, s.localReferer(referer))
	default:
		s.openSession(w, r, id, s.localReferer(referer))
	}
}

func (s *Server) openSession(w http.ResponseWriter, r *http.Request, id users.Identity, referer string) {
	if s.loginOff(r) {
		s.redirect(w, r, referer)
		return
	}
	life := s.sessionLife()
	session, err := s.deps.Users.CreateSession(id, life)
	if err != nil {
		s.cfg.Logf(0, "[HTTP] %v", err)
		s.sendError(w, r, http.StatusInternalServerError, "The session cannot be stored.")
		return
	}
	if s.cfg.OnLogin != nil {
		s.cfg.OnLogin(id.User, true)
	}
	w.Header().Add("Set-Cookie", fmt.Sprintf("%s=%s; path=/; HttpOnly; max-age=%d;%s",
		s.sessionCookie(), session.ID, int(life.Seconds()), cookieAttributes(r)))
	s.redirect(w, r, referer)
}

func cookieAttributes(r *http.Request) string {
	if r.TLS != nil {
		return " HttpOnly; SameSite=lax; Secure"
	}
	return " HttpOnly; SameSite=lax"
}

// sessionLife is how long a new session lasts.
func (s *Server) sessionLife() time.Duration {
	p := s.deps.Prefs
	if s.cfg.LongSessions || p.Int("is_autologon_enabled") == 0 {
		return longSession
	}
	if p.Bool("auth_session_midnight_expiration") {
		now := s.cfg.Now()
		y, m, d := now.Date()
		return max(time.Date(y, m, d+1, 0, 0, 0, 0, now.Location()).Sub(now).Truncate(time.Second), time.Second)
	}
	return time.Duration(max(p.Int("auth_session_duration"), 1)) * time.Second
}

// localReferer makes of a referer, which may begin with a host, a path on this
// server; "//host" and its disguises would lead away from it.
func (s *Server) localReferer(referer string) string {
	if strings.HasPrefix(referer, "http://") || strings.HasPrefix(referer, "https://") {
		_, referer, _ = strings.Cut(referer, "://")
	}
	if i := strings.IndexByte(referer, '/'); i > 0 {
		referer = referer[i:]
	}
	clean := strings.TrimLeft(referer, "/\\")
	if referer == "" || referer[0] != '/' || strings.ContainsAny(referer, "\r\n\x00") || clean == "" || "/"+clean == authorizeURL {
		return s.cfg.Prefix + "/"
	}
	return "/" + clean
}

// referer is what a redirect tells of the address asked for: host, prefix, path, query.
func (s *Server) referer(r *http.Request) string {
	out := r.Host + s.cfg.Prefix + r.URL.Path
	if r.URL.RawQuery != "" {
		out += "?" + r.URL.RawQuery
	}
	if len(out) > 254 {
		out = out[:254]
	}
	return out
}

func (s *Server) redirectToLogin(w http.ResponseWriter, r *http.Request, referer, reason string) {
	w.Header().Add("Set-Cookie", "session=; HttpOnly; path=/; expires=Thu, 01-Jan-1970 00:00:01 GMT; max-age=0;"+cookieAttributes(r))
	var q []string
	if referer != "" {
		q = append(q, "referer="+url.QueryEscape(referer))
	}
	if reason != "" {
		q = append(q, "reason="+url.QueryEscape(reason))
	}
	to := s.cfg.Prefix + loginURL
	if len(q) > 0 {
		to += "?" + strings.Join(q, "&")
	}
	s.redirect(w, r, to)
}

// redirectToError sends the visitor to the page that explains what went wrong;
// message is a key of the tree's texts.
func (s *Server) redirectToError(w http.ResponseWriter, r *http.Request, message, detail string) {
	if len(detail) > 512 {
		detail = detail[:512]
	}
	s.redirect(w, r, s.cfg.Prefix+errorURL+"?message="+message+"&referer="+url.QueryEscape(s.referer(r))+
		"&error_message="+url.QueryEscape(detail))
}

func (s *Server) redirect(w http.ResponseWriter, _ *http.Request, to string) {
	w.Header().Set("Location", to)
	w.Header()["Content-Type"] = nil
	w.WriteHeader(http.StatusFound)
}

// sendError answers with a small page of its own.
func (s *Server) sendError(w http.ResponseWriter, _ *http.Request, status int, text string) {
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Connection", "close")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
