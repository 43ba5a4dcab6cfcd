package bindings

import (
	"net/netip"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// Group "Flow Information".
func init() {
	register("interface", map[string]func(c *Call){
		"getFlowsInfo":           getFlowsInfo,
		"getBatchedFlowsInfo":    getBatchedFlows,
		"findFlowByKeyAndHashId": findFlowByKey,
		"findFlowByTuple":        findFlowByTuple,
		"getFlowKey":             getFlowKey,
		"getActiveFlowsStats":    getActiveFlowsStats,
	})
}

// options reads the table of filters and paging that flow listings take.
type options struct{ t *lua.Table }

func (o options) str(name string) string {
	if o.t == nil {
		return ""
	}
	switch v := o.t.Get(name).(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// num is a number, given as such or as text; ok is false without one.
func (o options) num(name string) (n int64, ok bool) {
	s := o.str(name)
	if s == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return int64(f), err == nil
}

func (o options) flag(name string) (value, ok bool) {
	if o.t == nil {
		return false, false
	}
	value, ok = o.t.Get(name).(bool)
	return value, ok
}

// flowFilter collects the conditions of a listing.
type flowFilter struct {
	c     *Call
	conds []func(f *flow.Flow) bool
}

func (q *flowFilter) add(cond func(f *flow.Flow) bool) { q.conds = append(q.conds, cond) }

func (q *flowFilter) match(f *flow.Flow) bool {
	for _, cond := range q.conds {
		if !cond(f) {
			return false
		}
	}
	return true
}

// newFlowFilter reads the options and, before them, the host that a listing is
// about, which may be "" for all.
func newFlowFilter(c *Call, about string, o options) *flowFilter {
	q := &flowFilter{c: c}
	if c.limited() {
		q.add(c.seesFlow)
	}
	for _, name := range []string{about, o.str("hostFilter")} {
		if name != "" {
			q.addHost(name, true, true)
		}
	}
	if s := o.str("client"); s != "" {
		q.addHost(s, true, false)
	}
	if s := o.str("server"); s != "" {
		q.addHost(s, false, true)
	}
	q.addNumbers(o)
	q.addProtocol(o.str("l7protoFilter"))
	if name := o.str("trafficProfileFilter"); name != "" {
		q.add(func(f *flow.Flow) bool { return c.Iface.ProfileOf(f) == name })
	}
	q.addModes(o)
	return q
}

// addHost keeps the flows of a host, or of a network in CIDR notation.
func (q *flowFilter) addHost(name string, asClient, asServer bool) {
	var match func(a netip.Addr, vlan uint16) bool
	if p, err := netip.ParsePrefix(name); err == nil {
		match = func(a netip.Addr, _ uint16) bool { return p.Contains(a) }
	} else if k, ok := parseHost(name, 0); ok {
		tagged := strings.Contains(name, "@")
		match = func(a netip.Addr, vlan uint16) bool { return a == k.Addr && (!tagged || vlan == k.VLAN) }
	} else {
		match = func(netip.Addr, uint16) bool { return false }
	}
	q.add(func(f *flow.Flow) bool {
		return asClient && match(f.Client, f.Key.VLAN) || asServer && match(f.Server, f.Key.VLAN)
	})
}

func (q *flowFilter) addNumbers(o options) {
	is := func(name string, get func(f *flow.Flow) int64) {
		if want, ok := o.num(name); ok && want >= 0 {
			q.add(func(f *flow.Flow) bool { return get(f) == want })
		}
	}
	is("vlanIdFilter", func(f *flow.Flow) int64 { return int64(f.Key.VLAN) })
	is("L4Protocol", func(f *flow.Flow) int64 { return int64(f.Key.Proto) })
	is("l7categoryFilter", func(f *flow.Flow) int64 { return int64(f.Result.Category) })
	if want, ok := o.num("ipVersion"); ok && want > 0 {
		q.add(func(f *flow.Flow) bool { return int64(f.IPVersion) == want })
	}
	if want, ok := o.num("portFilter"); ok && want > 0 {
		q.add(func(f *flow.Flow) bool { return int64(f.CliPort) == want || int64(f.SrvPort) == want })
	}
	if want, ok := o.num("dscpFilter"); ok && want >= 0 {
		q.add(func(f *flow.Flow) bool { return int64(f.ToServer.TOS>>2) == want })
	}
	if want, ok := o.num("LocalNetworkFilter"); ok && want >= 0 {
		nets := q.c.Env.Nets
		q.add(func(f *flow.Flow) bool { return int64(nets.ID(f.Client)) == want || int64(nets.ID(f.Server)) == want })
	}
	q.addPlaces(o)
	// No flow has a status other than the normal one yet.
	for _, name := range []string{"statusFilter"} {
		if want, ok := o.num(name); ok && want > 0 {
			q.add(func(*flow.Flow) bool { return false })
		}
	}
	if s := strings.ToLower(o.str("textFilter")); s != "" { // beyond the original's filters
		q.add(func(f *flow.Flow) bool { return q.contains(f, s) })
	}
	if s := strings.ToUpper(o.str("macFilter")); s != "" {
		q.add(func(f *flow.Flow) bool { return f.CliMAC.String() == s || f.SrvMAC.String() == s })
	}
}

// addPlaces keeps the flows with an end in an AS, a country or a host pool.
func (q *flowFilter) addPlaces(o options) {
	g := q.c.Env.Geo
	of := func(a netip.Addr) int64 { return int64(g.AS(a).Number) }
	if want, ok := o.num("asnFilter"); ok && want >= 0 {
		q.add(func(f *flow.Flow) bool { return of(f.Client) == want || of(f.Server) == want })
	}
	if want, ok := o.num("asnSrcFilter"); ok && want >= 0 {
		q.add(func(f *flow.Flow) bool { return of(f.Client) == want })
	}
	if want, ok := o.num("asnDstFilter"); ok && want >= 0 {
		q.add(func(f *flow.Flow) bool { return of(f.Server) == want })
	}
	if want := o.str("countryFilter"); want != "" {
		q.add(func(f *flow.Flow) bool { return g.Country(f.Client) == want || g.Country(f.Server) == want })
	}
	if want, ok := o.num("poolFilter"); ok && want >= 0 {
		in := func(h *host.Host) bool {
			if h == nil {
				return want == defaultPool
			}
			found := false
			h.Update(func(d *host.Data) { found = q.c.inPool(h, d, want) })
			return found
		}
		q.add(func(f *flow.Flow) bool { return in(f.Cli) || in(f.Srv) })
	}
}

// contains looks for lower-case text in what a listing shows of a flow: its
// addresses, the names of its ends, its application and what it is about.
func (q *flowFilter) contains(f *flow.Flow, text string) bool {
	for _, s := range []string{flowInfo(f), f.Client.String(), f.Server.String(), q.c.protocolName(f)} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	for _, h := range []*host.Host{f.Cli, f.Srv} {
		if h != nil && matchHost(h, text) != "" {
			return true
		}
	}
	return false
}

// addProtocol takes an id, a name, or "master.app" of either.
func (q *flowFilter) addProtocol(s string) {
	if s == "" || s == "-1" {
		return
	}
	id := func(s string) (uint16, bool) {
		if n, err := strconv.ParseUint(s, 10, 16); err == nil {
			return uint16(n), true
		}
		p, ok := q.c.Env.DPI.ProtocolByName(s)
		if !ok {
			return 0, false
		}
		return p.ID, true
	}
	if master, app, ok := strings.Cut(s, "."); ok {
		m, ok1 := id(master)
		a, ok2 := id(app)
		q.add(func(f *flow.Flow) bool { return ok1 && ok2 && f.Result.Master == m && f.Result.App == a })
		return
	}
	want, ok := id(s)
	q.add(func(f *flow.Flow) bool { return ok && (f.Result.App == want || f.Result.Master == want) })
}

func (q *flowFilter) addModes(o options) {
	nets := q.c.Env.Nets
	mode := func(name string, addr func(f *flow.Flow) netip.Addr) {
		switch o.str(name) {
		case "local":
			q.add(func(f *flow.Flow) bool { return nets.Local(addr(f)) })
		case "remote":
			q.add(func(f *flow.Flow) bool { return !nets.Local(addr(f)) })
		}
	}
	mode("clientMode", func(f *flow.Flow) netip.Addr { return f.Client })
	mode("serverMode", func(f *flow.Flow) netip.Addr { return f.Server })
	states := map[string]flow.TCPState{"established": flow.TCPEstablished, "connecting": flow.TCPConnecting,
		"closed": flow.TCPClosed, "reset": flow.TCPReset}
	if want, ok := states[o.str("tcpFlowStateFilter")]; ok {
		q.add(func(f *flow.Flow) bool { return f.State == want })
	}
	if on, ok := o.flag("unidirectional"); ok && on {
		q.add(func(f *flow.Flow) bool { return f.ToClient.Packets == 0 })
	}
	if on, ok := o.flag("unicast"); ok {
		q.add(func(f *flow.Flow) bool { return flow.Unicast(f.Server) == on })
	}
	if on, ok := o.flag("alertedFlows"); ok && on {
		q.add(func(f *flow.Flow) bool { return f.Alerts != nil })
	}
	for _, name := range []string{"periodicFlows", "filteredFlows"} {
		if on, ok := o.flag(name); ok && on {
			q.add(func(*flow.Flow) bool { return false }) // there are none yet
		}
	}
}

// flowSort is the order that a column name asks for; by bytes without one.
func flowSort(c *Call, column string) func(f *flow.Flow) iface.SortKey {
	num := func(get func(f *flow.Flow) float64) func(*flow.Flow) iface.SortKey {
		return func(f *flow.Flow) iface.SortKey { return iface.SortKey{Num: get(f)} }
	}
	str := func(get func(f *flow.Flow) string) func(*flow.Flow) iface.SortKey {
		return func(f *flow.Flow) iface.SortKey { return iface.SortKey{Str: get(f)} }
	}
	addr := func(get func(f *flow.Flow) netip.Addr) func(*flow.Flow) iface.SortKey {
		return func(f *flow.Flow) iface.SortKey { b := get(f).As16(); return iface.SortKey{Str: string(b[:])} }
	}
	switch strings.TrimPrefix(column, "column_") {
	case "client":
		return addr(func(f *flow.Flow) netip.Addr { return f.Client })
	case "server":
		return addr(func(f *flow.Flow) netip.Addr { return f.Server })
	case "vlan":
		return num(func(f *flow.Flow) float64 { return float64(f.Key.VLAN) })
	case "proto_l4":
		return num(func(f *flow.Flow) float64 { return float64(f.Key.Proto) })
	case "ndpi":
		return num(func(f *flow.Flow) float64 { return float64(f.Result.App) })
	case "protocol":
		return str(func(f *flow.Flow) string { return strings.ToLower(c.protocolName(f)) })
	case "packets":
		return num(func(f *flow.Flow) float64 { return float64(f.Packets()) })
	case "key":
		return num(func(f *flow.Flow) float64 { return float64(f.ID) })
	case "duration":
		return num(func(f *flow.Flow) float64 { return float64(f.Duration()) })
	case "thpt":
		return num(func(f *flow.Flow) float64 { return f.Throughput.Bytes.Value })
	case "last_seen":
		return num(func(f *flow.Flow) float64 { return float64(f.LastSeen / 1e9) })
	case "first_seen":
		return num(func(f *flow.Flow) float64 { return float64(f.FirstSeen / 1e9) })
	case "client_rtt":
		return num(func(f *flow.Flow) float64 { return float64(f.ClientLatency) })
	case "server_rtt":
		return num(func(f *flow.Flow) float64 { return float64(f.ServerLatency) })
	case "info":
		return str(flowInfo)
	case "score":
		return num(func(f *flow.Flow) float64 { return float64(f.Alerts.Score()) })
	}
	return num(func(f *flow.Flow) float64 { return float64(f.Bytes()) })
}

func flowInfo(f *flow.Flow) string {
	if f.Metadata() == nil {
		return ""
	}
	return shownInfo(f.Metadata())
}

// flowLevel is the detail that a listing asks for.
func flowLevel(o options) int {
	switch o.str("detailsLevel") {
	case "normal":
		return levelNormal
	case "higher":
		return levelHigher
	case "max":
		return levelMax
	}
	return levelHigh
}

func (c *Call) flows(q iface.FlowQuery) ([]flow.Flow, int) {
	if c.Iface == nil {
		return nil, 0
	}
	return c.Iface.Flows(q)
}

func (c *Call) pushFlows(page []flow.Flow, total, next, level int) {
	rows := lua.NewTable(0)
	for n := range page {
		rows.Append(c.flowTable(&page[n], level))
	}
	c.Push(lua.NewTable(3).Set("numFlows", total).Set("nextSlot", next).Set("flows", rows))
}

func getFlowsInfo(c *Call) {
	about, _ := c.Str(1)
	o := options{c.Table(2)}
	limit, _ := o.num("maxHits")
	skip, _ := o.num("toSkip")
	ascending, given := o.flag("a2zSortOrder")
	if c.Iface == nil {
		c.pushFlows(nil, 0, 0, levelNormal)
		return
	}
	page, total := c.flows(iface.FlowQuery{Match: newFlowFilter(c, about, o).match, Key: flowSort(c, o.str("sortColumn")),
		Desc: given && !ascending, Skip: int(skip), Limit: int(limit)})
	c.pushFlows(page, total, 0, flowLevel(o))
}

// batchFlows is how many flows a batched listing returns at most.
const batchFlows = 128

// getBatchedFlows walks the flows in the order of listings; a slot is how many
// were handed out before.
func getBatchedFlows(c *Call) {
	slot := int(c.OptInteger(1, 0))
	o := options{c.Table(2)}
	page, total := c.flows(iface.FlowQuery{Match: newFlowFilter(c, "", o).match, Skip: slot, Limit: batchFlows})
	next := 0
	if slot+len(page) < total {
		next = slot + len(page)
	}
	c.pushFlows(page, total, next, flowLevel(o))
}

func findFlowByKey(c *Call) {
	if c.Iface == nil {
		c.Push(nil)
		return
	}
	f, ok := c.Iface.FindFlow(uint32(c.Integer(1)), uint32(c.Integer(2)))
	if !ok || !c.seesFlow(&f) {
		c.Push(nil)
		return
	}
	c.Push(c.flowTable(&f, levelMax))
}

// findFlowByTuple takes source, destination, VLAN, ports and protocol.
func findFlowByTuple(c *Call) {
	src, err1 := netip.ParseAddr(c.String(1))
	dst, err2 := netip.ParseAddr(c.String(2))
	vlan, sport, dport, proto := c.Integer(3), c.Integer(4), c.Integer(5), c.Integer(6)
	if err1 != nil || err2 != nil {
		c.Push(nil)
		return
	}
	page, _ := c.flows(iface.FlowQuery{Limit: 1, Match: func(f *flow.Flow) bool {
		if int64(f.Key.VLAN) != vlan || int64(f.Key.Proto) != proto {
			return false
		}
		forward := f.Client == src && f.Server == dst && int64(f.CliPort) == sport && int64(f.SrvPort) == dport
		backward := f.Client == dst && f.Server == src && int64(f.CliPort) == dport && int64(f.SrvPort) == sport
		return (forward || backward) && c.seesFlow(f)
	}})
	if len(page) == 0 {
		c.Push(nil)
		return
	}
	c.Push(c.flowTable(&page[0], levelMax))
}

// getFlowKey is the display key of a tuple: client, its port, server, its
// port, protocol.
func getFlowKey(c *Call) {
	cli, ok1 := parseHost(c.String(1), 0)
	srv, ok2 := parseHost(c.String(3), 0)
	if !ok1 || !ok2 {
		c.Push(nil)
		return
	}
	f := flow.Flow{Client: cli.Addr, Server: srv.Addr, CliPort: uint16(c.Integer(2)), SrvPort: uint16(c.Integer(4)),
		Key: flow.Key{VLAN: cli.VLAN, Proto: uint8(c.Integer(5))}}
	c.Push(f.DisplayKey())
}
