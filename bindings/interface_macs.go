package bindings

import (
	"sort"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// Group "MAC Address Information".
func init() {
	register("interface", map[string]func(c *Call){
		"getMacsInfo":       getMacsInfo,
		"getActiveMacs":     func(c *Call) { c.pushMacs(c.macs(func(*mac.Mac, *mac.Data) bool { return true })) },
		"isMacActive":       func(c *Call) { c.Push(c.findMAC() != nil) },
		"getMacInfo":        getMacInfo,
		"getMacHosts":       getMacHosts,
		"isMulticastMac":    func(c *Call) { a, ok := parseMAC(c.String(1)); c.Push(ok && a.IsMulticast()) },
		"getMacDeviceTypes": getMacDeviceTypes,
	})
	register("ntop", map[string]func(c *Call){"getMacManufacturer": getMacManufacturer})
	register("interface", map[string]func(c *Call){"getMacManufacturers": getMacManufacturers})
}

// macRow is an address with what is known of it at one moment.
type macRow struct {
	m *mac.Mac
	d mac.Data
}

func (c *Call) macs(match func(m *mac.Mac, d *mac.Data) bool) []macRow {
	if c.Iface == nil {
		return nil
	}
	var rows []macRow
	for _, m := range c.Iface.MACs() {
		if d := m.Snapshot(); match(m, &d) {
			rows = append(rows, macRow{m, d})
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].m.Address.String() < rows[j].m.Address.String() })
	return rows
}

func (c *Call) findMAC() *mac.Mac {
	a, ok := parseMAC(c.OptString(1, ""))
	if !ok || c.Iface == nil {
		return nil
	}
	return c.Iface.MAC(a)
}

func (c *Call) macTable(r *macRow, details bool) *lua.Table {
	pool, _ := c.hostPools().ByMAC(r.m.Address) // without an entry, the default one
	d := &r.d
	t := lua.NewTable(32).
		Set("mac", r.m.Address.String()).
		Set("bridge_seen_iface_id", 0).
		Set("seen.first", seconds(d.FirstSeen)).
		Set("seen.last", seconds(d.LastSeen)).
		Set("duration", seconds(d.LastSeen)-seconds(d.FirstSeen)+1).
		Set("num_hosts", d.Hosts).
		Set("pool", pool).
		Set("bytes.ndpi.unknown", unknownBytes(&d.L7))
	setThroughput(t, &d.Throughput)
	setDuplex(t, d.Traffic)
	if c.Env.TreeYear < 2026 {
		t.Set("fingerprint", d.DHCPFingerprint)
	} else {
		t.SetStr("dhcp_fingerprint", d.DHCPFingerprint)
	}
	if details {
		dhcp := c.dhcpOf(&d.L7)
		t.Set("source_mac", d.Device()).
			Set("special_mac", r.m.Address.Special()).
			Set("devtype", c.deviceType(r)).
			SetStr("manufacturer", c.manufacturer(r.m.Address)).
			Set("arp_requests.sent", d.ARPRequestsSent).
			Set("arp_requests.rcvd", d.ARPRequestsRcvd).
			Set("arp_replies.sent", d.ARPRepliesSent).
			Set("arp_replies.rcvd", d.ARPRepliesRcvd).
			Set("dhcp.sent", dhcp.Sent.Packets).
			Set("dhcp.rcvd", dhcp.Rcvd.Packets).
			Set("ndpi", protocols(c.Env.DPI, &d.L7)).
			Set("ndpi_categories", categories(c.Env.DPI, &d.Categories))
	}
	return t
}

// dhcpOf is how much of a station's traffic is DHCP.
func (c *Call) dhcpOf(l7 *counters.L7Map) (d counters.Duplex) {
	dhcp, _ := c.Env.DPI.ProtocolByName("DHCP")
	l7.Each(func(id uint16, l *counters.L7) {
		if dhcp != nil && id == dhcp.ID {
			d = l.Duplex
		}
	})
	return d
}

func (c *Call) pushMacs(rows []macRow) {
	list := lua.NewTable(0)
	for i := range rows {
		list.Append(c.macTable(&rows[i], true))
	}
	c.Push(lua.NewTable(3).Set("numMacs", len(rows)).Set("nextSlot", 0).Set("macs", list))
}

// getMacsInfo takes sort column, maximum, how many to skip, ascending, only
// senders.
func getMacsInfo(c *Call) {
	column := strings.TrimPrefix(c.OptString(1, ""), "column_")
	limit, skip := int(c.OptInteger(2, 0)), int(c.OptInteger(3, 0))
	ascending, sourceOnly := c.OptBool(4, true), c.OptBool(5, false)
	rows := c.macs(func(m *mac.Mac, d *mac.Data) bool {
		return !m.Address.IsZero() && (!sourceOnly || d.Device())
	})
	if key := macSort(column); key != nil {
		sort.SliceStable(rows, func(i, j int) bool { return key(&rows[i]) < key(&rows[j]) })
	}
	if !ascending {
		for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
			rows[i], rows[j] = rows[j], rows[i]
		}
	}
	list := lua.NewTable(0)
	for i := max(skip, 0); i < len(rows) && (limit <= 0 || i < skip+limit); i++ {
		list.Append(c.macTable(&rows[i], true))
	}
	c.Push(lua.NewTable(3).Set("numMacs", len(rows)).Set("nextSlot", 0).Set("macs", list))
}

