package bindings

import (
	"net/netip"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/iface"
)

// Group "Interface Statistics".
func init() {
	register("interface", map[string]func(c *Call){
		"getStats":                   getStats,
		"getStatsUpdateFreq":         func(c *Call) { c.Push(c.Env.Prefs.Int("housekeeping_freq")) },
		"getSecsToFirstData":         func(c *Call) { c.Push(max(0, 60-int64(c.Env.uptime().Seconds()))) },
		"getNumFlows":                func(c *Call) { c.Push(c.stats().Flows) },
		"getNumHosts":                func(c *Call) { c.Push(c.stats().Hosts) },
		"getNumLocalHosts":           func(c *Call) { c.Push(c.stats().LocalHosts) },
		"getNumLocalRxOnlyHosts":     func(c *Call) { c.Push(c.stats().RxOnlyLocalHosts) },
		"getThroughput":              getThroughput,
		"getnDPIStats":               getProtocolStats,
		"getFlowsStatus":             getFlowsStatus,
		"getFlowsStats":              getFlowsStats,
		"resetCounters":              resetCounters,
		"updateDirectionStats":       func(c *Call) {}, // the engine keeps the ring itself
		"getPeriodicActivitiesStats": getPeriodicStats,
		"getHashTablesStats":         getHashTablesStats,
		"getAnomalies":               func(c *Call) { c.Push(lua.NewTable(1).Set("anomalies", c.anomalies())) },
	})
	register("interface", map[string]func(c *Call){"getScore": func(c *Call) {
		a := c.alertStats()
		c.Push(interfaceScore(&a))
	}})
}

// stats are the selected interface's counters; the system interface has none.
func (c *Context) stats() iface.Stats {
	if c.Iface == nil {
		return iface.Stats{}
	}
	return c.Iface.Stats()
}

// anomalies are how often hosts of the interface did something unusual.
func (c *Call) anomalies() *lua.Table {
	var local, remote uint64
	if c.Iface != nil {
		local, remote = c.Iface.Anomalies()
	}
	return lua.NewTable(2).Set("num_local_hosts_anomalies", local).Set("num_remote_hosts_anomalies", remote)
}

func getStats(c *Call) {
	full := c.OptBool(1, true)
	s := c.stats()
	t := lua.NewTable(64)
	setIdentity(c, t)
	t.Set("seen.last", lastSeen(c, &s)).
		Set("has_macs", s.SeenMAC).
		Set("has_seen_dhcp_addresses", false).
		Set("has_traffic_directions", c.Iface != nil && c.Iface.Live()).
		Set("stats", statsTable(c, &s)).
		Set("stats_since_reset", lua.NewTable(8).
			Set("packets", s.SinceReset.Total.Packets).
			Set("bytes", wireBytes(&s, s.SinceReset.Total)).
			Set("drops", s.Source.Dropped)).
		Set("remote_pps", 0).
		Set("remote_bps", 0).
		Set("remote_update", 0).
		Set("ICMPv4", icmp(s.ICMP, 4)).
		Set("ICMPv6", icmp(s.ICMP, 6)).
		Set("arp.requests", s.ARPRequests).
		Set("arp.replies", s.ARPReplies).
		Set("tcpFlowStats", lua.NewTable(4).
			Set("numSynFlows", s.SynFlows).
			Set("numEstablishedFlows", s.EstablishedFlows).
			Set("numResetFlows", s.ResetFlows).
			Set("numFinFlows", s.FinFlows)).
		Set("eth", ethTable(&s)).
		Set("localstats", localTable(&s)).
		Set("ndpi", protocols(c.Env.DPI, &s.L7)).
		Set("ndpi_categories", categories(c.Env.DPI, &s.Categories)).
		Set("traffic_sent_since_reset", wireBytes(&s, s.SinceReset.Egress)).
		Set("traffic_rcvd_since_reset", wireBytes(&s, s.SinceReset.Ingress)).
		Set("packets_sent_since_reset", s.SinceReset.Egress.Packets).
		Set("packets_rcvd_since_reset", s.SinceReset.Ingress.Packets)
	c.setProfiles(t)
	if full {
		setFullStats(c, t, &s)
	}
	c.setCollectionStats(t, &s, full)
	c.Push(t)
}

func lastSeen(c *Call, s *iface.Stats) int64 {
	if c.Iface != nil && c.Iface.Live() {
		return c.Iface.Now().Unix()
	}
	return seconds(s.LastPacket)
}

