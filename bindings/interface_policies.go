package bindings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/iface"
	"ntopgo/engine/policy"
)

// Groups "ACL Management", "nEdge / L7 Shaping & Policy" and the quotas of "Host
// Pools & Quotas". What they say goes into the verdicts about flows, which
// nobody enforces: the interfaces here only listen.
func init() {
	register("interface", map[string]func(c *Call){
		"insertIPACL":  func(c *Call) { changeIPACL(c, true) },
		"removeIPACL":  func(c *Call) { changeIPACL(c, false) },
		"insertMacACL": func(c *Call) { changeMacACL(c, true) },
		"removeMacACL": func(c *Call) { changeMacACL(c, false) },
		"getACLInfo":   getACLInfo,

		"reloadL7Rules": func(c *Call) {
			if c.Kind(1) != lua.Number {
				c.wrongArgument(1, "number")
				c.Push(nil)
				return
			}
			reloadPolicies(c)
		},
		"reloadShapers":          reloadPolicies,
		"updateFlowsShapers":     reloadPolicies,
		"getl7PolicyInfo":        getPolicyInfo,
		"getPolicyChangeMarker":  getPolicyMarker,
		"resetPoolsQuotas":       resetQuotas,
		"getHostUsedQuotasStats": getUsedQuotas,
	})
}

// ipRule reads the rule that arguments 1 to 5 name: IP protocol, networks of
// clients and servers, port or range of ports, and application.
func (c *Call) ipRule() (r policy.Rule, err error) {
	port, _ := c.Str(4)
	if c.Kind(4) != lua.String {
		port = ""
	}
	proto, app := c.Integer(1), c.optNumber(5, 0)
	if proto < 0 || proto > 255 || app < 0 || app > 0xffff {
		return r, errors.New("protocols are small numbers")
	}
	return policy.MakeRule(uint8(proto), c.String(2), c.String(3), port, uint16(app))
}

func changeIPACL(c *Call, insert bool) {
	allow, isBool := c.Bool(6)
	if c.Kind(1) != lua.Number || c.Kind(2) != lua.String || c.Kind(3) != lua.String || insert && !isBool {
		c.wrongArgument(1, "number, followed by two strings")
		c.Push(nil)
		return
	}
	r, err := c.ipRule()
	if c.Failed(err) || c.Iface == nil || !c.Admin() {
		c.Push(false)
		return
	}
	if insert {
		c.Push(c.Iface.ACL().Insert(r, allow))
	} else {
		c.Push(c.Iface.ACL().Remove(r))
	}
}

// changeMacACL takes a card and, to insert it, whether it is allowed, which it is
// without a word.
func changeMacACL(c *Call, insert bool) {
	if !c.needsStrings(1) {
		return
	}
	a, ok := parseMAC(c.String(1))
	switch {
	case !ok || c.Iface == nil || !c.Admin():
		c.Push(false)
	case insert:
		c.Push(c.Iface.ACL().InsertCard(a, c.OptBool(2, true)))
	default:
		c.Push(c.Iface.ACL().RemoveCard(a))
	}
}

// getACLInfo lists rules and cards. The original's table is not public.
func getACLInfo(c *Call) {
	rules, cards := lua.NewTable(0), lua.NewTable(0)
	if c.Iface != nil {
		r, m := c.Iface.ACL().Entries()
		for _, e := range r {
			row := lua.NewTable(6).
				Set("l4_proto", e.Proto).
				Set("src", prefixText(e.Src.IsValid(), e.Src)).
				Set("dst", prefixText(e.Dst.IsValid(), e.Dst)).
				Set("port", portsText(e.Low, e.High)).
				Set("l7_proto", e.App).
				Set("allowed", e.Allow)
			rules.Append(row)
		}
		for _, e := range m {
			cards.Append(lua.NewTable(2).Set("mac", e.Card.String()).Set("allowed", e.Allow))
		}
	}
	c.Push(lua.NewTable(2).Set("ip", rules).Set("mac", cards))
}

