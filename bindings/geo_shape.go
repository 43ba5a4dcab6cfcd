package bindings

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/aggregate"
	"ntopgo/engine/flow"
	"ntopgo/engine/geo"
	"ntopgo/engine/host"
)

// Countries and autonomous systems of hosts, from the databases beside the
// program.
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

// group is a group of hosts as its table shows it.
type group struct {
	aggregate.View
	as      geo.System
	country string
}

// groups are the groups of a kind. A user who may not see every host gets the
// sums of those that may be seen; theirs have no score, and traffic inside the
// group is part of them.
func (c *Call) groups(k aggregate.Kind) map[uint32]*group {
	groups := map[uint32]*group{}
	if c.Iface == nil {
		return groups
	}
	if c.limited() {
		return c.visibleGroups(k)
	}
	for _, v := range c.Iface.Groups(k) {
		if v.Hosts > 0 || v.Traffic.Packets() > 0 {
			groups[v.ID] = &group{View: v}
		}
	}
	return groups
}

func (c *Call) visibleGroups(k aggregate.Kind) map[uint32]*group {
	groups := map[uint32]*group{}
	for _, h := range c.Iface.Hosts() {
		id := h.Member().ID(k)
		if id == aggregate.None || !c.seesHost(h) {
			continue
		}
		g := groups[id]
		if g == nil {
			g = &group{View: aggregate.View{Key: aggregate.Key{Kind: k, ID: id}}}
			groups[id] = g
		}
		g.Hosts++
		h.Update(func(d *host.Data) {
			sum := aggregate.Sum{Traffic: d.Traffic(), L7: d.L7, TCPSent: d.TCPSent, TCPRcvd: d.TCPRcvd, FirstSeen: d.FirstSeen,
				LastSeen: d.LastSeen, Throughput: d.Throughput}
			if d.RTTms > 0 {
				sum.RTTs, sum.RTT = 1, int64(d.RTTms*1e6)
			}
			g.Add(&sum)
		})
	}
	return groups
}

func (c *Call) systems() map[uint32]*group {
	groups := c.groups(aggregate.AS)
	unnamed := 0
	for id, g := range groups {
		g.as.Number = id
		name, known := c.Env.systemNames.Load(id)
		if known {
			g.as.Name = name.(string)
		} else if id != 0 {
			unnamed++
		}
	}
	if unnamed == 0 {
		return groups
	}
	// The databases tell the names of addresses: any host of a system will do.
	for _, h := range c.Iface.Hosts() {
		if g := groups[h.AS]; g != nil && h.AS != 0 && g.as.Name == "" {
			g.as.Name = c.Env.Geo.AS(h.Addr).Name
			c.Env.systemNames.Store(h.AS, g.as.Name)
		}
	}
	return groups
}

func (c *Call) countries() map[string]*group {
	groups := map[string]*group{}
	for id, g := range c.groups(aggregate.Country) {
		g.country = aggregate.CountryCode(id)
		groups[g.country] = g
	}
	return groups
}

func setScores(t *lua.Table, s *aggregate.Sum) *lua.Table {
	v := score{had: s.Scored}
	for role := range s.Scores {
		for kind, n := range s.Scores[role] {
			v.kinds[role][kind] = int(n)
		}
	}
	v.set(t)
	v.setShares(t)
	return t
}

func alertedFlows(s *aggregate.Sum) *lua.Table {
	return lua.NewTable(3).Set("as_client", s.AlertedAsClient).Set("as_server", s.AlertedAsServer).
		Set("total", s.AlertedAsClient+s.AlertedAsServer)
}

func (g *group) setTraffic(t *lua.Table) {
	setDuplex(t, g.Traffic)
	setThroughput(t, &g.Throughput)
	t.Set("bytes.ndpi.unknown", unknownBytes(&g.L7)).
		Set("seen.first", seconds(g.FirstSeen)).
		Set("seen.last", seconds(g.LastSeen)).
		Set("duration", seconds(g.LastSeen)-seconds(g.FirstSeen)+1).
		Set("num_hosts", g.Hosts)
}

// asTable describes a system; rtts is what systemRTTs says, nil where level does not
// ask for it.
func (c *Call) asTable(g *group, level int, rtts map[uint32]int64) *lua.Table {
	t := lua.NewTable(32).
		Set("asn", g.as.Number).
		Set("asname", g.as.Name).
		Set("alerted_flows", alertedFlows(&g.Sum))
	setScores(t, &g.Sum)
	g.setTraffic(t)
	if level >= levelHigh {
		rtt, known := rtts[g.as.Number]
		if !known {
			rtt = g.MeanRTT() / 1e6 // of flows that are gone
		}
		t.Set("round_trip_time", rtt)
	}
	if level >= levelHigher {
		t.Set("ndpi", protocols(c.Env.DPI, &g.L7)).
			Set("tcpPacketStats.sent", tcpIssues(g.TCPSent)).
			Set("tcpPacketStats.rcvd", tcpIssues(g.TCPRcvd))
	}
	return t
}

func countryTable(g *group, level int) *lua.Table {
	t := lua.NewTable(24).Set("country", g.country).Set("bytes", g.Traffic.Bytes())
	setScores(t, &g.Sum)
	if level >= levelHigh {
		g.setTraffic(t)
		t.Set("ingress", g.Traffic.Rcvd.Bytes).Set("egress", g.Egress().Bytes).Set("inner", g.Inner.Bytes)
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
		return cmp.Or(cmp.Compare(a.as.Number, b.as.Number), cmp.Compare(a.country, b.country), cmp.Compare(a.ID, b.ID))
	}
	by := order
	switch strings.TrimPrefix(o.str("sortColumn"), "column_") {
	case "asname", "country", "name":
		by = func(a, b *group) int { return cmp.Compare(strings.ToLower(byName(a)), strings.ToLower(byName(b))) }
	case "since":
		by = num(func(g *group) float64 { return float64(g.FirstSeen) })
	case "thpt":
		by = num(func(g *group) float64 { return g.Throughput.Bytes.Value })
	case "traffic":
		by = num(func(g *group) float64 { return float64(g.Traffic.Bytes()) })
	case "hosts":
		by = num(func(g *group) float64 { return float64(g.Hosts) })
	case "score":
		by = num(func(g *group) float64 { return float64(g.ScoreAsClient() + g.ScoreAsServer()) })
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
	var rtts map[uint32]int64
	if detail(o) >= levelHigh {
		rtts = c.systemRTTs()
	}
	for _, g := range pageOf(o, all, func(g *group) string { return g.as.Name }) {
		list.Append(c.asTable(g, detail(o), rtts))
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
	c.Push(c.asTable(g, levelHigher, c.systemRTTs()))
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
