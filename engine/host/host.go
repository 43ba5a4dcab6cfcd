// Package host holds the table of IP hosts of an interface and what is counted
// for each. It is fed with flow deltas and knows neither packets nor flows.
package host

import (
	"net/netip"
	"sync"

	"ntopgo/engine/counters"
	"ntopgo/engine/mac"
)

// Key identifies a host: its address and the VLAN it was seen in.
type Key struct {
	Addr netip.Addr
	VLAN uint16
}

// Host is one IP host. The exported fields are set when it is made and do not
// change; the rest is reached through Update and Snapshot.
type Host struct {
	Key
	Local     bool // in a local network or an address of this machine
	System    bool // an address of this machine
	NetworkID int  // local network id, network.NoID when remote

	mu   sync.Mutex
	data Data
}

// DNSCounters counts DNS messages in one direction.
type DNSCounters struct {
	Queries, RepliesOK, RepliesError           uint64
	A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, Any uint64
	Other                                      uint64
}

// Type is the counter of a query type (RFC 1035 and 3596 numbers).
func (c *DNSCounters) Type(t uint16) *uint64 {
	switch t {
	case 1:
		return &c.A
	case 2:
		return &c.NS
	case 5:
		return &c.CNAME
	case 6:
		return &c.SOA
	case 12:
		return &c.PTR
	case 15:
		return &c.MX
	case 16:
		return &c.TXT
	case 28:
		return &c.AAAA
	case 255:
		return &c.Any
	}
	return &c.Other
}

// HTTPCounters counts HTTP requests by method and answers by status class.
type HTTPCounters struct {
	Get, Post, Head, Put, Other uint64
	Status                      [6]uint64 // index 1..5: 1xx to 5xx
}

// Method is the counter of a request method.
func (c *HTTPCounters) Method(m string) *uint64 {
	switch m {
	case "GET":
		return &c.Get
	case "POST":
		return &c.Post
	case "HEAD":
		return &c.Head
	case "PUT":
		return &c.Put
	}
	return &c.Other
}

// Names are the names by which a host is known, by where they come from.
type Names struct {
	MDNS, Resolved, NetBIOS, TLS, HTTP, DHCP string
}

// Best is the name to show, empty when there is none.
func (n *Names) Best() string {
	for _, s := range []string{n.DHCP, n.MDNS, n.NetBIOS, n.Resolved, n.HTTP, n.TLS} {
		if s != "" {
			return s
		}
	}
	return ""
}

// Data is what is counted for a host.
type Data struct {
	FirstSeen, LastSeen int64 // nanoseconds
	Mac                 *mac.Mac
	Traffic             counters.Duplex
	Throughput          counters.Throughput
	L4                  counters.L4
	UDPUnicastSent      uint64 // bytes
	UDPOtherSent        uint64 // bytes to groups and broadcast
	L7                  counters.L7Map
	Categories          counters.L7Map
	DSCP                counters.L7Map // by DSCP value 0..63
	Sent, Rcvd          counters.PacketShape
	TCPSent, TCPRcvd    counters.TCPIssues

	ActiveAsClient, ActiveAsServer int // flows in the table now
	TotalAsClient, TotalAsServer   uint64
	ClientPeers, ServerPeers       map[netip.Addr]struct{}
	ContactsAsClient               int
	ContactsAsServer               int

	DNSSent, DNSRcvd   DNSCounters
	HTTPSent, HTTPRcvd HTTPCounters
	ICMP               map[ICMPKey]*ICMPCount
	Names              Names
	ActiveSeconds      uint64 // seconds with traffic
	lastActive         int64
	RTTms              float64 // last handshake half seen by this host, 0 when none
}

// ICMPKey is a message type and code, with the IP version.
type ICMPKey struct {
	Version    uint8
	Type, Code uint8
}

// ICMPCount counts messages of one type.
type ICMPCount struct{ Sent, Rcvd uint64 }

// MaxContacts bounds how many peers are remembered one by one for the contact
// counts of a host.
const MaxContacts = 4096

// Contact counts peer among those contacted as client, or that contacted this
// host.
func (d *Data) Contact(peer netip.Addr, asClient bool) {
	set := &d.ServerPeers
	if asClient {
		set = &d.ClientPeers
	}
	if *set == nil {
		*set = map[netip.Addr]struct{}{}
	}
	if len(*set) < MaxContacts {
		(*set)[peer] = struct{}{}
	}
}

// Active counts second sec (Unix) into the time of activity once.
func (d *Data) Active(sec int64) {
	if sec > d.lastActive {
		d.ActiveSeconds++
		d.lastActive = sec
	}
}

// ICMPCount is the counter of message type k.
func (d *Data) ICMPCount(k ICMPKey) *ICMPCount {
	if d.ICMP == nil {
		d.ICMP = map[ICMPKey]*ICMPCount{}
	}
	c := d.ICMP[k]
	if c == nil {
		c = &ICMPCount{}
		d.ICMP[k] = c
	}
	return c
}

// Update changes the data under the lock.
func (h *Host) Update(f func(d *Data)) {
	h.mu.Lock()
	f(&h.data)
	h.mu.Unlock()
}

// Snapshot copies everything.
func (h *Host) Snapshot() Data {
	h.mu.Lock()
	defer h.mu.Unlock()
	d := h.data
	d.L7 = h.data.L7.Clone()
	d.Categories = h.data.Categories.Clone()
	d.DSCP = h.data.DSCP.Clone()
	d.ContactsAsClient, d.ContactsAsServer = len(d.ClientPeers), len(d.ServerPeers)
	d.ClientPeers, d.ServerPeers = nil, nil
	if h.data.ICMP != nil {
		d.ICMP = make(map[ICMPKey]*ICMPCount, len(h.data.ICMP))
		for k, v := range h.data.ICMP {
			c := *v
			d.ICMP[k] = &c
		}
	}
	return d
}

// RxOnly says whether the host was only ever spoken to.
func (d *Data) RxOnly() bool { return d.Traffic.Sent.Packets == 0 && d.Traffic.Rcvd.Packets > 0 }

// Broadcast says whether the address is the limited broadcast or the last
// address of local prefix p (IPv4).
func Broadcast(a netip.Addr, p netip.Prefix) bool {
	if !a.Is4() {
		return false
	}
	b := a.As4()
	if b == [4]byte{255, 255, 255, 255} {
		return true
	}
	if !p.IsValid() || !p.Addr().Is4() || p.Bits() >= 31 || !p.Contains(a) {
		return false
	}
	n := p.Masked().Addr().As4()
	host := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	base := uint32(n[0])<<24 | uint32(n[1])<<16 | uint32(n[2])<<8 | uint32(n[3])
	return host == base|(1<<(32-p.Bits())-1)
}
