package bindings

import (
	"cmp"

	"slices"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// Server ports and who serves them, summed from the flows of now.
func init() {
	register("interface", map[string]func(c *Call){
		"getHostsPorts":       getHostsPorts,
		"getHostsByPort":      getHostsByPort,
		"getHostsByService":   getHostsByService,
		"getLocalServerPorts": getLocalServerPorts,
	})
}

// eachAllowedFlow is eachFlow for the flows that the user may see.
func (c *Call) eachAllowedFlow(fn func(f *flow.Flow)) {
	c.eachFlow(func(f *flow.Flow) {
		if c.seesFlow(f) {
			fn(f)
		}
	})
}

// getHostsPorts lists the server ports of a transport protocol, in one VLAN if
// that is given, by application, with how many servers use each.
func getHostsPorts(c *Call) {
	l4, vlan := c.OptInteger(1, 0), c.OptInteger(2, -1)
	type key struct {
		port uint16
		app  dpi.Result
	}
	servers := map[key]map[host.Key]bool{}
	c.eachAllowedFlow(func(f *flow.Flow) {
		if int64(f.Key.Proto) != l4 || vlan >= 0 && vlan != anyVLAN && int64(f.Key.VLAN) != vlan {
			return
		}
		k := key{f.SrvPort, dpi.Result{Master: f.Result.Master, App: f.Result.App}}
		if servers[k] == nil {
			servers[k] = map[host.Key]bool{}
		}
		servers[k][host.Key{Addr: f.Server, VLAN: f.Key.VLAN}] = true
	})
	keys := make([]key, 0, len(servers))
	for k := range servers {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.port, b.port), cmp.Compare(a.app.Master, b.app.Master), cmp.Compare(a.app.App, b.app.App))
	})
	t := lua.NewTable(len(keys))
	for _, k := range keys {
		t.Append(lua.NewTable(6).
			Set("proto_id", protocolIDs(k.app)).
			Set("l7_proto_name", c.Env.DPI.Name(k.app)).
			Set("srv_port", k.port).
			Set("l4_proto", l4Name(uint8(l4))).
			Set("n_hosts", len(servers[k])).
			Set("num_entries", len(keys)))
	}
	c.Push(t)
}

// anyVLAN is the number by which scripts ask for flows of all VLANs.
const anyVLAN = 0xffff

// serverRow is one server of a listing by port or service.
type serverRow struct {
	h     *host.Host
	mac   *mac.Mac
	name  string
	flows int
	bytes uint64
	port  uint16
}

// getHostsByPort lists the servers of a port: transport protocol, port,
// application (0 when the flows have only one protocol), sort column, order, how
// many to skip, how many to answer, and master protocol.
func getHostsByPort(c *Call) {
	l4, port, app, master := c.OptInteger(1, 0), c.OptInteger(2, 0), c.OptInteger(3, 0), c.OptInteger(8, 0)
	rows := map[host.Key]*serverRow{}
	c.eachAllowedFlow(func(f *flow.Flow) {
		if l4 == 0 || port == 0 || int64(f.Key.Proto) != l4 || int64(f.SrvPort) != port || f.Srv == nil || !speaksBoth(f.Result, master, app) {
			return
		}
		r := rows[f.Srv.Key]
		if r == nil {
			r = &serverRow{h: f.Srv}
			rows[f.Srv.Key] = r
		}
		r.flows++
		r.bytes += f.Bytes()
	})
	c.pushServers(rows, false)
}

// speaksBoth says whether a flow's protocols are the ones asked for: where it
// has but one, that is the master and no application may be asked for.
func speaksBoth(r dpi.Result, master, app int64) bool {
	switch {
	case r.App == 0 || r.App == r.Master:
		return app == 0 && int64(r.Master) == master
	case r.Master == 0:
		return app == 0 && int64(r.App) == master
	}
	return app != 0 && int64(r.Master) == master && int64(r.App) == app
}

