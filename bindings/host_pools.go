package bindings

import (
	"net/netip"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// Group "Host Pools": pools as the preferences define them. A member is an
// address or a prefix with its VLAN, or a MAC address; who is in no pool is in
// the default one.
func init() {
	register("interface", map[string]func(c *Call){
		"getHostPoolsInfo":  getHostPoolsInfo,
		"getHostPoolsStats": getHostPoolsStats,
		"getHostPoolStats":  getHostPoolStats,
		"findMemberPool":    findMemberPool,
		"findMacPool":       findMacPool,
	})
}

// defaultPool is the id of the pool of those who are in no other.
const defaultPool = 0

// The pools' place in the store: the set of ids of those that were made, and the
// prefix of the sets of their members.
const (
	hostPoolIDs = "ntopng.prefs.host_pools.pool_ids"
	poolKey     = "ntopng.prefs.host_pools.members."
)

// poolMember is an address block of one VLAN.
type poolMember struct {
	prefix netip.Prefix
	vlan   uint16
	pool   int
}

// poolSet is who is in which pool.
type poolSet struct {
	ids    []int // the default pool first
	blocks []poolMember
	macs   map[mac.Addr]int
}

// hostPools reads the pools once for each run of a script.
func (c *Context) hostPools() *poolSet {
	if c.pools != nil {
		return c.pools
	}
	p := &poolSet{ids: []int{defaultPool}, macs: map[mac.Addr]int{}}
	ids, err := c.Env.KV.SMembers(hostPoolIDs)
	if err != nil {
		c.Env.Log.Logf(1, "host pools: %v", err)
	}
	for _, s := range ids {
		id, err := strconv.Atoi(s)
		if err != nil || id <= defaultPool {
			continue
		}
		p.ids = append(p.ids, id)
		members, err := c.Env.KV.SMembers(poolKey + s)
		if err != nil {
			c.Env.Log.Logf(1, "members of host pool %d: %v", id, err)
		}
		for _, m := range members {
			p.add(m, id)
		}
	}
	c.pools = p
	return p
}

// add reads a member: "address/bits@vlan", each part but the address optional,
// or a MAC address. What is neither is left out.
func (p *poolSet) add(member string, pool int) {
	if a, ok := parseMAC(member); ok {
		p.macs[a] = pool
		return
	}
	if b, ok := parseBlock(member, 0); ok {
		p.blocks = append(p.blocks, poolMember{b.prefix, b.vlan, pool})
	}
}

func parseBlock(s string, vlan int64) (m poolMember, ok bool) {
	s, v, tagged := strings.Cut(s, "@")
	if tagged {
		n, err := strconv.ParseUint(v, 10, 12)
		if err != nil {
			return m, false
		}
		vlan = int64(n)
	}
	m.vlan = uint16(vlan)
	if prefix, err := netip.ParsePrefix(s); err == nil {
		m.prefix = prefix.Masked()
		return m, true
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return m, false
	}
	m.prefix = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
	return m, true
}

// find is the smallest block that holds an address.
func (p *poolSet) find(a netip.Addr, vlan uint16) (m poolMember, ok bool) {
	for _, b := range p.blocks {
		if b.vlan == vlan && b.prefix.Contains(a) && (!ok || b.prefix.Bits() > m.prefix.Bits()) {
			m, ok = b, true
		}
	}
	return m, ok
}

// of is the pool of a host, and whether its card put it there: that comes before
// its address.
func (p *poolSet) of(a netip.Addr, vlan uint16, m *mac.Mac) (pool int, byMAC bool) {
	if m != nil && len(p.macs) > 0 {
		if id, ok := p.macs[m.Address]; ok {
			return id, true
		}
	}
	if b, ok := p.find(a, vlan); ok {
		return b.pool, false
	}
	return defaultPool, false
}

// poolSum is what the members of one pool have done.
type poolSum struct {
	hosts, devices int
	traffic        counters.Duplex
	l7, cats       counters.L7Map
	bps, pps       float64
	last           int64
}

// poolSums sums hosts and active flows by pool. A flow inside one pool counts
// once, with the client's side as sent.
func (c *Call) poolSums() map[int]*poolSum {
	p := c.hostPools()
	sums := make(map[int]*poolSum, len(p.ids))
	for _, id := range p.ids {
		sums[id] = &poolSum{}
	}
	if c.Iface == nil {
		return sums
	}
	at := map[host.Key]int{}
	for _, h := range c.Iface.Hosts() {
		h.Update(func(d *host.Data) {
			id, _ := p.of(h.Addr, h.VLAN, d.Mac)
			at[h.Key] = id
			s := sums[id]
			s.hosts++
			s.bps += d.Throughput.Bytes.Value
			s.pps += d.Throughput.Packets.Value
			s.last = max(s.last, d.LastSeen)
		})
	}
	for _, r := range c.macs(func(m *mac.Mac, d *mac.Data) bool { return !m.Address.Special() && d.Traffic.Sent.Packets > 0 }) {
		sums[p.macs[r.m.Address]].devices++ // without an entry, the default pool
	}
	c.eachFlow(func(f *flow.Flow) {
		cli := at[host.Key{Addr: f.Client, VLAN: f.Key.VLAN}]
		srv := at[host.Key{Addr: f.Server, VLAN: f.Key.VLAN}]
		d := counters.Duplex{Sent: f.ToServer.Traffic, Rcvd: f.ToClient.Traffic}
		sums[cli].add(f, d)
		if srv != cli {
			sums[srv].add(f, counters.Duplex{Sent: d.Rcvd, Rcvd: d.Sent})
		}
	})
	return sums
}

func (s *poolSum) add(f *flow.Flow, d counters.Duplex) {
	s.traffic.Add(d)
	for _, n := range []*counters.L7{s.l7.At(application(f)), s.cats.At(uint16(f.Result.Category))} {
		n.Duplex.Add(d)
		n.Flows++
	}
}

func (c *Call) poolTable(s *poolSum) *lua.Table {
	first := c.Env.Started.Unix()
	t := lua.NewTable(16).
		Set("throughput_bps", s.bps).
		Set("throughput_trend_bps", 0).
		Set("throughput_pps", s.pps).
		Set("throughput_trend_pps", 0).
		Set("bytes.ndpi.unknown", unknownBytes(&s.l7)).
		Set("seen.first", first).
		Set("seen.last", max(seconds(s.last), first)).
		Set("ndpi", protocols(c.Env.DPI, &s.l7)).
		Set("ndpi_categories", categories(c.Env.DPI, &s.cats))
	setDuplex(t, s.traffic)
	if s.hosts > 0 {
		t.Set("num_hosts", s.hosts)
	}
	return t
}

func getHostPoolsInfo(c *Call) {
	t := lua.NewTable(4)
	for id, s := range c.poolSums() {
		t.Set(strconv.Itoa(id), lua.NewTable(2).Set("num_hosts", s.hosts).Set("num_l2_devices", s.devices))
	}
	c.Push(lua.NewTable(1).Set("num_members_per_pool", t))
}

func getHostPoolsStats(c *Call) {
	t := lua.NewTable(4)
	for id, s := range c.poolSums() {
		t.Set(strconv.Itoa(id), c.poolTable(s))
	}
	c.Push(t)
}

// getHostPoolStats is one pool in the shape of the list: id -> table.
func getHostPoolStats(c *Call) {
	id, ok := c.Int(1)
	if !ok {
		c.wrongArgument(1, "number")
		c.Push(nil)
		return
	}
	t := lua.NewTable(1)
	if s := c.poolSums()[int(id)]; s != nil {
		t.Set(strconv.FormatInt(id, 10), c.poolTable(s))
	}
	c.Push(t)
}

// findMemberPool takes an address or MAC address, a VLAN, and whether it is a
// MAC address; nil when no pool has it as member.
func findMemberPool(c *Call) {
	member, vlan, isMAC := c.String(1), c.OptInteger(2, 0), c.OptBool(3, false)
	if isMAC {
		a, ok := parseMAC(member)
		id, found := c.hostPools().macs[a]
		if !ok || !found {
			c.Push(nil)
			return
		}
		c.Push(lua.NewTable(1).Set("pool_id", id))
		return
	}
	want, ok := parseBlock(member, vlan)
	if !ok {
		c.Push(nil)
		return
	}
	m, ok := c.hostPools().find(want.prefix.Addr(), want.vlan)
	if !ok || m.prefix.Bits() > want.prefix.Bits() {
		c.Push(nil)
		return
	}
	c.Push(lua.NewTable(3).
		Set("pool_id", m.pool).
		Set("matched_prefix", m.prefix.Addr().String()).
		Set("matched_bitmask", m.prefix.Bits()))
}

// findMacPool is the pool of a card, the default one when it is in none.
func findMacPool(c *Call) {
	a, _ := parseMAC(c.String(1))
	c.Push(c.hostPools().macs[a])
}