func macSort(column string) func(r *macRow) float64 {
	switch column {
	case "traffic":
		return func(r *macRow) float64 { return float64(r.d.Traffic.Bytes()) }
	case "thpt":
		return func(r *macRow) float64 { return r.d.Throughput.Bytes.Value }
	case "since":
		return func(r *macRow) float64 { return float64(r.d.FirstSeen) }
	case "hosts":
		return func(r *macRow) float64 { return float64(r.d.Hosts) }
	case "arp_total":
		return func(r *macRow) float64 {
			return float64(r.d.ARPRequestsSent + r.d.ARPRequestsRcvd + r.d.ARPRepliesSent + r.d.ARPRepliesRcvd)
		}
	}
	return nil
}

func getMacInfo(c *Call) {
	m := c.findMAC()
	if m == nil {
		c.Push(nil)
		return
	}
	t := c.macTable(&macRow{m, m.Snapshot()}, true)
	c.setMacEvents(t, m.Address)
	c.Push(t)
}

func getMacHosts(c *Call) {
	m := c.findMAC()
	t := lua.NewTable(0)
	if m != nil {
		for _, h := range c.Iface.Hosts() {
			same := false
			h.Update(func(d *host.Data) { same = d.Mac == m })
			if same && c.seesHost(h) {
				t.Set(hostKey(h.Key), c.hostTable(h, levelHigh))
			}
		}
	}
	c.Push(t)
}

// Device classes, by ntopng's numbers.
const (
	deviceUnknown     = 0
	devicePrinter     = 1
	deviceWorkstation = 3
	deviceNetworking  = 8
)

// routerHosts is how many addresses behind one card make it that of a router.
const routerHosts = 8

// deviceMakers are words in makers' names that tell what they make.
var deviceMakers = []struct {
	word  string
	class int
}{{"Networks", deviceNetworking}, {"Brocade", deviceNetworking}, {"Routerboard", deviceNetworking},
	{"Alcatel-Lucent", deviceNetworking}, {"AVM", deviceNetworking}, {"Xerox", devicePrinter},
	{"Raspberry Pi", deviceWorkstation}, {"PCS Computer Systems", deviceWorkstation}}

// virtualMachines are the prefixes that hypervisors give to their guests.
var virtualMachines = map[[3]byte]bool{{0x00, 0x50, 0x56}: true, {0x00, 0x0c, 0x29}: true, {0x00, 0x05, 0x69}: true,
	{0x00, 0x03, 0xff}: true, {0x00, 0x1c, 0x42}: true, {0x00, 0x0f, 0x4b}: true, {0x00, 0x16, 0x3e}: true,
	{0x08, 0x00, 0x27}: true}

// deviceType is the class of a station: what a discovery found, else from how many hosts are behind it and
// from its maker.
func (c *Context) deviceType(r *macRow) int {
	if r.d.DeviceType != 0 {
		return int(r.d.DeviceType)
	}
	if r.d.Hosts > routerHosts {
		return deviceNetworking
	}
	return c.Env.classOfMaker(r.m.Address)
}

// classOfMaker is the class of the stations of a maker.
func (e *Env) classOfMaker(a mac.Addr) int {
	maker := (&Context{Env: e}).manufacturer(a)
	for _, m := range deviceMakers {
		if strings.Contains(maker, m.word) {
			return m.class
		}
	}
	if virtualMachines[[3]byte(a[:3])] {
		return deviceWorkstation
	}
	return deviceUnknown
}

// getMacDeviceTypes counts the stations by class.
func getMacDeviceTypes(c *Call) {
	n := map[int]int{}
	for _, r := range c.macs(func(m *mac.Mac, _ *mac.Data) bool { return !m.Address.Special() }) {
		n[c.deviceType(&r)]++
	}
	t := lua.NewTable(len(n))
	for class, count := range n {
		t.Set(class, count)
	}
	c.Push(t)
}

// manufacturer is the long name of the maker of a card, "" when it is not known.
func (c *Context) manufacturer(a mac.Addr) string {
	v, _ := c.Env.Vendors.Find(a)
	return v.Long
}

// getMacManufacturer is {short, extended} for an address or its first three
// bytes, nil for an unknown maker or what is neither.
func getMacManufacturer(c *Call) {
	v, known := c.Env.Vendors.FindText(c.String(1))
	if !known {
		c.Push(nil)
		return
	}
	c.Push(lua.NewTable(2).Set("short", v.Short).Set("extended", v.Long))
}

// getMacManufacturers counts the stations by maker. It takes how many makers to
// answer at most, only senders, and a device class.
func getMacManufacturers(c *Call) {
	limit, senders, class := int(c.OptInteger(1, 0)), c.OptBool(2, false), c.OptInteger(3, -1)
	n := map[string]int{}
	for _, r := range c.macs(func(m *mac.Mac, d *mac.Data) bool {
		return !m.Address.Special() && (!senders || d.Device()) &&
			(class < 0 || int64(c.deviceType(&macRow{m, *d})) == class)
	}) {
		if name := c.manufacturer(r.m.Address); name != "" {
			n[name]++
		}
	}
	names := make([]string, 0, len(n))
	for name := range n {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		return n[names[i]] > n[names[j]] || n[names[i]] == n[names[j]] && names[i] < names[j]
	})
	if limit > 0 && limit < len(names) {
		names = names[:limit]
	}
	t := lua.NewTable(len(names))
	for _, name := range names {
		t.Set(name, n[name])
	}
	c.Push(t)
}
