package bindings

import (
	"net/netip"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// Group "Host Information".
func init() {
	list := func(kind func(h *host.Host, d *host.Data) bool) func(c *Call) {
		return func(c *Call) { getHostsInfo(c, kind) }
	}
	local := func(h *host.Host, _ *host.Data) bool { return h.Local }
	remote := func(h *host.Host, _ *host.Data) bool { return !h.Local }
	silent := func(d *host.Data) bool { return d.Traffic().Sent.Packets == 0 }
	silentTCP := func(d *host.Data) bool { return d.L4.TCP.Sent.Packets == 0 && d.L4.TCP.Rcvd.Packets > 0 }
	register("interface", map[string]func(c *Call){
		"getHostsInfo":           list(nil),
		"getLocalHostsInfo":      list(local),
		"getRemoteHostsInfo":     list(remote),
		"getLocalHostsInfoNoTX":  list(func(h *host.Host, d *host.Data) bool { return h.Local && silent(d) }),
		"getRemoteHostsInfoNoTX": list(func(h *host.Host, d *host.Data) bool { return !h.Local && silent(d) }),
		"getLocalHostsInfoNoTXTCP": list(func(h *host.Host, d *host.Data) bool {
			return h.Local && silentTCP(d)
		}),
		"getRemoteHostsInfoNoTXTCP": list(func(h *host.Host, d *host.Data) bool {
			return !h.Local && silentTCP(d)
		}),
		"getPublicHostsInfo": list(func(h *host.Host, _ *host.Data) bool {
			return h.Addr.IsGlobalUnicast() && !private(h.Addr)
		}),
		"getBroadcastMulticastHostsInfo": func(c *Call) {
			getHostsInfo(c, func(h *host.Host, _ *host.Data) bool { return h.Addr.IsMulticast() || c.isBroadcast(h) })
		},
		"getBatchedHostsInfo":       func(c *Call) { getBatchedHosts(c, nil) },
		"getBatchedLocalHostsInfo":  func(c *Call) { getBatchedHosts(c, local) },
		"getBatchedRemoteHostsInfo": func(c *Call) { getBatchedHosts(c, remote) },
		"getHostInfo":               func(c *Call) { getHost(c, levelMax) },
		"getHostMinInfo":            func(c *Call) { getHost(c, levelNormal) },
		"isHostActive":              func(c *Call) { c.Push(c.findHostArg(1) != nil) },
		"findHost":                  findHost,
		"findHostByMac":             findHostByMac,
		"getAddressInfo":            getAddressInfo,
		"getRxOnlyHostsList":        getRxOnlyHosts,
		"getIPNetworkId":            getAddressNetwork,
		"getnDPIHostStats":          getHostProtocols,
	})
}

// parseHost reads "address", "address@vlan", and an optional separate VLAN.
func parseHost(s string, vlan int64) (host.Key, bool) {
	if addr, v, ok := strings.Cut(s, "@"); ok {
		s = addr
		if n, err := strconv.Atoi(v); err == nil {
			vlan = int64(n)
		}
	}
	a, err := netip.ParseAddr(s)
	if err != nil || vlan < 0 || vlan > 4095 {
		return host.Key{}, false
	}
	return host.Key{Addr: a.Unmap(), VLAN: uint16(vlan)}, true
}

// findHostArg is the host that arguments i and i+1 name, nil when it is not
// known or the user may not see it.
func (c *Call) findHostArg(i int) *host.Host {
	name, ok := c.Str(i)
	if !ok || c.Iface == nil {
		return nil
	}
	k, ok := parseHost(name, c.OptInteger(i+1, 0))
	if !ok {
		return nil
	}
	return c.visible(c.Iface.Host(k))
}

// visible is h, or nil when the user may not see it.
func (c *Call) visible(h *host.Host) *host.Host {
	if h == nil || !c.seesHost(h) {
		return nil
	}
	return h
}

func getHost(c *Call, level int) {
	h := c.findHostArg(1)
	if h == nil {
		c.Push(nil)
		return
	}
	c.Push(c.hostTable(h, level))
}

// Positions of the arguments of the host listings.
const (
	argDetails = 1 + iota
	argSort
	argMax
	argSkip
	argAscending
	argCountry
	argOS
	argVLAN
	argASN
	argNetwork
	argMAC
	argPool
	argIPVersion
	argProtocol
	argTraffic
	argFiltered
	argBlacklisted
	argAnomalous
	argDHCP
	argCIDR
	argDevice
	argArray
	// argText is beyond the original's arguments: part of a name or address.
	argText = 27
)

// Kinds of traffic that listings can be limited to.
const (
	trafficOneWay  = 1
	trafficTwoWays = 2
)

func getHostsInfo(c *Call, kind func(h *host.Host, d *host.Data) bool) {
	level := levelHigh
	if c.OptBool(argDetails, true) {
		level = levelHigher
	}
	q := iface.HostQuery{Match: c.hostFilter(kind), Key: hostSort(c, c.OptString(argSort, "")),
		Desc: !c.OptBool(argAscending, true), Skip: int(c.OptInteger(argSkip, 0)), Limit: int(c.OptInteger(argMax, 0))}
	var page []*host.Host
	total := 0
	if c.Iface != nil {
		page, total = c.Iface.ListHosts(q)
	}
	asArray := c.OptBool(argArray, false)
	hosts := lua.NewTable(len(page))
	for _, h := range page {
		if row := c.hostTable(h, level); asArray {
			hosts.Append(row)
		} else {
			hosts.Set(hostKey(h.Key), row)
		}
	}
	c.Push(lua.NewTable(3).Set("numHosts", total).Set("nextSlot", 0).Set("hosts", hosts))
}

// hostFilter joins the filters of a listing's arguments, with what the user may
// see.
func (c *Call) hostFilter(kind func(h *host.Host, d *host.Data) bool) func(h *host.Host, d *host.Data) bool {
	vlan, net := c.OptInteger(argVLAN, -1), c.OptInteger(argNetwork, -2)
	version, proto := c.OptInteger(argIPVersion, 0), c.OptInteger(argProtocol, -1)
	traffic, mac := c.OptInteger(argTraffic, 0), strings.ToUpper(c.OptString(argMAC, ""))
	blacklisted, anomalous, dhcp := c.OptBool(argBlacklisted, false), c.OptBool(argAnomalous, false), c.OptBool(argDHCP, false)
	text := strings.ToLower(c.OptString(argText, ""))
	country, asn := c.OptString(argCountry, ""), c.OptInteger(argASN, -1)
	pool := c.OptInteger(argPool, -1)
	var cidr netip.Prefix
	if s := c.OptString(argCIDR, ""); s != "" {
		cidr, _ = netip.ParsePrefix(s)
	}
	return func(h *host.Host, d *host.Data) bool {
		switch {
		case !c.allowsHost(h, d),
			kind != nil && !kind(h, d),
			vlan > 0 && int64(h.VLAN) != vlan,
			net > -2 && int64(h.NetworkID) != net,
			version != 0 && int64(ipVersion(h.Addr)) != version,
			proto >= 0 && !speaks(d, uint16(proto)),
			traffic == trafficOneWay && d.Traffic().Sent.Packets > 0 && d.Traffic().Rcvd.Packets > 0,
			traffic == trafficTwoWays && (d.Traffic().Sent.Packets == 0 || d.Traffic().Rcvd.Packets == 0),
			mac != "" && hostMAC(d) != mac,
			cidr.IsValid() && !cidr.Contains(h.Addr),
			country != "" && c.Env.Geo.Country(h.Addr) != country,
			asn >= 0 && int64(c.Env.Geo.AS(h.Addr).Number) != asn,
			pool >= 0 && !c.inPool(h, d, pool),
			blacklisted && !c.isBlacklisted(h.Addr),
			anomalous, // nobody is found to be
			dhcp && !c.isDHCP(h, d),
			text != "" && nameWith(h, d, text) == "":
			return false
		}
		return true
	}
}

func (c *Call) inPool(h *host.Host, d *host.Data, pool int64) bool {
	id, _ := c.hostPools().Of(h.Addr, h.VLAN, d.Mac)
	return int64(id) == pool
}

func speaks(d *host.Data, proto uint16) bool {
	found := false
	d.L7.Each(func(id uint16, _ *counters.L7) { found = found || id == proto })
	return found
}

// hostSort is the order that a column name asks for; by address without one.
func hostSort(c *Call, column string) func(h *host.Host, d *host.Data) iface.SortKey {
	num := func(f func(h *host.Host, d *host.Data) float64) func(*host.Host, *host.Data) iface.SortKey {
		return func(h *host.Host, d *host.Data) iface.SortKey { return iface.SortKey{Num: f(h, d)} }
	}
	str := func(f func(h *host.Host, d *host.Data) string) func(*host.Host, *host.Data) iface.SortKey {
		return func(h *host.Host, d *host.Data) iface.SortKey { return iface.SortKey{Str: f(h, d)} }
	}
	c.engagedOnce()
	switch strings.TrimPrefix(column, "column_") {
	case "vlan":
		return num(func(h *host.Host, _ *host.Data) float64 { return float64(h.VLAN) })
	case "name":
		return str(func(h *host.Host, d *host.Data) string { return strings.ToLower(c.hostName(h, d)) })
	case "since":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.FirstSeen) })
	case "last":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.LastSeen) })
	case "thpt":
		return num(func(_ *host.Host, d *host.Data) float64 { return d.Throughput.Bytes.Value })
	case "traffic":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.Traffic().Bytes()) })
	case "traffic_sent":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.Traffic().Sent.Bytes) })
	case "traffic_rcvd":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.Traffic().Rcvd.Bytes) })
	case "num_flows":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.ActiveAsClient + d.ActiveAsServer) })
	case "num_flows_as_client":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.ActiveAsClient) })
	case "num_flows_as_server":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.ActiveAsServer) })
	case "local_network", "local_network_id":
		return num(func(h *host.Host, _ *host.Data) float64 { return float64(h.NetworkID) })
	case "mac":
		return str(func(_ *host.Host, d *host.Data) string { return hostMAC(d) })
	case "country":
		return str(func(h *host.Host, _ *host.Data) string { return c.Env.Geo.Country(h.Addr) })
	case "asn":
		return num(func(h *host.Host, _ *host.Data) float64 { return float64(c.Env.Geo.AS(h.Addr).Number) })
	case "pool_id":
		return num(func(h *host.Host, d *host.Data) float64 {
			id, _ := c.hostPools().Of(h.Addr, h.VLAN, d.Mac)
			return float64(id)
		})
	case "traffic_unknown":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(unknownBytes(&d.L7)) })
	case "score":
		return num(func(h *host.Host, d *host.Data) float64 { return float64(c.score(h, d).sum()) })
	case "score_as_client":
		return num(func(h *host.Host, d *host.Data) float64 { return float64(c.score(h, d).role(host.AsClient)) })
	case "score_as_server":
		return num(func(h *host.Host, d *host.Data) float64 { return float64(c.score(h, d).role(host.AsServer)) })
	case "total_num_retx_sent":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.TCPSent.Retransmissions) })
	case "total_num_retx_rcvd":
		return num(func(_ *host.Host, d *host.Data) float64 { return float64(d.TCPRcvd.Retransmissions) })
	}
	return str(func(h *host.Host, _ *host.Data) string { b := h.Addr.As16(); return string(b[:]) })
}

