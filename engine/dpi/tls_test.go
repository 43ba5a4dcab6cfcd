package dpi

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"ntopgo/engine/decode"
)

// recorder keeps what is written through a connection.
type recorder struct {
	net.Conn
	dir int
	log *exchange
}

type exchange struct {
	mu    sync.Mutex
	parts []part
}

type part struct {
	dir  int
	data []byte
}

func (r recorder) Write(b []byte) (int, error) {
	r.log.mu.Lock()
	r.log.parts = append(r.log.parts, part{r.dir, bytes.Clone(b)})
	r.log.mu.Unlock()
	return r.Conn.Write(b)
}

// handshake runs a real TLS handshake in memory and returns what was sent.
// The certificate is for names, www.example.org and *.example.net without any.
func handshake(t testing.TB, server string, version uint16, alpn []string, lifetime time.Duration, names ...string) []part {
	t.Helper()
	if len(names) == 0 {
		names = []string{"www.example.org", "*.example.net"}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "www.example.org", Organization: []string{"Example"}},
		DNSNames: names, NotBefore: time.Unix(1699990000, 0), NotAfter: time.Unix(1699990000, 0).Add(lifetime),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	log := &exchange{}
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	srv := tls.Server(recorder{b, 1, log}, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: alpn, MaxVersion: version, MinVersion: tls.VersionTLS10})
	cli := tls.Client(recorder{a, 0, log}, &tls.Config{ServerName: server, InsecureSkipVerify: true, NextProtos: alpn, MaxVersion: version, MinVersion: tls.VersionTLS10})
	ended := make(chan error, 1)
	go func() {
		err := srv.Handshake()
		if err == nil {
			_, err = srv.Write([]byte("hello"))
		}
		ended <- err
	}()
	if err := cli.Handshake(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(cli, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	return slices.Clone(log.parts)
}

func TestTLSHandshakes(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for _, c := range []struct {
		name, server string
		port         uint16
		version      uint16
		alpn         []string
		lifetime     time.Duration
		want         string
		risks        []int
		noRisks      []int
	}{
		{"1.3", "www.example.org", 443, tls.VersionTLS13, []string{"h2"}, year, "TLS", nil, []int{riskTlsMissingSni, riskTlsNotCarryingHttps, riskTlsObsoleteVersion, riskKnownProtocolOnNonStandardPort}},
		{"application", "mail.google.com", 443, tls.VersionTLS13, []string{"h2"}, year, "TLS.GMail", nil, nil},
		{"1.2 and its certificate", "www.example.org", 443, tls.VersionTLS12, nil, year, "TLS", []int{riskTlsNotCarryingHttps, riskTlsSelfsignedCertificate}, []int{riskTlsCertificateExpired, riskTlsCertificateMismatch}},
		{"expired", "a.example.net", 443, tls.VersionTLS12, nil, time.Second, "TLS", []int{riskTlsCertificateExpired}, []int{riskTlsCertificateMismatch}},
		{"mismatch", "other.example.com", 443, tls.VersionTLS12, nil, year, "TLS", []int{riskTlsCertificateMismatch}, nil},
		{"too long", "www.example.org", 443, tls.VersionTLS12, nil, 3 * year, "TLS", []int{riskTlsCertValidityTooLong}, nil},
		{"1.0", "www.example.org", 443, tls.VersionTLS10, nil, year, "TLS", []int{riskTlsObsoleteVersion}, nil},
		{"no name", "", 443, tls.VersionTLS13, []string{"h2"}, year, "TLS", []int{riskTlsMissingSni}, nil},
		{"mail", "imap.example.org", 993, tls.VersionTLS13, []string{"imap"}, year, "IMAPS", nil, nil},
		{"DNS over TLS", "dns.example.org", 853, tls.VersionTLS13, []string{"dot"}, year, "TLS.DoH_DoT", nil, nil},
		{"odd port", "www.example.org", 4433, tls.VersionTLS13, []string{"h2"}, year, "TLS", []int{riskKnownProtocolOnNonStandardPort}, nil},
	} {
		for _, size := range []int{1460, 97, 1} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				if size == 1 && c.name != "1.3" {
					t.Skip("single bytes once")
				}
				e := newEngine(t, Config{MaxPacketsTCP: 4000, MaxPackets: 8000})
				v := converse(t, e, decode.ProtoTCP, c.port)
				if size == 1 { // more pieces than a flow is given: the port decides
					for _, p := range handshake(t, c.server, c.version, c.alpn, c.lifetime) {
						v.send(p.dir == 0, cut(p.data, size)...)
					}
					e.GiveUp(v.s, v.t)
					if e.Name(v.s.Result()) != "TLS" {
						t.Errorf("got %s", e.Name(v.s.Result()))
					}
					return
				}
				for _, p := range handshake(t, c.server, c.version, c.alpn, c.lifetime) {
					v.send(p.dir == 0, cut(p.data, size)...)
				}
				v.want(t, c.want, ConfidenceDPI)
				m := v.s.Meta()
				if m == nil || m.HostName != c.server || m.TLSVersion == 0 {
					t.Fatalf("metadata %+v", m)
				}
				if size != 1460 {
					return // the certificate may lie behind the packets that are looked at
				}
				if m.TLSVersion != c.version {
					t.Errorf("version %x, want %x", m.TLSVersion, c.version)
				}
				if c.version == tls.VersionTLS12 && (m.TLSSubject != "O=Example, CN=www.example.org" || m.TLSNames != "www.example.org,*.example.net" || m.TLSNotBefore != 1699990000) {
					t.Errorf("certificate: %q %q %d", m.TLSSubject, m.TLSNames, m.TLSNotBefore)
				}
				for _, r := range c.risks {
					if !v.risk(r) {
						t.Errorf("risk %q is missing", e.Risk(uint8(r)).Name)
					}
				}
				for _, r := range c.noRisks {
					if v.risk(r) {
						t.Errorf("risk %q is set", e.Risk(uint8(r)).Name)
					}
				}
				if !v.done {
					t.Error("the flow still wants packets")
				}
			})
		}
	}
}

