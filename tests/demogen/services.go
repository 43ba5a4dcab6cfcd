package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"ntopgo/engine/decode"
)

// group is a multicast or broadcast destination.
func group(addr string) *host {
	ip := netip.MustParseAddr(addr)
	h := &host{ip: ip, ip6: ip}
	b := ip.As16()
	switch {
	case ip.Is6():
		copy(h.mac[:], []byte{0x33, 0x33, b[12], b[13], b[14], b[15]})
	case ip.IsMulticast():
		copy(h.mac[:], []byte{0x01, 0, 0x5e, b[13] & 0x7f, b[14], b[15]})
	default:
		copy(h.mac[:], []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	}
	return h
}

// dns asks a server for a name. addrs are the answers; without any, the name
// does not exist.
func (l *lan) dns(at time.Duration, client, server *host, rtt time.Duration, name string, typ dnsmessage.Type, addrs ...netip.Addr) error {
	q := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: uint16(l.rnd.Uint32()), RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name + "."), Type: typ, Class: dnsmessage.ClassINET}},
	}
	query, err := q.Pack()
	if err != nil {
		return fmt.Errorf("DNS query for %s: %w", name, err)
	}
	q.Response, q.RecursionAvailable = true, true
	if len(addrs) == 0 {
		q.RCode = dnsmessage.RCodeNameError
	}
	q.Answers = answers(name, addrs)
	reply, err := q.Pack()
	if err != nil {
		return fmt.Errorf("DNS answer for %s: %w", name, err)
	}
	port := client.nextPort()
	l.udp(at, client, server, false, port, 53, query)
	l.udp(at+rtt, server, client, false, 53, port, reply)
	return nil
}

func answers(name string, addrs []netip.Addr) []dnsmessage.Resource {
	var out []dnsmessage.Resource
	for _, a := range addrs {
		h := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name + "."), Class: dnsmessage.ClassINET, TTL: 120}
		if a.Is4() {
			out = append(out, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}})
		} else {
			out = append(out, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	return out
}

// mdns announces the name of a host, as printers and telephones do.
func (l *lan) mdns(at time.Duration, h *host, service string) error {
	name := h.name + ".local"
	instance := dnsmessage.MustNewName(h.name + "." + service + ".local.")
	ptr := dnsmessage.Resource{
		Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(service + ".local."), Class: dnsmessage.ClassINET, TTL: 4500},
		Body:   &dnsmessage.PTRResource{PTR: instance},
	}
	m := dnsmessage.Message{Header: dnsmessage.Header{Response: true, Authoritative: true}, Answers: append(answers(name, []netip.Addr{h.ip}), ptr)}
	b, err := m.Pack()
	if err != nil {
		return fmt.Errorf("mDNS answer of %s: %w", h.name, err)
	}
	q := dnsmessage.Message{Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(service + ".local."), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET}}}
	query, err := q.Pack()
	if err != nil {
		return fmt.Errorf("mDNS query of %s: %w", h.name, err)
	}
	to := group("224.0.0.251")
	l.udp(at, h, to, false, 5353, 5353, query)
	l.udp(at+40*time.Millisecond, h, to, false, 5353, 5353, b)
	return nil
}

// llmnr asks the link for a name that nobody has.
func (l *lan) llmnr(at time.Duration, h *host, name string) error {
	q := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: uint16(l.rnd.Uint32())},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name + "."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	b, err := q.Pack()
	if err != nil {
		return fmt.Errorf("LLMNR query: %w", err)
	}
	l.udp(at, h, group("224.0.0.252"), false, h.nextPort(), 5355, b)
	return nil
}

// ntp is a client's question and the answer (RFC 5905).
func (l *lan) ntp(at time.Duration, client, server *host, rtt time.Duration, clock time.Time) {
	stamp := func(d time.Duration) []byte {
		t := clock.Add(d)
		b := binary.BigEndian.AppendUint32(nil, uint32(t.Unix()+2208988800))
		return binary.BigEndian.AppendUint32(b, uint32(uint64(t.Nanosecond())<<32/1e9))
	}
	q := make([]byte, 48)
	q[0] = 0x23 // version 4, client
	copy(q[40:], stamp(at))
	a := make([]byte, 48)
	copy(a, []byte{0x24, 2, 6, 0xe9, 0, 0, 0x0a, 0, 0, 0, 0x0b, 0, 192, 0, 2, 7})
	copy(a[16:], stamp(at-time.Minute))
	copy(a[24:], q[40:])
	copy(a[32:], stamp(at+rtt/2))
	copy(a[40:], stamp(at+rtt/2))
	port := client.nextPort()
	l.udp(at, client, server, false, port, 123, q)
	l.udp(at+rtt, server, client, false, 123, port, a)
}

