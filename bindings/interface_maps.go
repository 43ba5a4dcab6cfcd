package bindings

import (
	"cmp"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/behaviour"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
)

// Group "Service & Periodicity Maps". The keys of the rows are those that scripts
// of the trees, and older public ones, read.
func init() {
	register("interface", map[string]func(c *Call){
		"serviceMap":                  serviceMap,
		"serviceMapFilterList":        func(c *Call) { pushMapFilters(c, c.serviceRows()) },
		"serviceMapLearningStatus":    serviceMapLearning,
		"serviceMapSetStatus":         setServiceStatus,
		"serviceMapSetMultipleStatus": setServiceStatuses,
		"flushServiceMap":             flushServices,
		"periodicityMap":              func(c *Call) { pushMap(c, c.periodicRows()) },
		"periodicityMapFilterList":    func(c *Call) { pushMapFilters(c, c.periodicRows()) },
		"flushPeriodicityMap":         flushPeriodicities,
		"isBehaviourAnalysisAvailable": func(c *Call) {
			c.Push(c.Iface != nil && c.hasMapPage())
		},
	})
}

// mapPage is the page that shows the maps. Trees link to it where the maps are
// said to be available; those of the community edition do not have it.
const mapPage = "lua/pro/enterprise/network_maps.lua"

func (c *Call) hasMapPage() bool {
	if c.Env.Layout == nil {
		return false
	}
	_, err := c.Env.Layout.Stat(path.Join(c.Env.Layout.ScriptsDir, mapPage))
	return err == nil
}

// Preferences about new services: seconds, and what they are during and after.
const (
	learningPeriodPref = "ntopng.prefs.behaviour_analysis_learning_period"
	learningDuringPref = "ntopng.prefs.behaviour_analysis_learning_status_during_learning"
	learningAfterPref  = "ntopng.prefs.behaviour_analysis_learning_status_post_learning"
	learningPeriod     = 7200
)

// learning reads what becomes of new services.
func (e *Env) learning() behaviour.Learning {
	num := func(key string, def int) int {
		s, _, err := e.KV.Get(key)
		n, bad := strconv.Atoi(s)
		if err != nil || bad != nil || n < 0 {
			return def
		}
		return n
	}
	status := func(key string) behaviour.Status {
		return min(behaviour.Status(num(key, 0)), behaviour.UnknownStatus)
	}
	return behaviour.Learning{Period: time.Duration(num(learningPeriodPref, learningPeriod)) * time.Second,
		During: status(learningDuringPref), After: status(learningAfterPref)}
}

// mapRow is a row of either map.
type mapRow struct {
	behaviour.Key
	behaviour.Peers
	first, last int64
	uses        uint64 // contacts or repetitions
	frequency   int64  // seconds between repetitions
	info        string
	status      behaviour.Status
	id          uint64
	service     bool
}

func (c *Call) serviceRows() []mapRow {
	if c.Iface == nil {
		return nil
	}
	all := c.Iface.Services().All()
	rows := make([]mapRow, 0, len(all))
	for i := range all {
		v := &all[i]
		rows = append(rows, mapRow{Key: v.Key, Peers: v.Peers, first: v.FirstSeen, last: v.LastSeen, uses: v.Uses, info: v.Info,
			status: v.Status, id: v.ID, service: true})
	}
	return c.filterMap(rows)
}

func (c *Call) periodicRows() []mapRow {
	if c.Iface == nil {
		return nil
	}
	all := c.Iface.Periodicities().All()
	rows := make([]mapRow, 0, len(all))
	for i := range all {
		v := &all[i]
		rows = append(rows, mapRow{Key: v.Key, Peers: v.Peers, first: v.FirstSeen, last: v.LastSeen, uses: v.Count, info: v.Info,
			frequency: int64(v.Period.Round(time.Second) / time.Second), status: behaviour.UnknownStatus})
	}
	return c.filterMap(rows)
}

