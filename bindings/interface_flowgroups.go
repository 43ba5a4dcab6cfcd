package bindings

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// The active flows summed by application, host or service: the live analysis
// pages.
func init() {
	register("interface", map[string]func(c *Call){
		"getVLANFlowsStats": getVLANFlowsStats,
		"listHTTPhosts":     listHTTPHosts,
	})
	register("interface", map[string]func(c *Call){"getProtocolFlowsStats": getProtocolFlowsStats})
}

// Ways to group flows, by the original's numbers.
const (
	byApplication            = 1
	byClient                 = 2
	byServer                 = 3
	byClientServerPort       = 7
	byClientServerPortAndApp = 8
)

// groupKey is what the flows of a group have in common; what a way of grouping
// does not look at stays zero.
type groupKey struct {
	vlan     uint16
	app      dpi.Result // Master and App only
	cli, srv netip.Addr
	port     uint16
	l4       uint8
}

// flowGroup is the sum of the flows of one group.
type flowGroup struct {
	groupKey
	firstApp   dpi.Result // of its first flow, for the search
	firstL4    uint8
	notGuessed bool
	flows      int
	sent, rcvd uint64
	score      int
	clients    map[netip.Addr]struct{}
	servers    map[netip.Addr]struct{}
}

func groupOf(f *flow.Flow, way int64) groupKey {
	k := groupKey{vlan: f.Key.VLAN}
	app := dpi.Result{Master: f.Result.Master, App: f.Result.App}
	switch way {
	case byApplication:
		k.app = app
	case byServer:
		k.srv = f.Server
	case byClientServerPort, byClientServerPortAndApp:
		k.cli, k.srv, k.port, k.l4 = f.Client, f.Server, f.SrvPort, f.Key.Proto
		if way == byClientServerPortAndApp {
			k.app = app
		}
	default:
		k.cli = f.Client
	}
	return k
}

func (c *Call) groupFlows(way int64, match func(f *flow.Flow) bool) []*flowGroup {
	groups := map[groupKey]*flowGroup{}
	c.eachFlow(func(f *flow.Flow) {
		if !match(f) {
			return
		}
		k := groupOf(f, way)
		g := groups[k]
		if g == nil {
			g = &flowGroup{groupKey: k, firstApp: dpi.Result{Master: f.Result.Master, App: f.Result.App}, firstL4: f.Key.Proto,
				notGuessed: confidence(f) == 1, clients: map[netip.Addr]struct{}{}, servers: map[netip.Addr]struct{}{}}
			groups[k] = g
		}
		g.flows++
		g.score += f.Alerts.Score()
		g.sent += f.ToServer.Bytes
		g.rcvd += f.ToClient.Bytes
		g.clients[f.Client] = struct{}{}
		g.servers[f.Server] = struct{}{}
	})
	out := make([]*flowGroup, 0, len(groups))
	for _, g := range groups {
		out = append(out, g)
	}
	return out
}

// groupOrder compares two groups by a column.
func groupOrder(c *Call, column string) func(a, b *flowGroup) int {
	num := func(get func(g *flowGroup) int) func(a, b *flowGroup) int {
		return func(a, b *flowGroup) int { return cmp.Compare(get(a), get(b)) }
	}
	switch column {
	case "client":
		return func(a, b *flowGroup) int { return a.cli.Compare(b.cli) }
	case "server":
		return func(a, b *flowGroup) int { return a.srv.Compare(b.srv) }
	case "client_and_server":
		return func(a, b *flowGroup) int { return cmp.Or(a.srv.Compare(b.srv), a.cli.Compare(b.cli)) }
	case "srv_port":
		return num(func(g *flowGroup) int { return int(g.port) })
	case "application":
		return func(a, b *flowGroup) int {
			return strings.Compare(strings.ToLower(c.Env.DPI.Name(a.firstApp)), strings.ToLower(c.Env.DPI.Name(b.firstApp)))
		}
	case "flows":
		return num(func(g *flowGroup) int { return g.flows })
	case "num_clients":
		return num(func(g *flowGroup) int { return len(g.clients) })
	case "num_servers":
		return num(func(g *flowGroup) int { return len(g.servers) })
	case "bytes_rcvd":
		return num(func(g *flowGroup) int { return int(g.rcvd) })
	case "tot_traffic":
		return num(func(g *flowGroup) int { return int(g.sent + g.rcvd) })
	case "vlan_id":
		return num(func(g *flowGroup) int { return int(g.vlan) })
	}
	return num(func(g *flowGroup) int { return int(g.sent) })
}

// maxGroups is how many groups are answered when the script does not say.
const maxGroups = 999