// batchHosts is how many hosts a batched listing returns at most.
const batchHosts = 128

// batch is where a batched listing goes on, and how many hosts it may have.
func (c *Call) batch() (slot, limit int) {
	slot, limit = int(max(c.OptInteger(1, 0), 0)), int(c.OptInteger(3, batchHosts))
	if limit <= 0 || limit > maxHits {
		limit = maxHits
	}
	return slot, limit
}

// getBatchedHosts walks the hosts in order of address; a slot is how many were
// handed out before.
func getBatchedHosts(c *Call, kind func(h *host.Host, d *host.Data) bool) {
	slot, limit := c.batch()
	level := levelHigh
	if c.OptBool(2, true) {
		level = levelHigher
	}
	hosts := lua.NewTable(0)
	next, total := 0, 0
	if c.Iface != nil {
		var page []*host.Host
		page, total = c.Iface.ListHosts(iface.HostQuery{Skip: slot, Limit: limit,
			Match: func(h *host.Host, d *host.Data) bool {
				return c.allowsHost(h, d) && (kind == nil || kind(h, d))
			}})
		for _, h := range page {
			hosts.Set(hostKey(h.Key), c.hostTable(h, level))
		}
		if slot+len(page) < total {
			next = slot + len(page)
		}
	}
	c.Push(lua.NewTable(3).Set("numHosts", total).Set("nextSlot", next).Set("hosts", hosts))
}

