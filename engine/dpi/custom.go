package dpi

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
)

// Custom is what a user adds to the classifier: protocols and rules of a
// protos.txt, hosts and networks of categories, lists of bad fingerprints, and
// exceptions from risks. Build one with NewCustom, fill it, hand it to
// Engine.Load; from then on it must not be changed. To reload, build another.
type Custom struct {
	rows   []Protocol // protocols that the rules define
	byName map[string]uint16
	next   int // id of the next protocol without a number of its own
	base   *tables

	ports      [3]map[uint16]uint16 // by transport, to protocol
	addresses  prefixMap[[]portRule]
	hosts      *hostTable
	hostCats   map[string]listed
	addrCats   prefixMap[listed]
	hostMasks  map[string]uint64
	addrMasks  prefixMap[uint64]
	addrRisks  prefixMap[uint64]
	issuers    map[string]bool
	riskyHosts map[string]bool
	badJA3     map[string]bool
	badJA4     map[string]bool
	badSHA1    map[[20]byte]bool

	lists map[string]*List
	rules int
}

// List is a loaded list with its counters.
type List struct {
	Name     string
	Category uint8
	Entries  int           // names and networks it brought
	hits     atomic.Uint64 // flows it put into its category
}

// Hits returns how many flows the list has put into its category.
func (l *List) Hits() uint64 { return l.hits.Load() }

// listed is an entry of a list.
type listed struct {
	category uint8
	list     *List
}

// portRule is the protocol of an address, of one port of it when port is not 0.
type portRule struct {
	port  uint16
	proto uint16
}

// maxCustomProtocols bounds what rules can define, as nDPI does.
const maxCustomProtocols = 512

// NewCustom returns an empty set for this engine.
func (e *Engine) NewCustom() *Custom {
	base := e.base
	c := &Custom{byName: map[string]uint16{}, next: len(base.rows), base: base, hosts: newHostTable(),
		hostCats: map[string]listed{}, hostMasks: map[string]uint64{}, issuers: map[string]bool{},
		riskyHosts: map[string]bool{}, badJA3: map[string]bool{}, badJA4: map[string]bool{}, badSHA1: map[[20]byte]bool{}, lists: map[string]*List{}}
	c.ports[TCP], c.ports[UDP] = map[uint16]uint16{}, map[uint16]uint16{}
	return c
}

// Rules is how many rules and exceptions were taken.
func (c *Custom) Rules() int { return c.rules }

