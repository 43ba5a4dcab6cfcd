package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// length is how much packet time the capture covers.
const length = 10 * time.Minute

// scene is what happens in the office, written onto its LAN.
type scene struct {
	*lan
	w        *world
	devices  map[string]*host
	kinds    map[string][]*device
	resolver *host // the gateway answers DNS
	public   *host
	sites    []site
	session  int
}

// office generates everything.
func office(seed uint64) (*lan, error) {
	w, err := newWorld(seed, start)
	if err != nil {
		return nil, err
	}
	s := &scene{
		lan:     &lan{rnd: rand.New(rand.NewPCG(seed, 2026)), gateway: map[uint16]*host{}},
		w:       w,
		devices: map[string]*host{}, kinds: map[string][]*device{},
		public: far("dns.google", "8.8.8.8", "2001:4860:4860::8888"),
		sites:  sites(),
	}
	for _, vlan := range []uint16{0, guests, things} {
		s.gateway[vlan] = device{name: "gateway", oui: ubiquiti, ttl: 64, vlan: vlan, last: 1}.host()
	}
	s.resolver = s.gateway[0]
	for i := range devices {
		d := &devices[i]
		s.devices[d.name] = d.host()
		s.kinds[d.family] = append(s.kinds[d.family], d)
	}
	for _, part := range []func() error{s.arrivals, s.browsing, s.streaming, s.housekeeping, s.servers, s.discovery, s.trouble} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return s.lan, nil
}

// when is a moment in a part of the capture, in seconds.
func (s *scene) when(from, to int) time.Duration {
	return time.Duration(from)*time.Second + time.Duration(s.rnd.Int64N(int64(time.Duration(to-from)*time.Second)))
}

// rtt is how far away a server is, the same for every visit.
func (s *scene) rtt(h *host) time.Duration {
	if !h.remote {
		return 300 * time.Microsecond
	}
	return time.Duration(8+h.ip.As16()[13]%70) * time.Millisecond
}

func (s *scene) gatewayOf(h *host) *host { return s.gateway[h.vlan] }

// id names a session for its random streams.
func (s *scene) id(what string) string {
	s.session++
	return fmt.Sprintf("%s %d", what, s.session)
}

// resolve asks the gateway for a site before it is visited.
func (s *scene) resolve(at time.Duration, h *host, to site) error {
	rtt := time.Duration(2+s.rnd.IntN(20)) * time.Millisecond
	if to.host.ip6.IsValid() {
		if err := s.dns(at-30*time.Millisecond, h, s.gatewayOf(h), rtt, to.name, dnsmessage.TypeAAAA, to.host.ip6); err != nil {
			return err
		}
	}
	return s.dns(at-30*time.Millisecond, h, s.gatewayOf(h), rtt, to.name, dnsmessage.TypeA, to.host.ip)
}

// visit is one HTTPS request with its name resolution.
func (s *scene) visit(at time.Duration, d *device, to site, size int) error {
	h := s.devices[d.name]
	if err := s.resolve(at, h, to); err != nil {
		return err
	}
	id := s.id("https")
	msgs, err := s.w.https(id, to, "/", size, d.agent)
	if err != nil {
		return fmt.Errorf("visit of %s: %w", to.name, err)
	}
	s.tcp(at, h, to.host, d.v6 && to.host.ip6.IsValid(), 443, s.rtt(to.host), msgs)
	return nil
}

// arrivals: devices come up, ask for addresses and look for their gateway.
func (s *scene) arrivals() error {
	for _, kind := range []string{"desk", "phone", "guest", "thing"} {
		for i, d := range s.kinds[kind] {
			h := s.devices[d.name]
			at := s.when(0, 60)
			if i%2 == 0 {
				s.dhcp(at, h, s.gatewayOf(h), d.class)
			}
			s.arp(at+time.Second, h, s.gatewayOf(h))
			for t := at + 2*time.Minute; t < length; t += 2*time.Minute + s.when(0, 20) {
				s.arp(t, h, s.gatewayOf(h))
			}
			if d.v6 {
				s.neighbour(at+2*time.Second, h, s.gateway[0])
			}
		}
	}
	return nil
}