// maxFound bounds the results of a search.
const maxFound = 50

func findHost(c *Call) {
	want := strings.ToLower(c.String(1))
	t := lua.NewTable(0)
	found := 0
	if c.Iface != nil && want != "" {
		for _, h := range c.Iface.Hosts() {
			if found == maxFound {
				break
			}
			if !c.seesHost(h) {
				continue
			}
			if label := matchHost(h, want); label != "" {
				t.Set(hostKey(h.Key), label)
				found++
			}
		}
	}
	c.Push(t)
}

// matchHost is the first of the host's names and addresses that contains want.
func matchHost(h *host.Host, want string) string {
	match := ""
	h.Update(func(d *host.Data) { match = nameWith(h, d, want) })
	return match
}

// nameWith is the first of the names and addresses in d that contains want,
// which is in lower case; "" when none does.
func nameWith(h *host.Host, d *host.Data, want string) string {
	n := &d.Names
	for _, s := range []string{hostKey(h.Key), hostMAC(d), n.MDNS, n.Resolved, n.NetBIOS, n.TLS, n.HTTP, n.DHCP} {
		if s != "" && strings.Contains(strings.ToLower(s), want) {
			return s
		}
	}
	return ""
}

func findHostByMac(c *Call) {
	want := strings.ToUpper(c.String(1))
	t := lua.NewTable(0)
	if c.Iface != nil {
		for _, h := range c.Iface.Hosts() {
			d := h.Snapshot()
			if hostMAC(&d) == want && c.allowsHost(h, &d) {
				t.Set(hostKey(h.Key), c.hostName(h, &d))
			}
		}
	}
	c.Push(t)
}

