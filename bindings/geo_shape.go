package bindings

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/geo"
	"ntopgo/engine/host"
)

// Countries and autonomous systems of hosts, from the databases beside the
// program. They are summed from hosts and flows when they are asked for.
func init() {
	register("interface", map[string]func(c *Call){
		"getHostCountry":         getHostCountry,
		"getCountriesInfo":       getCountries,
		"getCountryInfo":         getCountry,
		"getASesInfo":            getASes,
		"getASInfo":              getAS,
		"getASList":              getASList,
		"getLiveASNStats":        getLiveASNStats,
		"convertCountryCode2U16": func(c *Call) { c.Push(countryNumber(c.String(1))) },
		"convertCountryU162Code": convertCountry,
	})
}

func getHostCountry(c *Call) {
	k, ok := parseHost(c.OptString(1, ""), 0)
	if !ok {
		c.Push("")
		return
	}
	c.Push(c.Env.Geo.Country(k.Addr))
}

// group is what the hosts of one country or autonomous system did together.
type group struct {
	as                     geo.System
	country                string
	hosts                  int
	first, last            int64
	traffic                counters.Duplex
	bps, pps               float64
	sent, rcvd             counters.TCPIssues
	l7                     counters.L7Map
	ingress, egress, inner uint64 // bytes
	rttSum                 float64
	rtts                   int
}

// add counts a host. Only those of a known AS or country are counted with their
// traffic, as the original does.
func (g *group) add(d *host.Data, known bool) {
	if g.hosts++; g.first == 0 || d.FirstSeen < g.first {
		g.first = d.FirstSeen
	}
	g.last = max(g.last, d.LastSeen)
	if !known {
		return
	}
	g.traffic.Add(d.Traffic)
	g.bps += d.Throughput.Bytes.Value
	g.pps += d.Throughput.Packets.Value
	g.sent.Add(d.TCPSent)
	g.rcvd.Add(d.TCPRcvd)
	g.l7.Add(&d.L7)
	if d.RTTms > 0 {
		g.rttSum += d.RTTms
		g.rtts++
	}
}

func (g *group) rtt() int {
	if g.rtts == 0 {
		return 0
	}
	return int(g.rttSum / float64(g.rtts))
}

// groupHosts sums the hosts that the user may see by key.
func groupHosts[K comparable](c *Call, key func(h *host.Host) (K, bool), start func(h *host.Host, g *group)) map[K]*group {
	groups := map[K]*group{}
	if c.Iface == nil {
		return groups
	}
	for _, h := range c.Iface.Hosts() {
		if !c.seesHost(h) {
			continue
		}
		k, known := key(h)
		g := groups[k]
		if g == nil {
			g = &group{}
			start(h, g)
			groups[k] = g
		}
		h.Update(func(d *host.Data) { g.add(d, known) })
	}
	return groups
}

// systemOf and countryOf take what the engine found when it first saw the host,
// and ask the databases where that is nothing.
func (c *Call) systemOf(h *host.Host) uint32 {
	if h.AS != 0 {
		return h.AS
	}
	return c.Env.Geo.AS(h.Addr).Number
}

func (c *Call) countryOf(h *host.Host) string {
	if h.Country != ([2]byte{}) {
		return string(h.Country[:])
	}
	return c.Env.Geo.Country(h.Addr)
}

func (c *Call) systems() map[uint32]*group {
	return groupHosts(c, func(h *host.Host) (uint32, bool) { n := c.systemOf(h); return n, n != 0 },
		func(h *host.Host, g *group) { g.as = c.Env.Geo.AS(h.Addr) })
}

// countries leaves out the hosts of no known country.
func (c *Call) countries() map[string]*group {
	groups := groupHosts(c, func(h *host.Host) (string, bool) { s := c.countryOf(h); return s, s != "" },
		func(h *host.Host, g *group) { g.country = c.Env.Geo.Country(h.Addr) })
	delete(groups, "")
	if len(groups) == 0 {
		return groups
	}
	c.eachAllowedFlow(func(f *flow.Flow) {
		cli, srv := groups[c.Env.Geo.Country(f.Client)], groups[c.Env.Geo.Country(f.Server)]
		if cli == srv && cli != nil {
			cli.inner += f.Bytes()
			return
		}
		if cli != nil {
			cli.egress += f.ToServer.Bytes
			cli.ingress += f.ToClient.Bytes
		}
		if srv != nil {
			srv.ingress += f.ToServer.Bytes
			srv.egress += f.ToClient.Bytes
		}
	})
	return groups
}

