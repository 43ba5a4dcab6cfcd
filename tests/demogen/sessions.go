package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// site is a server with its names and sizes.
type site struct {
	host    *host
	name    string
	size    int // bytes of a usual answer
	version uint16
}

// world makes real endpoints out of seeded randomness.
type world struct {
	seed  uint64
	start time.Time
	certs map[string]tls.Certificate
	ca    ed25519.PrivateKey
	pool  *x509.CertPool
	root  *x509.Certificate
}

// stream is a reproducible source of bytes for one purpose.
func (w *world) stream(purpose string) io.Reader {
	var seed [32]byte
	copy(seed[:], fmt.Sprintf("%d %s", w.seed, purpose))
	for i, c := range []byte(purpose) { // names may be longer than the seed
		seed[i%32] ^= c + byte(i)
	}
	return steady{rand.NewChaCha8(seed)}
}

// steady hands out bytes that do not depend on the single ones that key
// generation reads, or not, at the toss of a coin.
type steady struct{ r io.Reader }

func (s steady) Read(b []byte) (int, error) {
	if len(b) == 1 {
		b[0] = 0
		return 1, nil
	}
	return s.r.Read(b)
}

func newWorld(seed uint64, start time.Time) (*world, error) {
	w := &world{seed: seed, start: start, certs: map[string]tls.Certificate{}, pool: x509.NewCertPool()}
	pub, key, err := ed25519.GenerateKey(w.stream("authority"))
	if err != nil {
		return nil, err
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Demonstration CA", Organization: []string{"Demonstration Trust"}},
		NotBefore: start.AddDate(-1, 0, 0), NotAfter: start.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(w.stream("root"), tmpl, tmpl, pub, key)
	if err != nil {
		return nil, err
	}
	if w.root, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	w.ca = key
	w.pool.AddCert(w.root)
	return w, nil
}

// certificate issues one for a name.
func (w *world) certificate(name string) (tls.Certificate, error) {
	if c, ok := w.certs[name]; ok {
		return c, nil
	}
	pub, key, err := ed25519.GenerateKey(w.stream("key " + name))
	if err != nil {
		return tls.Certificate{}, err
	}
	domain := name[strings.Index(name, ".")+1:]
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(int64(1000 + len(w.certs))),
		Subject:      pkix.Name{CommonName: name, Organization: []string{domain}},
		DNSNames:     []string{name, "*." + domain},
		NotBefore:    w.start.AddDate(0, 0, -20), NotAfter: w.start.AddDate(0, 0, 70),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(w.stream("sign "+name), tmpl, w.root, pub, w.ca)
	if err != nil {
		return tls.Certificate{}, err
	}
	c := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	w.certs[name] = c
	return c, nil
}

// configs are the two TLS configurations of a session.
func (w *world) configs(id string, s site, alpn ...string) (client, server *tls.Config, err error) {
	cert, err := w.certificate(s.name)
	if err != nil {
		return nil, nil, err
	}
	now := func() time.Time { return w.start }
	client = &tls.Config{
		ServerName: s.name, RootCAs: w.pool, NextProtos: alpn, Rand: w.stream("client " + id), Time: now,
		CurvePreferences: []tls.CurveID{tls.X25519},
	}
	server = &tls.Config{
		Certificates: []tls.Certificate{cert}, NextProtos: alpn, MaxVersion: s.version, Rand: w.stream("server " + id), Time: now,
		CurvePreferences: []tls.CurveID{tls.X25519}, SessionTicketsDisabled: true,
	}
	return client, server, nil
}

// request writes a GET and reads its answer.
func request(conn net.Conn, host, path, agent string) error {
	req, err := http.NewRequest("GET", "http://"+host+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept", "*/*")
	var out bytes.Buffer
	if err := req.Write(&out); err != nil {
		return err
	}
	if _, err := conn.Write(out.Bytes()); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// answer reads a request and writes size bytes of body.
func answer(conn net.Conn, body io.Reader, size int, kind string, now time.Time) error {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return err
	}
	resp := &http.Response{
		StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(size),
		Body:   io.NopCloser(io.LimitReader(body, int64(size))),
		Header: http.Header{"Server": {"nginx"}, "Content-Type": {kind}, "Date": {now.UTC().Format(http.TimeFormat)}},
	}
	var out bytes.Buffer
	if err := resp.Write(&out); err != nil {
		return err
	}
	_, err = conn.Write(out.Bytes())
	return err
}

// https is a visit with TLS.
func (w *world) https(id string, s site, path string, size int, agent string) ([]message, error) {
	cc, sc, err := w.configs(id, s, "http/1.1")
	if err != nil {
		return nil, err
	}
	return converse(func(c net.Conn) error {
		t := tls.Client(c, cc)
		if err := t.Handshake(); err != nil {
			return err
		}
		if err := request(t, s.name, path, agent); err != nil {
			return err
		}
		return t.Close()
	}, func(c net.Conn) error {
		t := tls.Server(c, sc)
		if err := t.Handshake(); err != nil {
			return err
		}
		if err := answer(t, w.stream("body "+id), size, "text/html", w.start); err != nil {
			return err
		}
		io.Copy(io.Discard, t) // until the client closes
		return nil
	})
}

// plain is a visit without TLS.
func (w *world) plain(id, name, path, kind string, size int, agent string) ([]message, error) {
	return converse(func(c net.Conn) error { return request(c, name, path, agent) },
		func(c net.Conn) error { return answer(c, w.stream("body "+id), size, kind, w.start) })
}

// ssh is a session in which a few commands run. The algorithms are the usual
// ones that every dissector knows.
func (w *world) ssh(id string, commands int) ([]message, error) {
	_, key, err := ed25519.GenerateKey(w.stream("host key " + id))
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, err
	}
	sc := &ssh.ServerConfig{ServerVersion: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }}
	sc.KeyExchanges, sc.Ciphers = []string{"curve25519-sha256"}, []string{"aes128-ctr"}
	sc.MACs = []string{"hmac-sha2-256"}
	sc.Rand = w.stream("ssh server " + id)
	sc.AddHostKey(signer)
	cc := &ssh.ClientConfig{
		User: "admin", Auth: []ssh.AuthMethod{ssh.Password("demonstration")},
		HostKeyCallback: ssh.FixedHostKey(signer.PublicKey()), ClientVersion: "SSH-2.0-OpenSSH_9.6",
	}
	cc.Rand = w.stream("ssh client " + id)
	return converse(func(c net.Conn) error {
		conn, chans, reqs, err := ssh.NewClientConn(c, "server:22", cc)
		if err != nil {
			return err
		}
		client := ssh.NewClient(conn, chans, reqs)
		for range commands {
			session, err := client.NewSession()
			if err != nil {
				return err
			}
			if _, err := session.Output("uptime"); err != nil {
				return err
			}
		}
		return nil
	}, func(c net.Conn) error {
		conn, chans, reqs, err := ssh.NewServerConn(c, sc)
		if err != nil {
			return err
		}
		go ssh.DiscardRequests(reqs)
		for ch := range chans {
			channel, requests, err := ch.Accept()
			if err != nil {
				return err
			}
			for r := range requests {
				r.Reply(r.Type == "exec", nil)
				if r.Type == "exec" {
					io.CopyN(channel, w.stream("output "+id), 700)
					channel.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
					channel.Close()
				}
			}
		}
		conn.Close()
		return nil
	})
}