func getAddressInfo(c *Call) {
	a, err := netip.ParseAddr(c.String(1))
	if err != nil || c.Iface == nil {
		c.Push(lua.NewTable(0))
		return
	}
	c.Push(lua.NewTable(5).
		Set("is_blacklisted", c.isBlacklisted(a)).
		Set("is_broadcast", c.isBroadcast(&host.Host{Key: host.Key{Addr: a}})).
		Set("is_multicast", a.IsMulticast()).
		Set("is_private", private(a)).
		Set("is_local", c.Iface.Networks().Local(a)))
}

// getRxOnlyHosts lists who asked, or was asked, in vain: address -> figures. Argument
// 1 says whether local or remote hosts are meant, argument 2 keeps those that have
// a flow to a host that never sends.
func getRxOnlyHosts(c *Call) {
	local, peers := c.OptBool(1, true), c.OptBool(2, false)
	t := lua.NewTable(0)
	if c.Iface == nil {
		c.Push(t)
		return
	}
	asked := map[*host.Host]bool{}
	if peers {
		c.Iface.EachFlow(func(f *flow.Flow) {
			if f.Cli != nil && f.Srv != nil && f.Cli.Local == local && !f.Srv.Group {
				f.Srv.Update(func(d *host.Data) { asked[f.Cli] = asked[f.Cli] || d.RxOnly() })
			}
		})
	}
	hosts, _ := c.Iface.ListHosts(iface.HostQuery{Match: func(h *host.Host, d *host.Data) bool {
		return h.Local == local && !h.Group && (!peers || asked[h]) && c.allowsHost(h, d)
	}})
	for _, h := range hosts {
		n := h.Contacts()
		if n.SilentServers == 0 && n.UnansweredPeers == 0 {
			continue
		}
		t.Set(h.Addr.String(), lua.NewTable(3).
			Set("tcp_num_contacted_peers_as_client", n.SilentServers).
			Set("tcp_num_peers_contacts_rcvd_as_server", n.UnansweredPeers).
			Set("tcp_num_ports_contacted_as_client", n.SilentPorts))
	}
	c.Push(t)
}

func getHostProtocols(c *Call) {
	h := c.findHostArg(1)
	if h == nil {
		c.Push(lua.NewTable(0))
		return
	}
	d := h.Snapshot()
	c.Push(lua.NewTable(1).Set("ndpi", protocols(c.Env.DPI, &d.L7)))
}
