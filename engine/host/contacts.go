package host

import (
	"net"
	"net/netip"
	"sort"
	"strings"

	"ntopgo/engine/counters"
)

// Service is a kind of server whose use is counted per host.
type Service int

// Kinds of servers.
const (
	DNSServers Service = iota
	SMTPServers
	NTPServers
	IMAPServers
	POPServers
	services
)

// maxSites bounds the names that are counted for one host; the least visited
// give way.
const maxSites = 256

// Contacts is whom a host turned to: names that it asked for, servers by what
// they serve, and peers that did not answer. What it says does not depend on the
// order in which flows are counted, but for sites beyond maxSites.
type Contacts struct {
	peers, lately  [2]counters.Sketch // other ends of flows, by role of the host; lately: since the last Observe
	before         [2]int             // what lately was at the last Observe
	names, domains counters.Sketch
	hosts          counters.Sketch                // names since the last Observe
	countries      counters.Sketch                // noted only where somebody looks at them
	servers        [services]counters.Cardinality // exact for few: a check asks for one more than allowed
	sites          map[string]uint64
	ports          ports

	// Flows of TCP and UDP that ended without an answer.
	egress, ingress uint64
	silentServers   counters.Cardinality // server and port, asked by this host
	silentTo        counters.Cardinality // client and port, not answered by this host
	silentPorts     map[uint16]bool      // of this host
}

// Sizes of the sketches, as the original has them.
const (
	sizePeers   = 8 // and of names
	sizeLately  = 4
	sizeDomains = 4
)

// ContactCounts are the figures of Contacts. Peers, Lately, Names, Domains, Hosts
// and Countries are estimates.
type ContactCounts struct {
	Peers, Lately                  [2]int // by role; Lately: in the five minutes before the last Observe
	Names, Domains                 int    // server names asked for successfully, all names
	Hosts                          int    // server names since the last Observe
	Countries                      int    // see VisitCountry
	Servers                        [services]int
	UnansweredAsClient             uint64 // flows
	UnansweredAsServer             uint64
	SilentServers, UnansweredPeers int // different server:port and client:port
	SilentPorts                    int
}

// Contacted is the host's own Contacts, for writing.
func (d *Data) Contacted() *Contacts {
	o := d.Detail()
	if o.contacts == nil {
		o.contacts = &Contacts{}
	}
	return o.contacts
}

// Peer counts the other end of a flow.
func (c *Contacts) Peer(peer netip.Addr, asClient bool) {
	h := counters.AddrHash(peer)
	c.peers[roleOf(asClient)].Note(sizePeers, h)
	c.lately[roleOf(asClient)].Note(sizeLately, h)
}

// Server counts a server of kind s.
func (c *Contacts) Server(s Service, a netip.Addr) {
	c.servers[s].Note(addrHash(a))
}

// Asked counts a name found in a flow; answered says that a connection to it or
// an answer about it was seen.
func (c *Contacts) Asked(name string, answered bool) {
	h := counters.TextHash(strings.ToLower(name))
	c.domains.Note(sizeDomains, h)
	if answered {
		c.names.Note(sizePeers, h)
	}
}

// Visit counts the site that a server name belongs to; names of reverse look-ups
// and addresses are none.
func (c *Contacts) Visit(name string) {
	site := Site(name)
	if site == "" {
		return
	}
	c.hosts.Note(sizeLately, counters.TextHash(strings.ToLower(name)))
	if c.sites == nil {
		c.sites = map[string]uint64{}
	}
	if _, there := c.sites[site]; !there && len(c.sites) >= maxSites {
		delete(c.sites, leastVisited(c.sites))
	}
	c.sites[site]++
}

// Site is the part of a server name under which visits are counted: without its
// first label where two more follow. It is "" for what names no site.
func Site(name string) string {
	name = strings.TrimSuffix(name, ".")
	if name == "" || strings.Contains(name, "in-addr.arpa") || net.ParseIP(name) != nil {
		return ""
	}
	if _, rest, ok := strings.Cut(name, "."); ok && strings.Contains(rest, ".") {
		return rest
	}
	return name
}

func leastVisited(m map[string]uint64) string {
	least := ""
	for s, n := range m {
		if least == "" || n < m[least] || n == m[least] && s > least {
			least = s
		}
	}
	return least
}

