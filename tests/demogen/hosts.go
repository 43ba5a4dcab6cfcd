package main

import (
	"crypto/tls"
	"net/netip"
)

// device is a kind of host on the LAN: the vendor part of its MAC address (IEEE
// registry), its TTL and what it calls itself.
type device struct {
	name   string
	oui    [3]byte
	ttl    uint8
	vlan   uint16
	last   byte // of its address
	class  string
	agent  string
	v6     bool
	family string // what it does: desk, phone, server, thing
}

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
	chrome  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
	safari  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)

// Vendors by the first three bytes of a MAC address.
var (
	apple     = [3]byte{0x3c, 0x22, 0xfb}
	dell      = [3]byte{0xf8, 0xb1, 0x56}
	intel     = [3]byte{0x8c, 0x8d, 0x28}
	hp        = [3]byte{0x3c, 0xd9, 0x2b}
	raspberry = [3]byte{0xb8, 0x27, 0xeb}
	samsung   = [3]byte{0x8c, 0x77, 0x12}
	synology  = [3]byte{0x00, 0x11, 0x32}
	ubiquiti  = [3]byte{0x24, 0xa4, 0x3c}
	espressif = [3]byte{0x24, 0x0a, 0xc4}
	hue       = [3]byte{0x00, 0x17, 0x88}
	sonos     = [3]byte{0x00, 0x0e, 0x58}
	axis      = [3]byte{0x00, 0x40, 0x8c}
	cisco     = [3]byte{0x00, 0x1b, 0x54}
	vmware    = [3]byte{0x00, 0x50, 0x56}
)

// VLANs: the office is untagged.
const (
	guests uint16 = 10
	things uint16 = 20
)

var devices = []device{
	{"desk-anna", dell, 128, 0, 20, "MSFT 5.0", chrome, true, "desk"},
	{"desk-bruno", dell, 128, 0, 21, "MSFT 5.0", chrome, false, "desk"},
	{"desk-carla", intel, 128, 0, 22, "MSFT 5.0", chrome, true, "desk"},
	{"desk-dario", intel, 64, 0, 23, "dhcpcd-9.4.1", firefox, true, "desk"},
	{"desk-elena", apple, 64, 0, 24, "", safari, true, "desk"},
	{"desk-fabio", hp, 128, 0, 25, "MSFT 5.0", chrome, false, "desk"},
	{"desk-gina", intel, 64, 0, 26, "dhcpcd-9.4.1", firefox, false, "desk"},
	{"desk-hugo", dell, 128, 0, 27, "MSFT 5.0", chrome, false, "desk"},
	{"desk-irene", apple, 64, 0, 28, "", safari, true, "desk"},
	{"desk-luca", hp, 128, 0, 29, "MSFT 5.0", chrome, false, "desk"},
	{"phone-anna", apple, 64, 0, 60, "", safari, true, "phone"},
	{"phone-bruno", samsung, 64, 0, 61, "android-dhcp-14", chrome, true, "phone"},
	{"phone-carla", samsung, 64, 0, 62, "android-dhcp-14", chrome, false, "phone"},
	{"phone-elena", apple, 64, 0, 63, "", safari, true, "phone"},
	{"phone-hugo", samsung, 64, 0, 64, "android-dhcp-13", chrome, false, "phone"},
	{"files", synology, 64, 0, 10, "", "", true, "server"},
	{"build", vmware, 64, 0, 11, "", "curl/8.7.1", true, "server"},
	{"monitor", raspberry, 64, 0, 12, "", "curl/7.88.1", false, "server"},
	{"printer", hp, 255, 0, 13, "", "", false, "server"},
	{"switch", cisco, 255, 0, 2, "", "", false, "server"},
	{"wifi", ubiquiti, 64, 0, 3, "", "", false, "server"},
	{"guest-1", apple, 64, guests, 101, "", safari, false, "guest"},
	{"guest-2", samsung, 64, guests, 102, "android-dhcp-14", chrome, false, "guest"},
	{"guest-3", intel, 128, guests, 103, "MSFT 5.0", chrome, false, "guest"},
	{"guest-4", intel, 64, guests, 104, "", firefox, false, "guest"},
	{"hue-bridge", hue, 64, things, 30, "", "", false, "thing"},
	{"speaker", sonos, 64, things, 31, "", "", false, "thing"},
	{"camera-door", axis, 64, things, 32, "", "", false, "thing"},
	{"camera-yard", axis, 64, things, 33, "", "", false, "thing"},
	{"thermostat", espressif, 255, things, 34, "", "", false, "thing"},
	{"plug-1", espressif, 255, things, 35, "", "", false, "thing"},
	{"plug-2", espressif, 255, things, 36, "", "", false, "thing"},
}