// browsing: people visit sites, now and then a big page.
func (s *scene) browsing() error {
	for _, kind := range []string{"desk", "phone", "guest"} {
		visits := map[string]int{"desk": 8, "phone": 5, "guest": 4}[kind]
		for _, d := range s.kinds[kind] {
			for range visits {
				to := s.sites[s.rnd.IntN(len(s.sites))]
				size := to.size/2 + s.rnd.IntN(to.size)
				if err := s.visit(s.when(5, 590), d, to, size); err != nil {
					return err
				}
			}
		}
	}
	quic := quicSites()
	for i, name := range []string{"desk-anna", "desk-carla", "desk-elena", "phone-anna", "phone-bruno", "phone-elena", "guest-1", "guest-2", "desk-hugo"} {
		to := quic[i%len(quic)]
		h := s.devices[name]
		at := s.when(20, 560)
		if err := s.resolve(at, h, to); err != nil {
			return err
		}
		v6 := to.host.ip6.IsValid() && h.vlan == 0 && i%2 == 0
		if err := s.quic(s.w, at, s.id("quic"), h, to, v6, s.rtt(to.host), 60+s.rnd.IntN(60)); err != nil {
			return fmt.Errorf("QUIC visit of %s: %w", to.name, err)
		}
	}
	return nil
}

// streaming: a video over QUIC, a film over TLS, and a download in the clear.
func (s *scene) streaming() error {
	h := s.devices["desk-irene"]
	if err := s.quic(s.w, s.when(100, 110), s.id("quic"), h, quicSites()[0], true, 20*time.Millisecond, 1500); err != nil {
		return err
	}
	for _, d := range s.kinds["guest"] {
		if d.name == "guest-3" {
			if err := s.visit(s.when(200, 210), d, s.sites[8], 1500000); err != nil {
				return err
			}
		}
	}
	mirror := far("get.videolan.org", "213.36.253.119", "2a01:e0d:1:3:58bf:fa77:c0de:5")
	build := s.devices["build"]
	at := 300 * time.Second
	for i, size := range []int{18000, 64000, 900000} {
		if err := s.resolve(at, build, site{host: mirror, name: "get.videolan.org"}); err != nil {
			return err
		}
		msgs, err := s.w.plain(s.id("http"), "get.videolan.org", fmt.Sprintf("/vlc/3.0.2%d/vlc-3.0.2%d.tar.xz", i, i), "application/x-xz", size, "Wget/1.21.3")
		if err != nil {
			return err
		}
		at = s.tcp(at, build, mirror, i == 2, 80, s.rtt(mirror), msgs) + time.Second
	}
	return nil
}

// housekeeping: time, health checks, logs.
func (s *scene) housekeeping() error {
	pool := []*host{far("0.debian.pool.ntp.org", "193.204.114.232", ""), far("1.debian.pool.ntp.org", "85.199.214.98", ""), far("time.cloudflare.com", "162.159.200.1", "")}
	for i, d := range devices {
		if d.family == "guest" {
			continue
		}
		for t := s.when(5, 100); t < length; t += 256 * time.Second {
			s.ntp(t, s.devices[d.name], pool[i%len(pool)], s.rtt(pool[i%len(pool)]), start)
		}
	}
	monitor := s.devices["monitor"]
	for i := range 10 {
		at := time.Duration(i)*time.Minute + 7*time.Second
		s.ping(at, monitor, s.gateway[0], false, 2, 400*time.Microsecond)
		s.ping(at+5*time.Second, monitor, s.public, false, 2, 14*time.Millisecond)
		msgs, err := s.w.plain(s.id("check"), "printer.office.example", "/status", "text/html", 800, "curl/7.88.1")
		if err != nil {
			return err
		}
		s.tcp(at+10*time.Second, monitor, s.devices["printer"], false, 80, 500*time.Microsecond, msgs)
		s.syslog(at+12*time.Second, s.devices["switch"], monitor, start, fmt.Sprintf("%%LINK-3-UPDOWN: Interface Gi0/%d, changed state to up", i+1))
		s.syslog(at+13*time.Second, s.devices["wifi"], monitor, start, "hostapd: ath0: STA associated")
	}
	s.ping(90*time.Second, s.devices["desk-dario"], s.devices["build"], true, 3, 500*time.Microsecond)
	return nil
}