// Lists returns the lists that brought entries, by name.
func (c *Custom) Lists() []*List {
	out := make([]*List, 0, len(c.lists))
	for _, l := range c.lists {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b *List) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// AddHostCategory puts a name, and every name below it, into a category.
func (c *Custom) AddHostCategory(host string, category uint8, list string) error {
	host = cleanHost(host)
	if host == "" {
		return fmt.Errorf("%q is no host name", host)
	}
	c.hostCats[host] = c.entry(category, list)
	return nil
}

// AddAddressCategory puts an address, or a network in CIDR form, into a category.
func (c *Custom) AddAddressCategory(network string, category uint8, list string) error {
	p, err := parseNetwork(network)
	if err != nil {
		return err
	}
	c.addrCats.set(p, c.entry(category, list))
	return nil
}

func (c *Custom) entry(category uint8, list string) listed {
	l := c.lists[list]
	if l == nil {
		l = &List{Name: list, Category: category}
		c.lists[list] = l
	}
	l.Entries++
	return listed{category, l}
}

// MaskHost keeps, of the risks of flows with this name or one below it, those
// whose bit is set in keep; 0 keeps none.
func (c *Custom) MaskHost(host string, keep uint64) error {
	host = cleanHost(host)
	if host == "" {
		return fmt.Errorf("%q is no host name", host)
	}
	c.hostMasks[host] = keep
	c.rules++
	return nil
}

// MaskAddress does the same for flows from or to a network.
func (c *Custom) MaskAddress(network string, keep uint64) error {
	p, err := parseNetwork(network)
	if err != nil {
		return err
	}
	c.addrMasks.set(p, keep)
	c.rules++
	return nil
}

// TrustIssuer accepts certificates of an issuer that signs itself.
func (c *Custom) TrustIssuer(dn string) { c.issuers[dn] = true; c.rules++ }

// AddRiskyDomain marks flows with this name, or one below it, as risky.
func (c *Custom) AddRiskyDomain(host string) {
	if host = cleanHost(host); host != "" {
		c.riskyHosts[host] = true
	}
}

// AddMaliciousJA4 marks flows whose client has this JA4 fingerprint.
func (c *Custom) AddMaliciousJA4(fingerprint string) {
	c.badJA4[strings.ToLower(strings.TrimSpace(fingerprint))] = true
}

// AddMaliciousJA3 does the same for a JA3 fingerprint, an MD5 in hexadecimal.
func (c *Custom) AddMaliciousJA3(fingerprint string) {
	c.badJA3[strings.ToLower(strings.TrimSpace(fingerprint))] = true
}

// AddNetworkRisk marks flows from or to a network with a risk, as lists of
// anonymizing services, crawlers or autonomous systems ask for.
func (c *Custom) AddNetworkRisk(network string, risk uint8) error {
	p, err := parseNetwork(network)
	if err != nil {
		return err
	}
	if risk == 0 || int(risk) >= len(risks) {
		return fmt.Errorf("dpi: no risk %d", risk)
	}
	set, _ := c.addrRisks.m[p]
	c.addrRisks.set(p, set|1<<risk)
	return nil
}

// AddMaliciousCertificate marks flows whose server has the certificate with
// this SHA-1 digest.
func (c *Custom) AddMaliciousCertificate(sha1 [20]byte) { c.badSHA1[sha1] = true }

// cleanHost brings a name of a rule or list into the form of lookups. A leading
// "*." or "." says what is understood anyway.
func cleanHost(s string) string {
	s = strings.ToLower(strings.Trim(strings.TrimSpace(s), `"`))
	s = strings.TrimSuffix(strings.TrimLeft(strings.TrimPrefix(s, "*"), "."), ".")
	if len(s) > 255 || strings.ContainsAny(s, " \t/\\") {
		return ""
	}
	return s
}

// parseNetwork reads an address or a network; the address of either family may
// stand in brackets.
func parseNetwork(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	address, bits, network := strings.Cut(s, "/")
	a, err := netip.ParseAddr(strings.Trim(address, "[]"))
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no address", s)
	}
	a = a.Unmap()
	n := a.BitLen()
	if network {
		if _, err := fmt.Sscanf(bits, "%d", &n); err != nil || n < 0 || n > a.BitLen() {
			return netip.Prefix{}, fmt.Errorf("%q is no network", s)
		}
	}
	return netip.PrefixFrom(a, n).Masked(), nil
}

// below looks a name up, then its parents.
func below[T any](m map[string]T, name string) (v T, ok bool) {
	if len(m) == 0 {
		return v, false
	}
	for name != "" {
		if v, ok = m[name]; ok {
			return v, true
		}
		i := strings.IndexByte(name, '.')
		if i < 0 {
			break
		}
		name = name[i+1:]
	}
	return v, false
}

// prefixMap finds the longest network around an address. The zero value is empty.
type prefixMap[T any] struct {
	m    map[netip.Prefix]T
	bits [2][]int // lengths in use, longest first, of version 4 and 6
}

func (p *prefixMap[T]) set(k netip.Prefix, v T) {
	if p.m == nil {
		p.m = map[netip.Prefix]T{}
	}
	p.m[k] = v
	b := &p.bits[version(k.Addr())]
	if i, found := slices.BinarySearchFunc(*b, k.Bits(), func(a, b int) int { return b - a }); !found {
		*b = slices.Insert(*b, i, k.Bits())
	}
}

func (p *prefixMap[T]) find(a netip.Addr) (v T, ok bool) {
	if len(p.m) == 0 || !a.IsValid() {
		return v, false
	}
	for _, n := range p.bits[version(a)] {
		k, err := a.Prefix(n)
		if err != nil {
			continue
		}
		if v, ok = p.m[k]; ok {
			return v, true
		}
	}
	return v, false
}

func version(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}