// filterMap applies the arguments that both maps and their menus take: address
// of a host or of its card, VLAN, pool, whether groups are left out, time since
// when, protocol, local network, status, direction and text. Rows of which the
// user may see neither end are left out.
func (c *Call) filterMap(rows []mapRow) []mapRow {
	who, _ := c.Str(1)
	card, byCard := parseMAC(who)
	addr, err := netip.ParseAddr(who)
	byAddr := err == nil
	unknown := who != "" && !byCard && !byAddr
	vlan, pool := c.optNumber(2, 0), c.optNumber(3, -1)
	unicast, _ := c.Bool(4)
	since := c.optNumber(5, 0)
	var proto *dpi.Protocol
	if name, ok := c.Str(6); ok && c.Kind(6) == lua.String && name != "" {
		if proto, ok = c.Env.DPI.ProtocolByName(name); !ok {
			return nil
		}
	}
	network := c.optNumber(7, -1)
	status := behaviour.Status(c.optNumber(8, int64(behaviour.UnknownStatus)))
	direction := c.optNumber(9, -1)
	text, _ := c.Str(10)
	kept := rows[:0]
	for _, r := range rows {
		ends := [2]netip.Addr{r.Client, r.Server}
		switch {
		case unknown, !c.AllowsAddr(r.Client) && !c.AllowsAddr(r.Server),
			byAddr && r.Client != addr && r.Server != addr,
			byCard && !c.hasCard(ends, r.VLAN, card),
			vlan != 0 && int64(r.VLAN) != vlan,
			pool >= 0 && !c.poolHas(ends, r.VLAN, pool),
			unicast && r.ServerGroup,
			seconds(r.first) < since,
			proto != nil && r.App != proto.ID && r.Master != proto.ID,
			network >= 0 && int64(r.ClientNetwork) != network && int64(r.ServerNetwork) != network,
			r.service && status != behaviour.UnknownStatus && r.status != status,
			!inDirection(direction, r.ClientLocal, r.ServerLocal),
			text != "" && !c.anyNamed(ends, r.VLAN, text):
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// inDirection says whether ends lie as a direction asks: 0 remote to remote, 1
// local to local, 2 remote to local, 3 local to remote.
func inDirection(direction int64, cliLocal, srvLocal bool) bool {
	switch direction {
	case 0:
		return !cliLocal && !srvLocal
	case 1:
		return cliLocal && srvLocal
	case 2:
		return !cliLocal && srvLocal
	case 3:
		return cliLocal && !srvLocal
	}
	return true
}

// optNumber is argument i where it is a number: like the original, others are
// taken for missing.
func (c *Call) optNumber(i int, def int64) int64 {
	if c.Kind(i) != lua.Number {
		return def
	}
	n, _ := c.Int(i)
	return n
}

func (c *Call) anyEnd(ends [2]netip.Addr, vlan uint16, match func(h *host.Host, d *host.Data) bool) bool {
	for _, a := range ends {
		found := false
		if h := c.Iface.Host(host.Key{Addr: a, VLAN: vlan}); h != nil {
			h.Update(func(d *host.Data) { found = match(h, d) })
		}
		if found {
			return true
		}
	}
	return false
}

func (c *Call) hasCard(ends [2]netip.Addr, vlan uint16, card [6]byte) bool {
	return c.anyEnd(ends, vlan, func(_ *host.Host, d *host.Data) bool { return d.Mac != nil && d.Mac.Address == card })
}

func (c *Call) poolHas(ends [2]netip.Addr, vlan uint16, pool int64) bool {
	return c.anyEnd(ends, vlan, func(h *host.Host, d *host.Data) bool { return c.inPool(h, d, pool) })
}

func (c *Call) anyNamed(ends [2]netip.Addr, vlan uint16, text string) bool {
	text = strings.ToLower(text)
	for _, a := range ends {
		if strings.Contains(a.String(), text) {
			return true
		}
	}
	return c.anyEnd(ends, vlan, func(h *host.Host, d *host.Data) bool {
		return strings.Contains(strings.ToLower(c.hostName(h, d)), text)
	})
}

// Columns by which maps are sorted, by ntopng's numbers.
const (
	mapByProtocol = iota
	mapByClient
	mapByServer
	mapByVLAN
	mapByPort
	mapByContacts
	mapByLastSeen
	mapByObservations
	mapByFrequency
	mapByInfo
	mapByInEdges
	mapByOutEdges
	mapByTotalEdges
	mapByHost
)

func (c *Call) mapProtocol(r *mapRow) string {
	return c.Env.DPI.Name(dpi.Result{Master: r.Master, App: r.App})
}

func (c *Call) mapOrder(column int64) func(a, b mapRow) int {
	switch column {
	case mapByProtocol:
		return func(a, b mapRow) int { return cmp.Compare(c.mapProtocol(&a), c.mapProtocol(&b)) }
	case mapByClient:
		return func(a, b mapRow) int { return a.Client.Compare(b.Client) }
	case mapByServer:
		return func(a, b mapRow) int { return a.Server.Compare(b.Server) }
	case mapByVLAN:
		return func(a, b mapRow) int { return cmp.Compare(a.VLAN, b.VLAN) }
	case mapByPort:
		return func(a, b mapRow) int { return cmp.Compare(a.Port, b.Port) }
	case mapByContacts, mapByObservations:
		return func(a, b mapRow) int { return cmp.Compare(a.uses, b.uses) }
	case mapByFrequency:
		return func(a, b mapRow) int { return cmp.Compare(a.frequency, b.frequency) }
	case mapByInfo:
		return func(a, b mapRow) int { return cmp.Compare(a.info, b.info) }
	}
	return func(a, b mapRow) int { return cmp.Compare(a.last, b.last) }
}

// page cuts rows as arguments 11 and 12 ask: how many, from where.
func page[T any](c *Call, rows []T) []T {
	limit, from := c.optNumber(11, int64(len(rows))), c.optNumber(12, 0)
	rows = rows[min(max(from, 0), int64(len(rows))):]
	if limit >= 0 {
		rows = rows[:min(limit, int64(len(rows)))]
	}
	return rows
}

// ascending is what argument 14 asks for: 0 ascending, else descending.
func (c *Call) ascending() bool { return c.optNumber(14, 1) == 0 }

func serviceMap(c *Call) { pushMap(c, c.serviceRows()) }

// pushMap answers with the rows, or with the hosts at their ends when argument 15
// is false; nil on the system interface.
func pushMap(c *Call, rows []mapRow) {
	if c.Iface == nil {
		c.Push(nil)
		return
	}
	if standard, ok := c.Bool(15); ok && !standard {
		pushMapHosts(c, rows)
		return
	}
	order := c.mapOrder(c.optNumber(13, mapByLastSeen))
	slices.SortStableFunc(rows, order)
	if !c.ascending() {
		slices.Reverse(rows)
	}
	t := lua.NewTable(len(rows))
	for _, r := range page(c, rows) {
		t.Append(c.mapTable(&r))
	}
	c.Push(t)
}

func (c *Call) mapTable(r *mapRow) *lua.Table {
	t := lua.NewTable(16).
		Set("client", r.Client.String()).
		Set("server", r.Server.String()).
		Set("vlan_id", r.VLAN).
		Set("server_port", r.Port).
		Set("l4_proto", r.Proto).
		Set("l7_proto", c.mapProtocol(r)).
		Set("l7_proto_id", protocolIDs(dpi.Result{Master: r.Master, App: r.App})).
		Set("first_seen", seconds(r.first)).
		Set("last_seen", seconds(r.last)).
		Set("info", r.info)
	if r.service {
		return t.Set("num_uses", r.uses).Set("service_acceptance", int(r.status)).Set("hash_id", strconv.FormatUint(r.id, 10))
	}
	return t.Set("num_periodic_loops_accounted", r.uses).Set("frequency", r.frequency)
}

// mapHost is a host at the ends of rows.
type mapHost struct {
	host.Key
	in, out int // rows in which it is server, and client
}

func pushMapHosts(c *Call, rows []mapRow) {
	byKey := map[host.Key]*mapHost{}
	at := func(a netip.Addr, vlan uint16) *mapHost {
		k := host.Key{Addr: a, VLAN: vlan}
		if byKey[k] == nil {
			byKey[k] = &mapHost{Key: k}
		}
		return byKey[k]
	}
	for _, r := range rows {
		at(r.Client, r.VLAN).out++
		at(r.Server, r.VLAN).in++
	}
	hosts := make([]*mapHost, 0, len(byKey))
	for _, h := range byKey {
		hosts = append(hosts, h)
	}
	column := c.optNumber(13, mapByTotalEdges)
	value := func(h *mapHost) int {
		switch column {
		case mapByInEdges:
			return h.in
		case mapByOutEdges:
			return h.out
		case mapByHost:
			return 0
		}
		return h.in + h.out
	}
	slices.SortFunc(hosts, func(a, b *mapHost) int {
		return cmp.Or(cmp.Compare(value(a), value(b)), a.Addr.Compare(b.Addr), cmp.Compare(a.VLAN, b.VLAN))
	})
	if !c.ascending() {
		slices.Reverse(hosts)
	}
	t := lua.NewTable(len(hosts))
	for _, h := range page(c, hosts) {
		t.Append(lua.NewTable(5).Set("host", h.Addr.String()).Set("vlan_id", h.VLAN).Set("in_edges", h.in).
			Set("out_edges", h.out).Set("total_edges", h.in+h.out))
	}
	c.Push(t)
}

// pushMapFilters answers with what the rows can be filtered by.
func pushMapFilters(c *Call, rows []mapRow) {
	if c.Iface == nil {
		c.Push(nil)
		return
	}
	protos, vlans, pools := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range rows {
		r := &rows[i]
		protos[c.mapProtocol(r)]++
		vlans[strconv.Itoa(int(r.VLAN))]++
		seen := map[int]bool{}
		c.anyEnd([2]netip.Addr{r.Client, r.Server}, r.VLAN, func(h *host.Host, d *host.Data) bool {
			if id, _ := c.hostPools().Of(h.Addr, h.VLAN, d.Mac); !seen[id] {
				seen[id] = true
				pools[strconv.Itoa(id)]++
			}
			return false
		})
	}
	table := func(m map[string]int) *lua.Table {
		t := lua.NewTable(len(m))
		for k, n := range m {
			t.Set(k, n)
		}
		return t
	}
	c.Push(lua.NewTable(3).Set("l7_proto", table(protos)).Set("vlan_id", table(vlans)).Set("host_pool_id", table(pools)))
}

func serviceMapLearning(c *Call) {
	t := lua.NewTable(1)
	if c.Iface != nil {
		t.Set("service_map_learning_status", c.Iface.Services().Learning())
	}
	c.Push(t)
}

// setServiceStatus takes the id of a service, as text, and its status.
func setServiceStatus(c *Call) {
	if c.Kind(1) != lua.String || c.Kind(2) != lua.Number {
		c.wrongArgument(1, "string, followed by a number")
		c.Push(nil)
		return
	}
	id, err := strconv.ParseUint(c.String(1), 10, 64)
	status := behaviour.Status(c.Integer(2))
	c.Push(err == nil && c.mayChangeMaps() && validStatus(status) && c.Iface.Services().SetStatus(id, status))
}

func validStatus(s behaviour.Status) bool {
	return s >= behaviour.Allowed && s <= behaviour.UnknownStatus
}

func (c *Call) mayChangeMaps() bool { return c.Iface != nil && c.Admin() }

// setServiceStatuses takes a protocol, the status that services have and the one
// that they get; any protocol, and any status, where these are missing.
func setServiceStatuses(c *Call) {
	from := behaviour.Status(c.optNumber(2, int64(behaviour.UnknownStatus)))
	to := behaviour.Status(c.optNumber(3, int64(behaviour.UnknownStatus)))
	var proto *dpi.Protocol
	known := true
	if c.Kind(1) == lua.String {
		proto, known = c.Env.DPI.ProtocolByName(c.String(1))
	}
	if !known || !c.mayChangeMaps() || !validStatus(to) {
		c.Push(false)
		return
	}
	c.Iface.Services().SetStatuses(func(v *behaviour.Service) bool {
		return (proto == nil || v.App == proto.ID || v.Master == proto.ID) && (from == behaviour.UnknownStatus || v.Status == from)
	}, to)
	c.Push(true)
}

func flushServices(c *Call) {
	if c.mayChangeMaps() {
		c.Iface.Services().Flush()
	}
	c.Push(nil)
}

func flushPeriodicities(c *Call) {
	if c.mayChangeMaps() {
		c.Iface.Periodicities().Flush()
	}
	c.Push(nil)
}