// dhcp is the way of a host to its address (RFC 2131).
func (l *lan) dhcp(at time.Duration, h, server *host, class string) {
	xid := l.rnd.Uint32()
	nobody := &host{ip: netip.IPv4Unspecified(), mac: h.mac, vlan: h.vlan}
	all := group("255.255.255.255")
	message := func(op, typ byte, yours netip.Addr, options ...byte) []byte {
		b := make([]byte, 236)
		b[0], b[1], b[2] = op, 1, 6
		binary.BigEndian.PutUint32(b[4:], xid)
		copy(b[16:], yours.AsSlice())
		copy(b[28:], h.mac[:])
		b = append(b, 0x63, 0x82, 0x53, 0x63, 53, 1, typ)
		b = append(append(b, options...), 255)
		for len(b) < 300 {
			b = append(b, 0)
		}
		return b
	}
	text := func(code byte, s string) []byte { return append([]byte{code, byte(len(s))}, s...) }
	addr := func(code byte, a netip.Addr) []byte { return append([]byte{code, 4}, a.AsSlice()...) }
	ask := append(append([]byte{55, 9, 1, 3, 6, 15, 31, 33, 43, 44, 46}, text(12, h.name)...), text(60, class)...)
	give := append(addr(54, server.ip), addr(3, server.ip)...)
	give = append(append(give, addr(6, server.ip)...), 1, 4, 255, 255, 255, 0, 51, 4, 0, 0, 0x1c, 0x20)
	none := netip.IPv4Unspecified()
	want := append(addr(50, h.ip), ask...)
	l.udp(at, nobody, all, false, 68, 67, message(1, 1, none, ask...))
	l.udp(at+3*time.Millisecond, server, h, false, 67, 68, message(2, 2, h.ip, give...))
	l.udp(at+5*time.Millisecond, nobody, all, false, 68, 67, message(1, 3, none, append(want, addr(54, server.ip)...)...))
	l.udp(at+8*time.Millisecond, server, h, false, 67, 68, message(2, 5, h.ip, give...))
	l.arp(at+20*time.Millisecond, h, h) // says the address is taken now
}