// NoAnswer counts an ended flow of which only the client was heard. peer is the
// other end, port the server's.
func (c *Contacts) NoAnswer(peer netip.Addr, port uint16, asClient bool) {
	h := addrHash(peer) ^ uint64(port)*0x9e3779b97f4a7c15
	if asClient {
		c.egress++
		c.silentServers.Note(h)
		return
	}
	c.ingress++
	c.silentTo.Note(h)
	if c.silentPorts == nil {
		c.silentPorts = map[uint16]bool{}
	}
	c.silentPorts[port] = true
}

// ResetSilent forgets the peers that did not answer; the flows stay counted.
func (c *Contacts) ResetSilent() {
	c.silentServers, c.silentTo, c.silentPorts = counters.Cardinality{}, counters.Cardinality{}, nil
}

// ResetDomains forgets the names that the host asked for.
func (d *Data) ResetDomains() {
	if c := d.Details.contacts; c != nil {
		c.domains.Reset()
	}
}

// VisitCountry notes that the host turned to a country.
func (c *Contacts) VisitCountry(code [2]byte) {
	c.countries.Note(sizeLately, counters.TextHash(string(code[:])))
}

// ResetCountries forgets the countries that the host turned to.
func (d *Data) ResetCountries() {
	if c := d.Details.contacts; c != nil {
		c.countries.Reset()
	}
}

// Contacts are the figures of the host's contacts.
func (h *Host) Contacts() ContactCounts {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.data.Contacts()
}

// Lately is ContactCounts.Lately alone.
func (h *Host) Lately() (n [2]int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.data.Details.contacts; c != nil {
		n = c.before
	}
	return n
}

// Contacts are the figures of the host's contacts.
func (d *Data) Contacts() ContactCounts {
	var n ContactCounts
	c := d.Details.contacts
	if c == nil {
		return n
	}
	for role := range c.peers {
		n.Peers[role] = c.peers[role].Count(sizePeers)
	}
	n.Lately = c.before
	n.Names, n.Domains, n.Hosts = c.names.Count(sizePeers), c.domains.Count(sizeDomains), c.hosts.Count(sizeLately)
	n.Countries = c.countries.Count(sizeLately)
	for i := range c.servers {
		n.Servers[i] = c.servers[i].Count()
	}
	n.UnansweredAsClient, n.UnansweredAsServer = c.egress, c.ingress
	n.SilentServers, n.UnansweredPeers, n.SilentPorts = c.silentServers.Count(), c.silentTo.Count(), len(c.silentPorts)
	return n
}

// Visits is how often a site was visited.
type Visits struct {
	Site  string
	Times uint64
}

// Sites lists the sites that a host visited, most visited first.
func (h *Host) Sites() []Visits {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.data.Details.contacts
	if c == nil {
		return nil
	}
	return Ranking(c.sites)
}

// Ranking is a count of visits by site as a list, most visited first.
func Ranking(visits map[string]uint64) []Visits {
	out := make([]Visits, 0, len(visits))
	for s, n := range visits {
		out = append(out, Visits{s, n})
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Times > out[j].Times || out[i].Times == out[j].Times && out[i].Site < out[j].Site
	})
	return out
}

// ResetSites forgets the sites that the host visited.
func (h *Host) ResetSites() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.data.Details.contacts; c != nil {
		c.sites = nil
	}
}

// reset sets what is counted to zero. Active flows stay.
func (d *Data) reset() {
	d.L4, d.Sent, d.Rcvd = counters.L4{}, counters.PacketShape{}, counters.PacketShape{}
	d.L7, d.Categories, d.DSCP = counters.L7Map{}, counters.L7Map{}, counters.DSCP{}
	d.TCPSent, d.TCPRcvd = counters.TCPIssues{}, counters.TCPIssues{}
	d.UDPUnicastSent = 0
	d.TotalAsClient, d.TotalAsServer = uint64(d.ActiveAsClient), uint64(d.ActiveAsServer)
	d.ICMP, d.Throughput = nil, counters.Throughput{}
	if d.Details != &noDetails {
		d.Details.Messages, d.Details.Requests = &noMessages, &noRequests
		d.Details.contacts, d.Details.virtual, d.Details.shown = nil, nil, nil
	}
}

// Reset sets what is counted for h to zero. With forget, its names and the time
// since when it is known go too, as if it were first seen at now (nanoseconds).
func (t *Table) Reset(h *Host, forget bool, now int64) {
	h.mu.Lock()
	t.virtual.Add(-int64(len(h.data.Details.virtual)))
	h.data.reset()
	if forget {
		h.data.Details, h.data.FirstSeen, h.data.ActiveSeconds = &noDetails, now, 0
	}
	h.mu.Unlock()
	if h.seen.Swap(0) == hostHeard {
		t.countRxOnly(h, -1)
	}
}
