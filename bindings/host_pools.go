package bindings

import (
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/aggregate"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/iface"
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
const defaultPool = hostpool.Default

// The pools' place in the store: the set of ids of those that were made, and the
// prefix of the sets of their members.
const (
	hostPoolIDs = "ntopng.prefs.host_pools.pool_ids"
	poolKey     = "ntopng.prefs.host_pools.members."
)

// hostPools is who is in which pool, as read at the last reload.
func (c *Context) hostPools() *hostpool.Set { return c.Env.hostPools() }

func (e *Env) hostPools() *hostpool.Set {
	if p := e.pools.Load(); p != nil {
		return p
	}
	e.pools.CompareAndSwap(nil, e.readPools())
	return e.pools.Load()
}

func (e *Env) readPools() *hostpool.Set {
	p := hostpool.New()
	ids, err := e.KV.SMembers(hostPoolIDs)
	if err != nil {
		e.Log.Logf(1, "host pools: %v", err)
	}
	for _, s := range ids {
		id, err := strconv.Atoi(s)
		if err != nil || id <= defaultPool {
			continue
		}
		members, err := e.KV.SMembers(poolKey + s)
		if err != nil {
			e.Log.Logf(1, "members of host pool %d: %v", id, err)
		}
		p.Add(id, members)
	}
	return p
}

// reloadPools reads the pools again and puts them into force.
func (e *Env) reloadPools() {
	p := e.readPools()
	e.pools.Store(p)
	for _, i := range e.Interfaces() {
		i.SetPools(p)
		e.preparePolicies(i)
	}
}

// Prepare tells an interface, before it reads, what the store says of it.
func (e *Env) Prepare(i *iface.Interface) {
	i.SetPools(e.hostPools())
	i.Services().SetLearning(e.learning())
	i.SetProfiles(e.readProfiles())
	e.preparePolicies(i)
	e.prepareOrders(i)
}

// poolView is a pool of the selected interface.
type poolView struct {
	aggregate.View
	devices int
}

// poolViews are the pools that there are, by id.
func (c *Call) poolViews() map[int]*poolView {
	ids := c.hostPools().IDs()
	views := make(map[int]*poolView, len(ids)+1)
	for _, id := range ids {
		views[id] = &poolView{}
	}
	// Scripts may have made a pool without members since the pools were read.
	if made, err := c.Env.KV.SMembers(hostPoolIDs); err == nil {
		for _, s := range made {
			if id, err := strconv.Atoi(s); err == nil && id > defaultPool && views[id] == nil {
				views[id] = &poolView{}
			}
		}
	}
	if c.Iface == nil {
		return views
	}
	for _, g := range c.Iface.Groups(aggregate.Pool) {
		if v := views[int(g.ID)]; v != nil {
			v.View = g
		}
	}
	for _, r := range c.macs(func(m *mac.Mac, d *mac.Data) bool { return !m.Address.Special() && d.Device() }) {
		pool, _ := c.hostPools().ByMAC(r.m.Address) // without an entry, the default one
		if v := views[pool]; v != nil {
			v.devices++
		}
	}
	return views
}

func (c *Call) poolTable(v *poolView) *lua.Table {
	first := c.Env.Started.Unix()
	t := lua.NewTable(16).
		Set("bytes.ndpi.unknown", unknownBytes(&v.L7)).
		Set("seen.first", first).
		Set("seen.last", max(seconds(v.LastSeen), first)).
		Set("ndpi", protocols(c.Env.DPI, &v.L7)).
		Set("ndpi_categories", categories(c.Env.DPI, &v.Categories))
	t.Set("cross_application", crossApplication(v.Traffic, v.ActiveSeconds))
	setThroughput(t, &v.Throughput)
	setDuplex(t, v.Traffic)
	if v.Hosts > 0 {
		t.Set("num_hosts", v.Hosts)
	}
	return t
}

func getHostPoolsInfo(c *Call) {
	t := lua.NewTable(4)
	for id, v := range c.poolViews() {
		t.Set(strconv.Itoa(id), lua.NewTable(2).Set("num_hosts", v.Hosts).Set("num_l2_devices", v.devices))
	}
	c.Push(lua.NewTable(1).Set("num_members_per_pool", t))
}

func getHostPoolsStats(c *Call) {
	t := lua.NewTable(4)
	for id, v := range c.poolViews() {
		t.Set(strconv.Itoa(id), c.poolTable(v))
	}
	c.Push(t)
}

// getHostPoolStats is one pool in the shape of the list: id -> table. Without a
// number it is empty, as the page that asks walks through it unseen.
func getHostPoolStats(c *Call) {
	t := lua.NewTable(1)
	id, ok := c.Int(1)
	if !ok {
		c.wrongArgument(1, "number")
	} else if v := c.poolViews()[int(id)]; v != nil {
		t.Set(strconv.FormatInt(id, 10), c.poolTable(v))
	}
	c.Push(t)
}

// findMemberPool takes an address or MAC address, a VLAN, and whether it is a
// MAC address; nil when no pool has it as member.
func findMemberPool(c *Call) {
	member, vlan, isMAC := c.String(1), c.OptInteger(2, 0), c.OptBool(3, false)
	if isMAC {
		a, ok := parseMAC(member)
		id, found := c.hostPools().ByMAC(a)
		if !ok || !found {
			c.Push(nil)
			return
		}
		c.Push(lua.NewTable(1).Set("pool_id", id))
		return
	}
	want, inVLAN, ok := hostpool.ParseNetwork(member, uint16(vlan))
	if !ok {
		c.Push(nil)
		return
	}
	p, pool, ok := c.hostPools().Find(want.Addr(), inVLAN)
	if !ok || p.Bits() > want.Bits() {
		c.Push(nil)
		return
	}
	c.Push(lua.NewTable(3).
		Set("pool_id", pool).
		Set("matched_prefix", p.Addr().String()).
		Set("matched_bitmask", p.Bits()))
}

// findMacPool is the pool of a card, the default one when it is in none.
func findMacPool(c *Call) {
	a, _ := parseMAC(c.String(1))
	pool, _ := c.hostPools().ByMAC(a)
	c.Push(pool)
}