func (g *group) setScores(t *lua.Table) *lua.Table {
	return t.Set("score", 0).Set("score.as_client", 0).Set("score.as_server", 0).Set("score_pct", lua.NewTable(0))
}

func (g *group) setTraffic(t *lua.Table) {
	setDuplex(t, g.traffic)
	setThroughput(t, &counters.Throughput{Bytes: counters.Rate{Value: g.bps}, Packets: counters.Rate{Value: g.pps}})
	t.Set("bytes.ndpi.unknown", unknownBytes(&g.l7)).
		Set("seen.first", seconds(g.first)).
		Set("seen.last", seconds(g.last)).
		Set("duration", seconds(g.last)-seconds(g.first)+1).
		Set("num_hosts", g.hosts)
}

func (c *Call) asTable(g *group, level int) *lua.Table {
	t := lua.NewTable(32).
		Set("asn", g.as.Number).
		Set("asname", g.as.Name).
		Set("alerted_flows", lua.NewTable(3).Set("as_client", 0).Set("as_server", 0).Set("total", 0))
	g.setScores(t)
	g.setTraffic(t)
	if level >= levelHigh {
		t.Set("round_trip_time", g.rtt())
	}
	if level >= levelHigher {
		t.Set("ndpi", protocols(c.Env.DPI, &g.l7)).
			Set("tcpPacketStats.sent", tcpIssues(g.sent)).
			Set("tcpPacketStats.rcvd", tcpIssues(g.rcvd))
	}
	return t
}

func countryTable(g *group, level int) *lua.Table {
	t := lua.NewTable(24).Set("country", g.country).Set("bytes", g.traffic.Bytes())
	g.setScores(t)
	if level >= levelHigh {
		g.setTraffic(t)
		t.Set("ingress", g.ingress).Set("egress", g.egress).Set("inner", g.inner)
	}
	return t
}

// detail is the level that a listing's options ask for, with another default
// than that of flows.
func detail(o options) int {
	if o.str("detailsLevel") == "" {
		return levelNormal
	}
	return flowLevel(o)
}

// pageOf orders groups by a column of the options and cuts the page out.
func pageOf(o options, list []*group, byName func(g *group) string) []*group {
	num := func(get func(g *group) float64) func(a, b *group) int {
		return func(a, b *group) int { return cmp.Compare(get(a), get(b)) }
	}
	order := func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.as.Number, b.as.Number), cmp.Compare(a.country, b.country))
	}
	by := order
	switch strings.TrimPrefix(o.str("sortColumn"), "column_") {
	case "asname", "country", "name":
		by = func(a, b *group) int { return cmp.Compare(strings.ToLower(byName(a)), strings.ToLower(byName(b))) }
	case "since":
		by = num(func(g *group) float64 { return float64(g.first) })
	case "thpt":
		by = num(func(g *group) float64 { return g.bps })
	case "traffic":
		by = num(func(g *group) float64 { return float64(g.traffic.Bytes()) })
	case "hosts":
		by = num(func(g *group) float64 { return float64(g.hosts) })
	}
	slices.SortFunc(list, func(a, b *group) int { return cmp.Or(by(a, b), order(a, b)) })
	if up, given := o.flag("a2zSortOrder"); given && !up {
		slices.Reverse(list)
	}
	skip, _ := o.num("toSkip")
	limit, limited := o.num("maxHits")
	from := int(min(max(skip, 0), int64(len(list))))
	to := len(list)
	if limited && limit > 0 {
		to = min(to, from+int(limit))
	}
	return list[from:to]
}

func values[K comparable](m map[K]*group) []*group {
	out := make([]*group, 0, len(m))
	for _, g := range m {
		out = append(out, g)
	}
	return out
}

func getASes(c *Call) {
	o := options{c.Table(1)}
	all := values(c.systems())
	list := lua.NewTable(len(all))
	for _, g := range pageOf(o, all, func(g *group) string { return g.as.Name }) {
		list.Append(c.asTable(g, detail(o)))
	}
	c.Push(lua.NewTable(2).Set("numASes", len(all)).Set("ASes", list))
}

func getAS(c *Call) {
	n, ok := c.Int(1)
	g := c.systems()[uint32(n)]
	if !ok || n < 0 || g == nil {
		c.Push(nil)
		return
	}
	c.Push(c.asTable(g, levelHigher))
}