// TestTLSOutOfOrder sends the ClientHello in segments that arrive in any order.
// TestTLSCertificateNames: what the server name does not tell, the names of the
// certificate may.
func TestTLSCertificateNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ server, name, want string }{
		{"www.example.org", "example.org", "TLS"},
		{"www.example.org", "*.ntop.org", "TLS.ntop"},
		{"www.example.org", "mail.web.telegram.org", "TLS.Telegram"},
		{"www.facebook.com", "mail.web.telegram.org", "TLS.Facebook"},
	} {
		v := converse(t, newEngine(t, Config{}), decode.ProtoTCP, 443)
		for _, p := range handshake(t, c.server, tls.VersionTLS12, nil, 24*time.Hour, "localhost", c.name) {
			v.send(p.dir == 0, cut(p.data, 1460)...)
		}
		v.want(t, c.want, ConfidenceDPI)
	}
}

// TestKeepCategory: the name of a certificate comes after the flow is TLS.
func TestKeepCategory(t *testing.T) {
	t.Parallel()
	for keep, want := range map[bool]string{false: "Network", true: "Web"} {
		e := newEngine(t, Config{KeepCategory: keep})
		v := converse(t, e, decode.ProtoTCP, 443)
		for _, p := range handshake(t, "www.example.org", tls.VersionTLS12, nil, 24*time.Hour, "www.ntop.org") {
			v.send(p.dir == 0, cut(p.data, 1460)...)
		}
		v.want(t, "TLS.ntop", ConfidenceDPI)
		if got := e.CategoryName(v.s.Result().Category); got != want {
			t.Errorf("category kept: %v: %s, want %s", keep, got, want)
		}
	}
}