func setIdentity(c *Call, t *lua.Table) {
	i := c.info()
	kind := string(i.Kind)
	if kind == "" {
		kind = "unknown"
	}
	mac := i.MAC
	if mac == "" {
		mac = "00:00:00:00:00:00"
	}
	mtu := i.MTU
	if mtu == 0 {
		mtu = 1514
	}
	scale := 1
	if c.Iface != nil {
		scale = c.Iface.Scale()
	}
	t.Set("name", c.ifaceName()).
		Set("description", or(i.Description, c.ifaceName())).
		Set("scalingFactor", scale).
		Set("id", c.IfaceID).
		Set("mac", mac).
		Set("type", kind).
		Set("speed", c.speed()).
		Set("mtu", mtu).
		Set("ip_addresses", addresses(i.Addresses)).
		Set("isLoading", c.Iface != nil && c.Iface.Loading()).
		Set("vlan", c.Iface != nil && c.Iface.SeenVLAN()).
		Set("isFlowDumpDisabled", c.ifacePref("ntopng.prefs.ifid_%d.is_flow_dump_disabled", false)).
		Set("isFlowDumpRunning", c.Env.Exporter != nil)
	for _, k := range []string{"inline", "isView", "isViewed", "isSampledTraffic", "hasSubInterfaces", "isDynamic"} {
		t.Set(k, false)
	}
}

// setExportStats adds how many flows were exported, by where to; trees of 2024 read
// the sum.
func (c *Call) setExportStats(t *lua.Table) {
	for _, k := range []string{"es", "syslog", "kafka"} {
		t.Set(k, c.exportTable(k))
	}
	t.Set("db", c.exportTable(""))
	if c.Env.Exporter != nil && c.Env.TreeYear < 2026 {
		s, _ := c.Env.Exporter.Stats("", c.IfaceID)
		t.Set("flow_export_count", s.Sent).Set("flow_export_drops", s.Dropped).Set("flow_export_rate", s.Rate)
	}
}