// getASList is the numbers of the hosts' systems, as text.
func getASList(c *Call) {
	var numbers []uint32
	for n := range c.systems() {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	t := lua.NewTable(len(numbers))
	for _, n := range numbers {
		t.Append(strconv.FormatUint(uint64(n), 10))
	}
	c.Push(t)
}

// getLiveASNStats sums the bytes of the flows that options select by the system
// of either end. Packets do not tell through which systems they came.
func getLiveASNStats(c *Call) {
	match := newFlowFilter(c, "", options{c.Table(1)}).match
	src, dst := map[uint32]*group{}, map[uint32]*group{}
	count := func(m map[uint32]*group, as geo.System, f *flow.Flow) {
		if as.Number == 0 {
			return
		}
		if m[as.Number] == nil {
			m[as.Number] = &group{as: as}
		}
		g := m[as.Number]
		g.hosts++ // flows
		g.traffic.Add(counters.Duplex{Sent: f.ToServer.Traffic, Rcvd: f.ToClient.Traffic})
	}
	c.eachFlow(func(f *flow.Flow) {
		if match(f) {
			count(src, c.Env.Geo.AS(f.Client), f)
			count(dst, c.Env.Geo.AS(f.Server), f)
		}
	})
	table := func(m map[uint32]*group) *lua.Table {
		t := lua.NewTable(len(m))
		for n, g := range m {
			t.Set(strconv.FormatUint(uint64(n), 10), lua.NewTable(4).
				Set("asname", g.as.Name).
				Set("num_flows", g.hosts).
				Set("bytes_sent", g.traffic.Sent.Bytes).
				Set("bytes_rcvd", g.traffic.Rcvd.Bytes))
		}
		return t
	}
	c.Push(lua.NewTable(3).Set("src_asn", table(src)).Set("dst_asn", table(dst)).Set("transit_asn", lua.NewTable(0)))
}

func getCountries(c *Call) {
	o := options{c.Table(1)}
	all := values(c.countries())
	list := lua.NewTable(len(all))
	for _, g := range pageOf(o, all, func(g *group) string { return g.country }) {
		list.Append(countryTable(g, detail(o)))
	}
	c.Push(lua.NewTable(2).Set("numCountries", len(all)).Set("Countries", list))
}

func getCountry(c *Call) {
	g := c.countries()[c.String(1)]
	if g == nil {
		c.Push(nil)
		return
	}
	c.Push(countryTable(g, levelHigher))
}

// setPlace adds where an address is to the table of its host.
func (c *Call) setPlace(t *lua.Table, h *host.Host) {
	p, as := c.Env.Geo.Place(h.Addr), c.Env.Geo.AS(h.Addr)
	t.Set("continent", p.Continent).
		Set("country", p.Country).
		Set("city", p.City).
		Set("latitude", p.Latitude).
		Set("longitude", p.Longitude).
		Set("asn", as.Number).
		Set("asname", as.Name)
}

// setFlowPlaces adds where the ends of a flow are.
func (c *Call) setFlowPlaces(t *lua.Table, f *flow.Flow, level int) {
	src, dst := c.Env.Geo.AS(f.Client), c.Env.Geo.AS(f.Server)
	t.Set("src_as", src.Number).Set("src_as_name", src.Name).Set("dst_as", dst.Number).Set("dst_as_name", dst.Name)
	if level < levelHigher {
		return
	}
	cli, srv := c.Env.Geo.Place(f.Client), c.Env.Geo.Place(f.Server)
	t.Set("cli.latitude", cli.Latitude).Set("cli.longitude", cli.Longitude).
		Set("srv.latitude", srv.Latitude).Set("srv.longitude", srv.Longitude)
	if level >= levelMax {
		t.Set("cli.country", cli.Country).Set("cli.city", cli.City).Set("srv.country", srv.Country).Set("srv.city", srv.City)
	}
}

// countryNumber packs the two letters of an ISO 3166 code into 16 bits.
func countryNumber(code string) int {
	if len(code) < 2 {
		return 0
	}
	return int(code[0])<<8 | int(code[1])
}

func convertCountry(c *Call) {
	n, ok := c.Int(1)
	if !ok || n <= 0 || n > 0xffff {
		c.Push(nil)
		return
	}
	c.Push(string([]byte{byte(n >> 8), byte(n)}))
}