// getHostsByService lists the local hosts that serve an application: argument 2
// is its number, 3 the transport protocol; then as getHostsByPort.
func getHostsByService(c *Call) {
	app, l4 := c.OptInteger(2, 0), c.OptInteger(3, 0)
	rows := map[host.Key]*serverRow{}
	if app != 0 && (l4 == int64(decode.ProtoTCP) || l4 == int64(decode.ProtoUDP)) {
		c.eachLocalServer(func(h *host.Host, u host.PortUse) {
			served := u.App
			if served == 0 {
				served = u.Master
			}
			if u.UDP == (l4 == int64(decode.ProtoUDP)) && int64(served) == app && rows[h.Key] == nil {
				rows[h.Key] = &serverRow{h: h, port: u.Number}
			}
		})
	}
	for _, r := range rows {
		r.h.Update(func(d *host.Data) {
			r.flows = int(d.ActiveAsServer)
			l4 := d.L4.UDP
			r.bytes = l4.Bytes()
		})
	}
	c.pushServers(rows, true)
}

// eachLocalServer calls fn for the ports that the local hosts which the user may
// see serve, each host's by number.
func (c *Call) eachLocalServer(fn func(h *host.Host, u host.PortUse)) {
	if c.Iface == nil {
		return
	}
	for _, h := range c.Iface.Hosts() {
		if !h.Local || !c.seesHost(h) {
			continue
		}
		serves, _ := h.UsedPorts()
		for _, u := range serves {
			fn(h, u)
		}
	}
}

func (c *Call) pushServers(rows map[host.Key]*serverRow, withPort bool) {
	list := make([]*serverRow, 0, len(rows))
	for _, r := range rows {
		d := r.h.Snapshot()
		r.mac, r.name = d.Mac, or(c.hostName(r.h, &d), r.h.Addr.String())
		list = append(list, r)
	}
	column, _ := c.Str(4)
	slices.SortFunc(list, func(a, b *serverRow) int {
		return cmp.Or(c.serverOrder(column, a, b), a.h.Addr.Compare(b.h.Addr), cmp.Compare(a.h.VLAN, b.h.VLAN))
	})
	if order, ok := c.Str(5); ok && order != "asc" {
		slices.Reverse(list)
	}
	skip, limit := int(max(c.OptInteger(6, 0), 0)), int(c.OptInteger(7, 0))
	t := lua.NewTable(len(list))
	if skip >= len(list) {
		c.Push(t.Append(lua.NewTable(1).Set("num_entries", len(list))))
		return
	}
	end := len(list)
	if limit > 0 {
		end = min(end, skip+limit)
	}
	for _, r := range list[skip:end] {
		row := lua.NewTable(10).
			Set("ip", r.h.Addr.String()).
			Set("mac", macText(r.mac)).
			Set("mac_manufacturer", c.maker(r.mac)).
			Set("name", r.name).
			Set("vlan_id", r.h.VLAN).
			Set("flows", r.flows).
			Set("score", c.hostScore(r.h)).
			Set("tot_traffic", r.bytes).
			Set("num_entries", len(list))
		if withPort {
			row.Set("port", r.port)
		}
		t.Append(row)
	}
	c.Push(t)
}

func macText(m *mac.Mac) string {
	if m == nil {
		return ""
	}
	return m.Address.String()
}

func (c *Call) maker(m *mac.Mac) string {
	if m == nil {
		return ""
	}
	return c.manufacturer(m.Address)
}

func (c *Call) serverOrder(column string, a, b *serverRow) int {
	switch column {
	case "flows":
		return cmp.Compare(a.flows, b.flows)
	case "tot_traffic":
		return cmp.Compare(a.bytes, b.bytes)
	case "vlan_id":
		return cmp.Compare(a.h.VLAN, b.h.VLAN)
	case "name":
		return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	case "mac":
		return cmp.Compare(macText(a.mac), macText(b.mac))
	case "mac_manufacturer":
		return cmp.Compare(c.maker(a.mac), c.maker(b.mac))
	case "score":
		return cmp.Compare(c.hostScore(a.h), c.hostScore(b.h))
	}
	return 0
}

// getLocalServerPorts is port -> how many local hosts serve it, TCP and UDP
// counted apart.
func getLocalServerPorts(c *Call) {
	count := map[uint16]int{}
	c.eachLocalServer(func(_ *host.Host, u host.PortUse) { count[u.Number]++ })
	t := lua.NewTable(len(count))
	for port, n := range count {
		t.Set(strconv.Itoa(int(port)), n)
	}
	c.Push(t)
}