// servers: terminals to the build machine, files from the server.
func (s *scene) servers() error {
	for i, name := range []string{"desk-dario", "desk-gina", "monitor", "desk-elena"} {
		msgs, err := s.w.ssh(s.id("ssh"), 2+2*i)
		if err != nil {
			return fmt.Errorf("SSH of %s: %w", name, err)
		}
		for m := range msgs {
			if msgs[m].fromClient && m > 8 {
				msgs[m].think = 4 * time.Second
			}
		}
		s.tcp(s.when(30, 400), s.devices[name], s.devices["build"], name == "desk-dario", 22, 600*time.Microsecond, msgs)
	}
	outside := far("git.example.net", "198.51.100.23", "")
	msgs, err := s.w.ssh(s.id("ssh"), 3)
	if err != nil {
		return err
	}
	s.tcp(150*time.Second, s.devices["build"], outside, false, 22, 35*time.Millisecond, msgs)
	for _, name := range []string{"desk-anna", "desk-bruno", "desk-fabio", "desk-luca"} {
		s.tcp(s.when(40, 500), s.devices[name], s.devices["files"], false, 445, 400*time.Microsecond, smb())
	}
	return nil
}

// discovery: what devices shout on the link.
func (s *scene) discovery() error {
	services := map[string]string{"phone": "_companion-link._tcp", "server": "_http._tcp", "thing": "_hap._tcp", "desk": "_smb._tcp"}
	for i, d := range devices {
		h := s.devices[d.name]
		service, ok := services[d.family]
		if !ok {
			continue
		}
		s.igmp(s.when(1, 30), h, "224.0.0.251")
		for t := s.when(10, 120); t < length; t += 200 * time.Second {
			if err := s.mdns(t, h, service); err != nil {
				return err
			}
		}
		if d.ttl == 128 {
			s.netbios(s.when(5, 60), h, "192.168.1.255")
			s.netbios(s.when(200, 260), h, "192.168.1.255")
			if err := s.llmnr(s.when(20, 300), h, "wpad"); err != nil {
				return err
			}
		}
		if i%3 == 0 {
			s.igmp(s.when(1, 30), h, "239.255.255.250")
			s.ssdpSearch(s.when(60, 500), h)
		}
	}
	for t := 30 * time.Second; t < length; t += 3 * time.Minute {
		s.ssdpNotify(t, s.devices["hue-bridge"], "upnp:rootdevice")
		s.ssdpNotify(t+time.Second, s.devices["speaker"], "urn:schemas-upnp-org:device:ZonePlayer:1")
		s.ssdpNotify(t+2*time.Second, s.devices["files"], "urn:schemas-upnp-org:device:MediaServer:1")
	}
	return nil
}

// trouble: what a network has to be watched for. A camera talks to an unknown
// server, a guest tries many ports, a desk asks for names that do not exist.
func (s *scene) trouble() error {
	scanner, target := s.devices["guest-4"], s.devices["guest-3"]
	for i, port := range []uint16{21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 389, 443, 445, 465, 587, 631, 993, 995, 1433, 1521, 2049, 3128, 3306, 3389, 5432, 5900, 6379, 8080, 8443, 9200, 27017} {
		s.refused(400*time.Second+time.Duration(i)*35*time.Millisecond, scanner, target, port, i%4 != 0)
	}
	s.unreachable(405*time.Second, scanner, target, 161)
	infected := s.devices["desk-fabio"]
	const letters = "abcdefghijklmnopqrstuvwxyz"
	for i := range 25 {
		name := make([]byte, 14)
		for c := range name {
			name[c] = letters[s.rnd.IntN(len(letters))]
		}
		if err := s.dns(450*time.Second+time.Duration(i)*800*time.Millisecond, infected, s.resolver, 20*time.Millisecond, string(name)+".example", dnsmessage.TypeA); err != nil {
			return err
		}
	}
	unknown := site{host: far("updates.camera.example", "203.0.113.66", ""), name: "updates.camera.example", version: 0x0303}
	for i := range 4 {
		camera := s.devices["camera-yard"]
		at := time.Duration(60+120*i) * time.Second
		if err := s.resolve(at, camera, unknown); err != nil {
			return err
		}
		msgs, err := s.w.https(s.id("https"), unknown, "/upload", 3000, "camera/1.0")
		if err != nil {
			return err
		}
		s.tcp(at, camera, unknown.host, false, 8443, 160*time.Millisecond, msgs)
	}
	direct := s.devices["desk-bruno"]
	if err := s.dns(120*time.Second, direct, s.public, 14*time.Millisecond, "www.wikipedia.org", dnsmessage.TypeA, netip.MustParseAddr("185.15.59.224")); err != nil {
		return err
	}
	msgs, err := s.w.plain(s.id("http"), "203.0.113.80", "/login.php?user=anna&password=secret", "text/html", 2500, chrome)
	if err != nil {
		return err
	}
	s.tcp(200*time.Second, direct, far("old.intranet.example", "203.0.113.80", ""), false, 80, 50*time.Millisecond, msgs)
	return nil
}