// arp is a request of one host for another; asking for oneself is an
// announcement without answer.
func (l *lan) arp(at time.Duration, asker, owner *host) {
	body := func(op uint16, from, to *host, known bool) []byte {
		b := []byte{0, 1, 8, 0, 6, 4}
		b = binary.BigEndian.AppendUint16(b, op)
		b = append(append(b, from.mac[:]...), from.ip.AsSlice()...)
		var target [6]byte
		if known {
			target = to.mac
		}
		return append(append(b, target[:]...), to.ip.AsSlice()...)
	}
	everyone := [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	l.add(at, append(ethernet(asker.mac, everyone, asker.vlan, 0x0806), body(1, asker, owner, false)...), 0)
	if asker != owner {
		l.add(at+300*time.Microsecond, append(ethernet(owner.mac, asker.mac, asker.vlan, 0x0806), body(2, owner, asker, true)...), 0)
	}
}

// ping is n echo requests and replies.
func (l *lan) ping(at time.Duration, a, b *host, v6 bool, n int, rtt time.Duration) {
	proto, ask, reply := decode.ProtoICMP, byte(8), byte(0)
	if v6 {
		proto, ask, reply = decode.ProtoICMPv6, 128, 129
	}
	id := byte(l.rnd.Uint32())
	for i := range n {
		body := func(typ byte) []byte {
			p := []byte{typ, 0, 0, 0, 0, id, 0, byte(i + 1)}
			for c := range byte(48) {
				p = append(p, c)
			}
			return p
		}
		t := at + time.Duration(i)*time.Second
		l.ip(t, a, b, v6, proto, body(ask), 0)
		l.ip(t+rtt, b, a, v6, proto, body(reply), 0)
	}
}

// unreachable is an attempt to reach a closed UDP port.
func (l *lan) unreachable(at time.Duration, a, b *host, port uint16) {
	sport := a.nextPort()
	l.udp(at, a, b, false, sport, port, []byte("probe"))
	quoted := l.frames[len(l.frames)-1].data
	skip := 14
	if a.vlan != 0 {
		skip = 18
	}
	l.ip(at+400*time.Microsecond, b, a, false, decode.ProtoICMP, append([]byte{3, 3, 0, 0, 0, 0, 0, 0}, quoted[skip:skip+28]...), 0)
}

// igmp joins a group (IGMP version 2, RFC 2236).
func (l *lan) igmp(at time.Duration, h *host, addr string) {
	to := group(addr)
	l.ip(at, h, to, false, decode.ProtoIGMP, append([]byte{0x16, 0, 0, 0}, to.ip.AsSlice()...), 0)
}

// neighbour resolves an IPv6 address (RFC 4861).
func (l *lan) neighbour(at time.Duration, asker, owner *host) {
	b := owner.ip6.As16()
	to := group(netip.AddrFrom16([16]byte{0xff, 2, 11: 1, 12: 0xff, 13: b[13], 14: b[14], 15: b[15]}).String())
	ask := append([]byte{135, 0, 0, 0, 0, 0, 0, 0}, b[:]...)
	l.ip(at, asker, to, true, decode.ProtoICMPv6, append(append(ask, 1, 1), asker.mac[:]...), 0)
	tell := append([]byte{136, 0, 0, 0, 0x60, 0, 0, 0}, b[:]...)
	l.ip(at+200*time.Microsecond, owner, asker, true, decode.ProtoICMPv6, append(append(tell, 2, 1), owner.mac[:]...), 0)
}

// ssdpSearch and ssdpNotify are UPnP discovery.
func (l *lan) ssdpSearch(at time.Duration, h *host) {
	text := "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: urn:dial-multiscreen-org:service:dial:1\r\nUSER-AGENT: Chromium/126.0 Linux\r\n\r\n"
	port := h.nextPort()
	for i := range 3 {
		l.udp(at+time.Duration(i)*time.Second, h, group("239.255.255.250"), false, port, 1900, []byte(text))
	}
}

func (l *lan) ssdpNotify(at time.Duration, h *host, device string) {
	text := "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\nLOCATION: http://" + h.ip.String() +
		":49152/description.xml\r\nNT: " + device + "\r\nNTS: ssdp:alive\r\nSERVER: Linux/5.10 UPnP/1.0 " + h.name + "/2.4\r\nUSN: uuid:2f402f80-da50-11e1-9b23-" +
		fmt.Sprintf("%x", h.mac) + "::" + device + "\r\n\r\n"
	l.udp(at, h, group("239.255.255.250"), false, 1900, 1900, []byte(text))
}

// netbios registers a name with everyone (RFC 1002).
func (l *lan) netbios(at time.Duration, h *host, subnet string) {
	var encoded strings.Builder
	name := fmt.Sprintf("%-15s", strings.ToUpper(h.name))[:15] + "\x00"
	for _, c := range []byte(name) {
		encoded.WriteByte('A' + c>>4)
		encoded.WriteByte('A' + c&15)
	}
	b := binary.BigEndian.AppendUint16(nil, uint16(l.rnd.Uint32()))
	b = append(b, 0x29, 0x10, 0, 1, 0, 0, 0, 0, 0, 1, 32)
	b = append(append(b, encoded.String()...), 0, 0, 32, 0, 1, 0xc0, 12, 0, 32, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, 0, 0)
	b = append(b, h.ip.AsSlice()...)
	l.udp(at, h, group(subnet), false, 137, 137, b)
}

// smb is a protocol negotiation (SMB 2, dialects 2.1 to 3.1.1 offered).
func smb() []message {
	header := func(flags uint32, id byte) []byte {
		b := append([]byte{0xfe, 'S', 'M', 'B', 64, 0}, make([]byte, 58)...)
		b[14] = 1 // credits
		binary.LittleEndian.PutUint32(b[16:], flags)
		b[24] = id
		return b
	}
	framed := func(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }
	ask := append(header(0, 0), 36, 0, 3, 0, 1, 0, 0, 0, 0x7f, 0, 0, 0)
	ask = append(ask, make([]byte, 24)...)
	ask = append(ask, 0x10, 2, 0, 3, 2, 3)
	reply := append(header(1, 0), 65, 0, 1, 0, 2, 3, 0, 0)
	reply = append(reply, make([]byte, 16)...)
	reply = append(reply, 0x2f, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0)
	reply = append(reply, make([]byte, 16)...)
	reply = append(reply, 128, 0, 0, 0, 0, 0, 0, 0)
	return []message{{true, framed(ask), 0}, {false, framed(reply), 0}}
}

// syslog is one line to a collector.
func (l *lan) syslog(at time.Duration, from, to *host, clock time.Time, text string) {
	line := fmt.Sprintf("<134>%s %s %s", clock.Add(at).UTC().Format(time.Stamp), from.name, text)
	l.udp(at, from, to, false, 514, 514, []byte(line))
}