func TestTLSOutOfOrder(t *testing.T) {
	t.Parallel()
	hello := handshake(t, "www.youtube.com", tls.VersionTLS13, []string{"h2"}, time.Hour)[0].data
	pieces := cut(hello, len(hello)/3+1)
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {2, 0, 1}, {2, 1, 0}, {0, 0, 1, 1, 2}} {
		e := newEngine(t, Config{})
		v := converse(t, e, decode.ProtoTCP, 443)
		syn := v.packet(true, nil)
		syn.TCPFlags, syn.Seq = decode.SYN, v.seq[0]-1
		e.Feed(v.s, v.t, syn, true)
		for _, i := range order {
			p := v.packet(true, pieces[i])
			p.Seq = 1000 + uint32(i*len(pieces[0]))
			e.Feed(v.s, v.t, p, true)
		}
		if got := e.Name(v.s.Result()); got != "TLS.YouTube" {
			t.Errorf("order %v: got %s", order, got)
		}
	}
}

func TestJA4(t *testing.T) {
	t.Parallel()
	// The worked example of FoxIO's technical_details/JA4.md.
	h := &clientHello{
		version: 0x0303, versions: []uint16{0x5a5a, 0x0304, 0x0303}, hasSNI: true, sni: "www.example.org", alpn: []string{"h2", "http/1.1"},
		ciphers:    []uint16{0x3a3a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
		extensions: []uint16{0x0a0a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015, 0x2a2a},
		sigAlgs:    []uint16{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601},
	}
	if got, want := h.ja4('t', false), "t13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	h.alpn = []string{"http/1.1"}
	if got, want := h.ja4('q', false)[:10], "q13d1516h1"; got != want {
		t.Errorf("published: %s, want %s", got, want)
	}
	if got, want := h.ja4('q', true)[:10], "q13d1516ht"; got != want {
		t.Errorf("as in 2024: %s, want %s", got, want)
	}
	h.hasSNI, h.sni = false, ""
	if got := h.ja4('t', false)[3]; got != 'i' {
		t.Errorf("no name gives %c", got)
	}
}

func FuzzClientHello(f *testing.F) {
	f.Add(handshake(f, "www.example.org", tls.VersionTLS13, []string{"h2"}, time.Hour)[0].data[9:])
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, dtls := range []bool{false, true} {
			if h := parseHello(b, dtls); h != nil && len(h.ja4('t', dtls)) != 36 {
				t.Errorf("JA4 %q", h.ja4('t', dtls))
			}
		}
		parseServerHello(b)
	})
}

func FuzzCertificate(f *testing.F) {
	for _, p := range handshake(f, "www.example.org", tls.VersionTLS12, nil, time.Hour) {
		if i := bytes.Index(p.data, []byte{0x30, 0x82}); i > 0 {
			f.Add(p.data[i:])
		}
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		c, _ := parseCertificate(b)
		c.covers("www.example.org")
	})
}

// TestHelloInPieces shows a piece in the middle of a ClientHello that begins like a
// message of IEC 60870-5-104.
func TestHelloInPieces(t *testing.T) {
	t.Parallel()
	hello := handshake(t, "www.example.org", tls.VersionTLS13, []string{"h2"}, time.Hour)[0].data
	testFrame := []byte("\x68\x04\x43\x00\x00\x00")
	v := converse(t, newEngine(t, Config{}), decode.ProtoTCP, 4433)
	if v.send(true, testFrame, testFrame); v.s.res.App == 0 {
		t.Fatal("test frames alone are not recognised, so that they prove nothing")
	}
	v = converse(t, newEngine(t, Config{}), decode.ProtoTCP, 4433)
	if v.send(true, hello[:60], testFrame, testFrame); v.s.res.App != 0 {
		t.Errorf("the rest of a hello is taken for %s", v.e.Name(v.s.Result()))
	}
}