func (c *Call) exportTable(sink string) *lua.Table {
	if c.Env.Exporter == nil {
		return lua.NewTable(0)
	}
	s, ok := c.Env.Exporter.Stats(sink, c.IfaceID)
	if !ok {
		return lua.NewTable(0)
	}
	return lua.NewTable(3).Set("flow_export_count", s.Sent).Set("flow_export_drops", s.Dropped).Set("flow_export_rate", s.Rate)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func addresses(list []netip.Prefix) string {
	var s []string
	for _, p := range list {
		s = append(s, p.Addr().String())
	}
	return strings.Join(s, ",")
}

func statsTable(c *Call, s *iface.Stats) *lua.Table {
	t := lua.NewTable(40).
		Set("packets", s.Total.Packets).
		Set("bytes", wireBytes(s, s.Total)).
		Set("flows", s.Flows).
		Set("hosts", s.Hosts).
		Set("hosts_rcvd_only", s.RxOnlyHosts).
		Set("local_hosts", s.LocalHosts).
		Set("local_rcvd_only_hosts", s.RxOnlyLocalHosts).
		Set("http_hosts", s.VirtualHosts).
		Set("drops", s.Source.Dropped).
		Set("new_flows", s.NewFlows).
		Set("devices", c.devices()).
		Set("current_macs", s.MACs).
		Set("num_live_captures", c.liveCaptures()).
		Set("num_deduplicated_flows", 0)
	setThroughput(t, &s.Throughput)
	setL4(t, &s.L4)
	c.setExportStats(t)
	return t
}

func ethTable(s *iface.Stats) *lua.Table {
	t := lua.NewTable(16)
	for _, p := range []struct {
		name string
		n    counters.Traffic
	}{{"IPv4", s.IPv4}, {"IPv6", s.IPv6}, {"ARP", s.ARP}, {"MPLS", s.MPLS}, {"other", s.OtherEth}} {
		t.Set(p.name+"_packets", p.n.Packets).Set(p.name+"_bytes", wireBytes(s, p.n))
	}
	side := func(n counters.Traffic, th *counters.Throughput) *lua.Table {
		return lua.NewTable(3).Set("bytes", wireBytes(s, n)).Set("packets", n.Packets).
			Set("throughput", lua.NewTable(2).Set("bps", th.Bytes.Value).Set("pps", th.Packets.Value))
	}
	return t.Set("bytes", wireBytes(s, s.Total)).
		Set("packets", s.Total.Packets).
		Set("ingress", side(s.Counters.Ingress, &s.Ingress)).
		Set("egress", side(s.Counters.Egress, &s.Egress))
}

func localTable(s *iface.Stats) *lua.Table {
	packets, bytes := lua.NewTable(4), lua.NewTable(4)
	for _, p := range []struct {
		name string
		n    counters.Traffic
	}{{"local2local", s.LocalToLocal}, {"local2remote", s.LocalToRemote},
		{"remote2local", s.RemoteToLocal}, {"remote2remote", s.RemoteToRemote}} {
		packets.Set(p.name, p.n.Packets)
		bytes.Set(p.name, p.n.Bytes)
	}
	return lua.NewTable(2).Set("packets", packets).Set("bytes", bytes)
}

// setFullStats adds what getStats(true) has more.
func setFullStats(c *Call, t *lua.Table, s *iface.Stats) {
	t.Set("has_hr_flows", false).Set("has_seen_external_alerts", c.Iface != nil && c.Iface.ExternalAlerts())
	for _, k := range []string{"has_seen_pods", "has_seen_containers", "has_seen_ebpf_events"} {
		t.Set(k, false)
	}
	a := c.alertStats()
	c.setAlertStats(t, &a)
	var points []iface.Point
	if c.Iface != nil {
		points = c.Iface.History()
	}
	download, upload := rings(points)
	t.Set("syslog", c.syslogTable())
	t.Set("periodic_stats_update_frequency_secs", c.Env.Prefs.Int("housekeeping_freq")).
		Set("bcast_domains", c.domainTable()).
		Set("anomalies", c.anomalies()).
		Set("score", interfaceScore(&a)).
		Set("download_stats", download).
		Set("upload_stats", upload).
		Set("pktSizeDistribution", packetShape(&s.Shape)).
		Set("tcpPacketStats", tcpIssues(s.Issues)).
		Set("dscp", dscp(func(f func(uint8, counters.Duplex)) {
			s.DSCP.Each(func(value uint16, c *counters.L7) { f(uint8(value), c.Duplex) })
		})).
		Set("num_members_per_pool", lua.NewTable(1).Set("0", lua.NewTable(2).
			Set("num_hosts", s.Hosts).Set("num_l2_devices", c.devices()))).
		Set("num_members", lua.NewTable(3).Set("num_hosts", s.Hosts).Set("num_l2_devices", c.devices()).
			Set("num_active_pools", 0))
}

func getThroughput(c *Call) {
	s := c.stats()
	c.Push(lua.NewTable(2).Set("throughput_bps", s.Throughput.Bytes.Value).Set("throughput_pps", s.Throughput.Packets.Value))
}

func getProtocolStats(c *Call) {
	s := c.stats()
	c.Push(lua.NewTable(2).Set("ndpi", protocols(c.Env.DPI, &s.L7)).
		Set("ndpi_categories", categories(c.Env.DPI, &s.Categories)))
}

// getFlowsStatus counts the TCP flows by state.
func getFlowsStatus(c *Call) {
	n := map[flow.TCPState]int{}
	c.eachFlow(func(f *flow.Flow) { n[f.State]++ })
	c.Push(lua.NewTable(4).Set("RST", n[flow.TCPReset]).Set("SYN", n[flow.TCPConnecting]).
		Set("Established", n[flow.TCPEstablished]).Set("FIN", n[flow.TCPClosed]))
}

func (c *Context) eachFlow(fn func(f *flow.Flow)) {
	if c.Iface != nil {
		c.Iface.EachFlow(fn)
	}
}

func getFlowsStats(c *Call) {
	flows := 0
	protos, breeds := map[string]uint64{}, map[string]uint64{}
	c.eachFlow(func(f *flow.Flow) {
		flows++
		p := c.Env.DPI.Protocol(application(f))
		protos[p.Name] += f.Bytes()
		breeds[c.Env.DPI.BreedName(p.Breed)] += f.Bytes()
	})
	c.Push(lua.NewTable(3).Set("num_flows", flows).Set("protos", counts(protos)).Set("breeds", counts(breeds)))
}

func counts(m map[string]uint64) *lua.Table {
	t := lua.NewTable(len(m))
	for k, v := range m {
		t.Set(k, v)
	}
	return t
}

func resetCounters(c *Call) {
	if c.Iface == nil || !c.Admin() {
		return
	}
	c.Iface.ResetCounters()
	q := c.Env.alertQueue(c.IfaceID)
	q.lostBefore.Store(q.lostAlerts())
	if col := c.collector(); col != nil {
		col.Reset(c.OptBool(1, true))
	}
}

// Entries that the original's tables of systems, VLANs and cards are made for.
const (
	maxVLANs   = 2048
	maxEntries = 32768
)

func getHashTablesStats(c *Call) {
	s := c.stats()
	// A table takes 30 % more than it is made for, as what is idle leaves late.
	row := func(size, n int) *lua.Table {
		return lua.NewTable(2).Set("max_hash_size", size*13/10).Set("hash_entry_states",
			lua.NewTable(2).Set("hash_entry_state_idle", 0).Set("hash_entry_state_active", n))
	}
	t := lua.NewTable(7).Set("FlowHash", row(s.MaxFlows, s.Flows)).Set("HostHash", row(s.MaxHosts, s.HostEntries)).
		Set("MacHash", row(maxEntries, s.MACs))
	if c.Iface != nil {
		// Untagged is a VLAN too.
		t.Set("VLANHash", row(maxVLANs, min(s.Hosts, 1)+len(c.vlans()))).
			Set("OperatingSystemHash", row(maxEntries, len(c.operatingSystems()))).
			Set("AutonomousSystemHash", row(maxEntries, len(c.systems()))).
			Set("CountriesHash", row(maxEntries, len(c.countries())))
	}
	c.Push(t)
}

func getPeriodicStats(c *Call) {
	if c.Env.Periodic == nil {
		c.Push(lua.NewTable(0))
		return
	}
	c.Push(c.Env.Periodic(int(c.OptInteger(1, int64(c.IfaceID)))))
}

// devices is how many stations have sent IP or ARP.
func (c *Call) devices() int {
	n := 0
	if c.Iface != nil {
		for _, m := range c.Iface.MACs() {
			if !m.Address.Special() && m.Device() {
				n++
			}
		}
	}
	return n
}
