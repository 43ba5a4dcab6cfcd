package web

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"path"

	"ntopgo/compat/users"
)

const x509Pref = "is_client_x509_auth_enabled"

// tlsMaterial is what <httpdocs>/ssl holds: ntopng-cert.pem, certificate and
// key in one file, and perhaps ntopng-ca.crt, the authorities of client certificates.
type tlsMaterial struct {
	pair    tls.Certificate
	clients *x509.CertPool
}

func loadTLS(d Deps) (*tlsMaterial, error) {
	dir := path.Join(d.Layout.HTTPDocsDir, "ssl")
	name := path.Join(dir, "ntopng-cert.pem")
	pem, _, err := d.Layout.ReadFile(name)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	m := &tlsMaterial{pair: pair}
	if ca, _, err := d.Layout.ReadFile(path.Join(dir, "ntopng-ca.crt")); err == nil {
		m.clients = x509.NewCertPool()
		if !m.clients.AppendCertsFromPEM(ca) {
			m.clients = nil
		}
	}
	return m, nil
}

// config asks for client certificates, when they may log in, without insisting:
// whoever has none, or a wrong one, gets the login page.
func (m *tlsMaterial) config(clientCerts bool) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{m.pair}}
	if clientCerts && m.clients != nil {
		c.ClientAuth = tls.RequestClientCert
	}
	return c
}

// certificateUser is the user a verified client certificate names.
func (s *Server) certificateUser(r *http.Request) (users.Identity, error) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 || s.tls == nil || s.tls.clients == nil || !s.deps.Prefs.Bool(x509Pref) {
		return users.Identity{}, errors.New("no client certificate")
	}
	more := x509.NewCertPool()
	for _, c := range r.TLS.PeerCertificates[1:] {
		more.AddCert(c)
	}
	leaf := r.TLS.PeerCertificates[0]
	_, err := leaf.Verify(x509.VerifyOptions{Roots: s.tls.clients, Intermediates: more, CurrentTime: s.cfg.Now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageAny}})
	if err != nil {
		return users.Identity{}, fmt.Errorf("client certificate: %w", err)
	}
	name := leaf.Subject.CommonName
	if name == "" || !s.deps.Users.Exists(name) {
		return users.Identity{}, fmt.Errorf("client certificate: no user %q", name)
	}
	group := s.deps.Users.Group(name)
	if group == users.GroupUnknown {
		return users.Identity{}, fmt.Errorf("client certificate: user %q has no group", name)
	}
	return users.Identity{User: name, Group: group, Local: true}, nil
}