// getProtocolFlowsStats takes the way of grouping, a page number that is not
// used, sort column, order, how many to skip, how many to answer, a text to find
// in the application's name, a host and a VLAN.
func getProtocolFlowsStats(c *Call) {
	way := c.Integer(1)
	q := &flowFilter{c: c}
	if c.limited() {
		q.add(c.seesFlow)
	}
	if name, ok := c.Str(8); ok && name != "" {
		q.addHost(name, true, true)
	}
	if vlan, ok := c.Int(9); ok && vlan >= 0 {
		q.add(func(f *flow.Flow) bool { return int64(f.Key.VLAN) == vlan })
	}
	groups := c.groupFlows(way, q.match)
	if find, ok := c.Str(7); ok && find != "" {
		groups = slices.DeleteFunc(groups, func(g *flowGroup) bool {
			return !strings.Contains(strings.ToLower(c.Env.DPI.Name(g.firstApp)), strings.ToLower(find))
		})
	}
	column, _ := c.Str(3)
	order := groupOrder(c, column)
	// Groups that are equal in the column come in a fixed order.
	slices.SortFunc(groups, func(a, b *flowGroup) int {
		return cmp.Or(order(a, b), cmp.Compare(a.sent+a.rcvd, b.sent+b.rcvd), a.cli.Compare(b.cli), a.srv.Compare(b.srv),
			cmp.Compare(a.port, b.port), cmp.Compare(a.app.App, b.app.App), cmp.Compare(a.app.Master, b.app.Master))
	})
	if dir, ok := c.Str(4); ok && dir != "asc" {
		slices.Reverse(groups)
	}
	skip, limit := int(max(c.OptInteger(5, 0), 0)), int(c.OptInteger(6, 0))
	if limit <= 0 {
		limit = maxGroups
	}
	t := lua.NewTable(0)
	if skip >= len(groups) {
		c.Push(t.Append(lua.NewTable(1).Set("num_entries", len(groups))))
		return
	}
	for _, g := range groups[skip:min(skip+limit, len(groups))] {
		t.Append(c.groupTable(g, way).Set("num_entries", len(groups)))
	}
	c.Push(t)
}

func (c *Call) groupTable(g *flowGroup, way int64) *lua.Table {
	t := lua.NewTable(20)
	if way == byApplication || way == byClientServerPortAndApp {
		t.Set("proto_id", protocolIDs(g.app)).Set("proto_name", c.Env.DPI.Name(g.app)).Set("is_not_guessed", g.notGuessed)
	}
	if g.cli.IsValid() {
		name, known := c.addrName(g.cli, g.vlan)
		t.Set("cli_vlan_id", g.vlan).Set("client_ip", g.cli.String()).Set("client_name", name).Set("is_cli_in_mem", known)
	}
	if g.srv.IsValid() {
		name, known := c.addrName(g.srv, g.vlan)
		t.Set("srv_vlan_id", g.vlan).Set("server_ip", g.srv.String()).Set("server_name", name).Set("is_srv_in_mem", known)
	}
	if way == byClientServerPort || way == byClientServerPortAndApp {
		t.Set("srv_port", g.port)
	}
	return t.Set("vlan_id", g.vlan).
		Set("device_ip", "").
		Set("l4_proto", g.firstL4).
		Set("num_clients", len(g.clients)).
		Set("num_servers", len(g.servers)).
		Set("num_flows", g.flows).
		Set("bytes_sent", g.sent).
		Set("bytes_rcvd", g.rcvd).
		Set("total_score", g.score)
}

// protocolIDs is "master.app", or the one id when there is only one.
func protocolIDs(r dpi.Result) string {
	switch {
	case r.App == 0, r.Master == r.App:
		return strconv.Itoa(int(r.Master))
	case r.Master == 0:
		return strconv.Itoa(int(r.App))
	}
	return strconv.Itoa(int(r.Master)) + "." + strconv.Itoa(int(r.App))
}

// addrName is the name of a host of the selected interface and whether it is in
// its table.
func (c *Call) addrName(a netip.Addr, vlan uint16) (name string, known bool) {
	h := c.Iface.Host(host.Key{Addr: a, VLAN: vlan})
	if h == nil {
		return a.String(), false
	}
	d := h.Snapshot()
	return or(c.hostName(h, &d), a.String()), true
}

// getVLANFlowsStats sums the flows by VLAN, server port and application.
func getVLANFlowsStats(c *Call) {
	type key struct {
		vlan, port, app uint16
		l4              uint8
	}
	sums, order := map[key]*flowGroup{}, []key(nil)
	c.eachFlow(func(f *flow.Flow) {
		if !c.seesFlow(f) {
			return
		}
		k := key{f.Key.VLAN, f.SrvPort, application(f), f.Key.Proto}
		g := sums[k]
		if g == nil {
			g = &flowGroup{clients: map[netip.Addr]struct{}{}, servers: map[netip.Addr]struct{}{},
				firstApp: dpi.Result{Master: f.Result.Master, App: f.Result.App}}
			sums[k] = g
			order = append(order, k)
		}
		g.flows++
		g.sent += f.ToServer.Bytes
		g.rcvd += f.ToClient.Bytes
		g.score += f.Alerts.Score()
		g.clients[f.Client] = struct{}{}
		g.servers[f.Server] = struct{}{}
	})
	slices.SortFunc(order, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.vlan, b.vlan), cmp.Compare(a.port, b.port), cmp.Compare(a.l4, b.l4), cmp.Compare(a.app, b.app))
	})
	t := lua.NewTable(0)
	for _, k := range order {
		g := sums[k]
		t.Append(lua.NewTable(12).
			Set("vlan_id", k.vlan).
			Set("dst_port", k.port).
			Set("proto_id", protocolIDs(g.firstApp)).
			Set("proto_name", c.Env.DPI.Name(g.firstApp)).
			Set("l4_proto", k.l4).
			Set("num_clients", len(g.clients)).
			Set("num_servers", len(g.servers)).
			Set("num_flows", g.flows).
			Set("bytes_sent", g.sent).
			Set("bytes_rcvd", g.rcvd).
			Set("total_score", g.score))
	}
	c.Push(t)
}