// host makes the host of a device.
func (d device) host() *host {
	prefix := [3]byte{192, 168, 1}
	switch d.vlan {
	case guests:
		prefix = [3]byte{10, 0, 10}
	case things:
		prefix = [3]byte{10, 0, 20}
	}
	h := &host{
		name: d.name, ttl: d.ttl, vlan: d.vlan,
		ip:  netip.AddrFrom4([4]byte{prefix[0], prefix[1], prefix[2], d.last}),
		ip6: netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 0, 1, 14: 0, 15: d.last}),
	}
	copy(h.mac[:], d.oui[:])
	h.mac[3], h.mac[4], h.mac[5] = 0x10+byte(d.vlan), 0x20, d.last
	return h
}

// far makes a remote host.
func far(name, v4, v6 string) *host {
	h := &host{name: name, ip: netip.MustParseAddr(v4), remote: true}
	if v6 != "" {
		h.ip6 = netip.MustParseAddr(v6)
	}
	return h
}

// sites are what people visit. Their addresses belong to the real operators.
func sites() []site {
	const old, new = tls.VersionTLS12, tls.VersionTLS13
	return []site{
		{far("www.wikipedia.org", "185.15.59.224", "2a02:ec80:300:ed1a::1"), "www.wikipedia.org", 42000, new},
		{far("github.com", "140.82.121.4", ""), "github.com", 61000, new},
		{far("www.google.com", "142.250.184.68", "2a00:1450:4002:402::2004"), "www.google.com", 18000, new},
		{far("mail.google.com", "142.250.184.37", "2a00:1450:4002:402::2005"), "mail.google.com", 30000, new},
		{far("outlook.office365.com", "52.97.201.2", "2603:1026:c0d:832::2"), "outlook.office365.com", 24000, old},
		{far("teams.microsoft.com", "52.113.194.132", ""), "teams.microsoft.com", 36000, old},
		{far("www.amazon.com", "52.94.236.248", ""), "www.amazon.com", 90000, old},
		{far("www.apple.com", "17.253.144.10", ""), "www.apple.com", 27000, new},
		{far("www.netflix.com", "54.73.148.110", ""), "www.netflix.com", 350000, new},
		{far("api.spotify.com", "35.186.224.24", ""), "api.spotify.com", 140000, new},
		{far("slack.com", "3.68.124.168", ""), "slack.com", 16000, new},
		{far("zoom.us", "170.114.52.2", ""), "zoom.us", 22000, old},
		{far("www.dropbox.com", "162.125.66.18", ""), "www.dropbox.com", 120000, new},
		{far("web.whatsapp.com", "157.240.203.60", ""), "web.whatsapp.com", 12000, new},
		{far("www.linkedin.com", "13.107.42.14", ""), "www.linkedin.com", 33000, old},
		{far("www.reddit.com", "151.101.1.140", ""), "www.reddit.com", 45000, new},
		{far("stackoverflow.com", "104.18.32.7", ""), "stackoverflow.com", 38000, new},
		{far("www.debian.org", "151.101.2.132", ""), "www.debian.org", 9000, new},
		{far("addons.mozilla.org", "151.101.65.91", ""), "addons.mozilla.org", 210000, new},
		{far("www.bbc.co.uk", "151.101.0.81", ""), "www.bbc.co.uk", 52000, new},
	}
}

// quicSites are reached over QUIC.
func quicSites() []site {
	return []site{
		{far("www.youtube.com", "142.250.180.78", "2a00:1450:4002:411::200e"), "www.youtube.com", 0, 0},
		{far("www.google.com", "142.250.184.68", "2a00:1450:4002:402::2004"), "www.google.com", 0, 0},
		{far("www.facebook.com", "157.240.203.35", ""), "www.facebook.com", 0, 0},
		{far("cloudflare-quic.com", "104.22.8.38", ""), "cloudflare-quic.com", 0, 0},
	}
}