func prefixText(valid bool, p fmt.Stringer) string {
	if !valid {
		return ""
	}
	return p.String()
}

func portsText(low, high uint16) string {
	switch {
	case low == 0:
		return ""
	case low == high:
		return strconv.Itoa(int(low))
	}
	return fmt.Sprintf("%d-%d", low, high)
}

// Keys of policies. The value of a field of policiesKey is "shaper", "shaper,bytes"
// or "shaper,bytes,seconds"; its name is the number of a protocol, "cat_" with
// that of a category, or "default". poolDetailsKey holds the pool's own shaper and
// whether quotas are of each member. shapersKey maps shapers to kbit/s, below 0
// for no limit.
const (
	policiesKey    = "ntopng.prefs.%d.l7_policies.%d"
	poolDetailsKey = "ntopng.prefs.host_pools.details.%d"
	shapersKey     = "ntopng.prefs.%d.shapers"

	poolShaperField = "pool_shaper_id"
	perMemberField  = "enforce_quotas_per_pool_member"
)

// readPolicies reads the policies of an interface, nil where there are none.
func (e *Env) readPolicies(ifid int) *policy.Rules {
	r := &policy.Rules{Pools: map[int]*policy.Pool{}, Rates: map[uint8]int64{}}
	for _, id := range e.hostPools().IDs() {
		if p := e.readPoolPolicies(ifid, id); p != nil {
			r.Pools[id] = p
		}
	}
	rates, err := e.KV.HGetAll(fmt.Sprintf(shapersKey, ifid))
	if err != nil {
		e.Log.Logf(1, "shapers of interface %d: %v", ifid, err)
	}
	for name, rate := range rates {
		id, err1 := strconv.ParseUint(name, 10, 8)
		n, err2 := strconv.ParseInt(rate, 10, 64)
		if err1 == nil && err2 == nil && id < policy.MaxShapers {
			r.Rates[uint8(id)] = n
		}
	}
	if len(r.Pools) == 0 {
		return nil
	}
	return r
}

func (e *Env) readPoolPolicies(ifid, id int) *policy.Pool {
	fields, err := e.KV.HGetAll(fmt.Sprintf(policiesKey, ifid, id))
	if err != nil {
		e.Log.Logf(1, "policies of pool %d: %v", id, err)
	}
	details, err := e.KV.HGetAll(fmt.Sprintf(poolDetailsKey, id))
	if err != nil {
		e.Log.Logf(1, "details of pool %d: %v", id, err)
	}
	shaper, bad := strconv.ParseUint(details[poolShaperField], 10, 8)
	if len(fields) == 0 && bad != nil {
		return nil
	}
	p := &policy.Pool{ByProtocol: map[uint16]policy.Policy{}, ByCategory: map[uint8]policy.Policy{}, PerMember: details[perMemberField] == "true"}
	if bad == nil && shaper < policy.MaxShapers {
		p.Default.Shaper = uint8(shaper)
	}
	for name, text := range fields {
		v, err := parsePolicy(text)
		if err == nil {
			err = addPolicy(p, name, v)
		}
		if err != nil {
			e.Log.Logf(1, "policies of pool %d: %s: %v", id, name, err)
		}
	}
	return p
}

func addPolicy(p *policy.Pool, name string, v policy.Policy) error {
	if name == "default" {
		p.Default = v
		return nil
	}
	if cat, ok := strings.CutPrefix(name, "cat_"); ok {
		id, err := strconv.ParseUint(cat, 10, 8)
		if err == nil {
			p.ByCategory[uint8(id)] = v
		}
		return err
	}
	id, err := strconv.ParseUint(name, 10, 16)
	if err == nil {
		p.ByProtocol[uint16(id)] = v
	}
	return err
}

