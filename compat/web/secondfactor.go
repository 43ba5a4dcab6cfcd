package web

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"ntopgo/compat/users"
)

// The second step of a login: the tree's pages ask for the code or the passkey
// and post it to these addresses.
const (
	codeURL        = "/mfa_authorize.html"
	codePageURL    = "/lua/mfa_verify.lua"
	passkeyURL     = "/webauthn_authorize.html"
	passkeyPageURL = "/lua/webauthn_verify.lua"

	maxCodeForm    = 512
	maxPasskeyForm = 32 << 10
)

// secondFactor keeps a login whose password was right and sends the visitor to
// the page for the rest. A tree without such a page (2024's has none) gets a
// form of this server for codes; passkeys need the tree's page.
func (s *Server) secondFactor(w http.ResponseWriter, r *http.Request, id users.Identity, referer string) {
	page := codePageURL
	if id.SecondFactor == "webauthn" {
		page = passkeyPageURL
		if !s.hasPage(page) {
			s.cfg.Logf(1, "[HTTP] login of %s refused: %v (%s)", id.User, errSecondFactor, id.SecondFactor)
			s.sendError(w, r, http.StatusForbidden, "This account asks for a passkey as second factor, "+
				"which the pages in use cannot ask for. The login is refused.")
			return
		}
	}
	p, err := s.deps.Users.BeginSecondFactor(id, referer)
	if err != nil {
		s.cfg.Logf(0, "[HTTP] second factor of %s: %v", id.User, err)
		s.sendError(w, r, http.StatusInternalServerError, "The second factor cannot be asked for now.")
		return
	}
	s.askAgain(w, r, page, p.Token, "")
}

func (s *Server) hasPage(uri string) bool {
	_, err := s.deps.Layout.Stat(filepath.Join(s.deps.Layout.ScriptsDir, filepath.FromSlash(uri)))
	return err == nil
}

// askAgain sends the visitor to the page of the second factor.
func (s *Server) askAgain(w http.ResponseWriter, r *http.Request, page, token, reason string) {
	if page == codePageURL && !s.hasPage(page) {
		s.ownCodeForm(w, r, token, reason != "")
		return
	}
	to := s.cfg.Prefix + page + "?token=" + url.QueryEscape(token)
	if reason != "" {
		to += "&reason=" + reason
	}
	s.redirect(w, r, to)
}

// ownCodeForm asks for a code where the tree has no page for it.
func (s *Server) ownCodeForm(w http.ResponseWriter, _ *http.Request, token string, again bool) {
	note := ""
	if again {
		note = "<p>Wrong code.</p>"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Second factor</title></head><body>%s`+
		`<form method="post" action="%s%s"><input type="hidden" name="token" value="%s"><label>Code `+
		`<input name="totp_code" maxlength="6" inputmode="numeric" autocomplete="one-time-code" required autofocus></label> `+
		`<button>Log in</button></form></body></html>`, note, html.EscapeString(s.cfg.Prefix), codeURL, html.EscapeString(token))
}

// posted reads the fields of a form; other methods have none, so that a code
// never stands in an address.
func posted(r *http.Request, limit int64) url.Values {
	if r.Method != http.MethodPost {
		return url.Values{}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit))
	if err != nil {
		return url.Values{}
	}
	return params(string(body))
}

// checkCode answers the form of the one-time code.
func (s *Server) checkCode(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(postTime))
	form := posted(r, maxCodeForm)
	token := form.Get("token")
	id, p, err := s.deps.Users.FinishTOTP(token, form.Get("totp_code"))
	s.finishSecondFactor(w, r, codePageURL, "wrong-code", id, p, err)
}

// checkPasskey answers the page that asks for a passkey.
func (s *Server) checkPasskey(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(postTime))
	form := posted(r, maxPasskeyForm)
	id, p, err := s.deps.Users.FinishPasskey(form.Get("token"), users.Assertion{ID: form.Get("cred_id"),
		ClientData: form.Get("client_data"), AuthData: form.Get("auth_data"), Signature: form.Get("signature")}, relyingParty(r))
	s.finishSecondFactor(w, r, passkeyPageURL, "invalid-key", id, p, err)
}

func (s *Server) finishSecondFactor(w http.ResponseWriter, r *http.Request, page, reason string, id users.Identity,
	p users.Pending, err error) {
	switch {
	case err == nil:
		s.openSession(w, r, id, s.localReferer(p.Referer))
		return
	case errors.Is(err, users.ErrNoPending):
		s.redirect(w, r, s.cfg.Prefix+loginURL+"?reason=session-expired")
	default:
		s.askAgain(w, r, page, p.Token, reason)
	}
	if p.User == "" {
		return
	}
	s.cfg.Logf(1, "[HTTP] second factor of %s from %s: %v", p.User, remoteIP(r), err)
	if s.cfg.OnLogin != nil {
		s.cfg.OnLogin(p.User, false)
	}
}

// relyingParty is what a passkey must be bound to: this server as the browser sees it.
func relyingParty(r *http.Request) users.Site {
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if host == "" {
		host = "localhost"
	}
	domain := host
	if name, _, err := net.SplitHostPort(host); err == nil {
		domain = name
	}
	return users.Site{Origin: scheme + "://" + host, Domain: strings.Trim(domain, "[]")}
}