func parsePolicy(text string) (v policy.Policy, err error) {
	parts := strings.Split(text, ",")
	if len(parts) > 3 {
		return v, fmt.Errorf("%q is no policy", text)
	}
	var n [3]uint64
	for i, s := range parts {
		if n[i], err = strconv.ParseUint(strings.TrimSpace(s), 10, 32+31*(i&1)); err != nil {
			return v, err
		}
	}
	if n[0] >= policy.MaxShapers {
		return v, fmt.Errorf("there are %d shapers", policy.MaxShapers)
	}
	return policy.Policy{Shaper: uint8(n[0]), Quota: policy.Use{Bytes: n[1], Time: time.Duration(n[2]) * time.Second}}, nil
}

// reloadPolicies reads the policies of the selected interface again.
func reloadPolicies(c *Call) {
	if c.Iface != nil && c.Admin() {
		c.Iface.SetRules(c.Env.readPolicies(c.IfaceID))
	}
	c.Push(nil)
}

// getPolicyInfo takes a pool, a protocol, a class of devices and whether the host
// is client. Policies of classes of devices are not kept; those of pools are the
// same for clients and servers.
func getPolicyInfo(c *Call) {
	if _, isBool := c.Bool(4); c.Kind(1) != lua.Number || c.Kind(2) != lua.Number || c.Kind(3) != lua.Number || !isBool {
		c.wrongArgument(1, "number, followed by two more and a boolean")
		c.Push(nil)
		return
	}
	if c.Iface == nil {
		c.Push(nil)
		return
	}
	id := uint16(c.Integer(2))
	v, from := c.Iface.Rules().Choose(int(c.Integer(1)), id, id, c.Env.DPI.Protocol(id).Category)
	c.Push(lua.NewTable(2).Set("shaper_id", v.Shaper).Set("policy_source", string(from)))
}

func getPolicyMarker(c *Call) {
	if c.Iface == nil {
		c.Push(nil)
		return
	}
	c.Push(c.Iface.PolicyChanges())
}

// resetQuotas takes a pool; all of them without.
func resetQuotas(c *Call) {
	if c.Iface != nil && c.Admin() {
		if c.Kind(1) == lua.Number {
			c.Iface.ResetQuotas(int(c.Integer(1)))
		} else {
			for _, id := range c.hostPools().IDs() {
				c.Iface.ResetQuotas(id)
			}
		}
	}
	c.Push(nil)
}

// getUsedQuotas takes a host and a VLAN: what it has used where the quotas of its
// pool are of each member, else an empty table.
func getUsedQuotas(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	h := c.findHostArg(1)
	if h == nil {
		c.Push(nil)
		return
	}
	u, ok := c.Iface.MemberQuotas(h)
	t := lua.NewTable(3)
	if ok {
		t.Set("ndpi", quotaTable(u.Protocols, func(id uint16) string { return c.Env.DPI.Name(dpi.Result{App: id}) })).
			Set("ndpi_categories", quotaTable(u.Categories, func(id uint16) string { return c.Env.DPI.CategoryName(uint8(id)) })).
			Set("cross_application", quotaRow(u.All))
	}
	c.Push(t)
}

func quotaTable(m map[uint16]policy.Use, name func(id uint16) string) *lua.Table {
	t := lua.NewTable(len(m))
	for id, u := range m {
		t.Set(name(id), quotaRow(u))
	}
	return t
}

func quotaRow(u policy.Use) *lua.Table {
	return lua.NewTable(2).Set("bytes", u.Bytes).Set("duration", int64(u.Time/time.Second))
}

// preparePolicies puts the policies of an interface into force, before it reads
// and when its pools have changed.
func (e *Env) preparePolicies(i *iface.Interface) {
	if r := e.readPolicies(i.ID()); r != nil || i.Rules() != nil {
		i.SetRules(r)
	}
}

// crossApplication is all traffic of a pool together, in the shape of a quota.
func crossApplication(t counters.Duplex, seconds uint64) *lua.Table {
	return lua.NewTable(2).Set("bytes", t.Bytes()).Set("duration", seconds)
}
