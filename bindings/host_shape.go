package bindings

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// Detail levels of host and flow tables, as the original grades them.
const (
	levelNormal = iota
	levelHigh
	levelHigher
	levelMax
)

// hostTable is the table of one host at a level of detail.
func (c *Call) hostTable(h *host.Host, level int) *lua.Table {
	d := h.Snapshot()
	t := lua.NewTable(96)
	c.setHostIdentity(t, h, &d)
	c.setHostTraffic(t, h, &d, level)
	s := c.score(h, &d)
	c.setHostAlerts(t, h, s)
	if level >= levelHigher {
		c.setHostDetails(t, &d, s)
		c.setListeningPorts(t, h)
	}
	if level >= levelMax {
		c.setHostFull(t, h, &d)
		s.setShares(t)
	}
	return t
}

func (c *Call) setHostIdentity(t *lua.Table, h *host.Host, d *host.Data) {
	c.setPlace(t, h)
	if list, on := c.blacklisted(h.Addr); on {
		t.Set("blacklist_name", list)
	}
	pool, byMAC := c.hostPools().Of(h.Addr, h.VLAN, d.Mac)
	match := "ip"
	if byMAC {
		match = "mac"
	}
	t.Set("ip", h.Addr.String()).
		Set("vlan", h.VLAN).
		Set("iface_index", 0).
		Set("name", c.hostName(h, d)).
		Set("observation_point_id", 0).
		Set("serialize_by_mac", c.byMAC(h, d)).
		Set("ipkey", flow.AddrKey(h.Addr)).
		Set("iphex", strings.ToUpper(hex.EncodeToString(h.Addr.AsSlice()))).
		Set("tskey", c.seriesKey(h, d)).
		Set("localhost", h.Local).
		Set("systemhost", h.System).
		Set("privatehost", private(h.Addr)).
		Set("broadcast_domain_host", c.inBroadcastDomain(h.Addr)).
		Set("dhcpHost", c.isDHCP(h, d)).
		Set("crawlerBotScannerHost", false).
		Set("is_blacklisted", c.isBlacklisted(h.Addr)).
		Set("is_rx_only", d.RxOnly() && !h.Group).
		Set("is_broadcast", c.isBroadcast(h)).
		Set("is_multicast", h.Addr.IsMulticast()).
		Set("host_services_bitmap", 0).
		Set("ip_version", ipVersion(h.Addr)).
		Set("mac", hostMAC(d)).
		Set("devtype", 0).
		Set("os", c.systemNumber(d.OS)).
		Set("os_detail", "").
		Set("host_pool_id", pool).
		Set("host_pool_match", match).
		Set("seen.first", seconds(d.FirstSeen)).
		Set("seen.last", seconds(d.LastSeen)).
		Set("duration", seconds(d.LastSeen)-seconds(d.FirstSeen)+1).
		Set("ifid", c.IfaceID)
	if c.Env.TreeYear >= 2026 {
		t.Set("mac_meaningful", c.Iface.SeenMAC()).Set("tags", c.hostTags(h.Key))
	}
}

// activity is for how many seconds a host had traffic. The original counts the period
// of its housekeeping for each in which there was some, and reads a file in one.
func (c *Call) activity(d *host.Data) int64 {
	if c.Iface.Live() {
		return int64(d.ActiveSeconds)
	}
	return int64(min(d.ActiveSeconds, 1)) * c.Env.Prefs.Int("housekeeping_freq")
}

func ipVersion(a netip.Addr) int {
	if a.Is4() {
		return 4
	}
	return 6
}

func hostMAC(d *host.Data) string {
	if d.Mac == nil {
		return "00:00:00:00:00:00"
	}
	return d.Mac.Address.String()
}

// hostName is what the host is called, "" when no name is known: scripts show
// the address then.
func (c *Call) hostName(_ *host.Host, d *host.Data) string {
	if n := d.Names.Best(); n != "" && !isAddress(n) && (d.Names.TLS != n || c.tlsHostNames()) {
		return n
	}
	return ""
}

// tlsHostNames says whether names of TLS and QUIC servers name their hosts. It
// is asked for each host of a listing, under the host's lock, so the preference
// is read once per call.
func (c *Call) tlsHostNames() bool {
	if !c.tlsNamesRead {
		c.tlsNamesRead, c.tlsNames = true, c.Env.Prefs.Bool("tls_quic_hostnaming")
	}
	return c.tlsNames
}

// private says whether an address is one of a private network (RFC 1918), of a link,
// or of nobody, which the original counts as private too.
func private(a netip.Addr) bool {
	if a.Is4() {
		return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})
	}
	return a.IsLinkLocalUnicast()
}

func (c *Call) isBroadcast(h *host.Host) bool {
	for _, n := range c.Iface.Networks().All() {
		if host.Broadcast(h.Addr, n.Prefix) {
			return true
		}
	}
	return host.Broadcast(h.Addr, netip.Prefix{})
}

func (c *Call) setHostTraffic(t *lua.Table, h *host.Host, d *host.Data, level int) {
	lately := h.Lately()
	setThroughput(t, &d.Throughput)
	setDuplex(t, d.Traffic())
	issues := d.TCPSent
	issues.Add(d.TCPRcvd)
	t.Set("bytes.ndpi.unknown", unknownBytes(&d.L7)).
		Set("bytes_ratio", ratio(d.Traffic().Sent.Bytes, d.Traffic().Rcvd.Bytes)).
		Set("pkts_ratio", ratio(d.Traffic().Sent.Packets, d.Traffic().Rcvd.Packets)).
		Set("total_flows.as_client", d.TotalAsClient).
		Set("total_flows.as_server", d.TotalAsServer).
		Set("flows.as_client", d.TotalAsClient).
		Set("flows.as_server", d.TotalAsServer).
		Set("active_flows.as_client", int(d.ActiveAsClient)).
		Set("active_flows.as_server", int(d.ActiveAsServer)).
		Set("contacts.as_client", lately[host.AsClient]).
		Set("contacts.as_server", lately[host.AsServer]).
		Set("total_activity_time", c.activity(d)).
		Set("tcp.packets.seq_problems", issues.Any()).
		Set("tcpPacketStats.sent", tcpIssues(d.TCPSent)).
		Set("tcpPacketStats.rcvd", tcpIssues(d.TCPRcvd)).
		Set("active_http_hosts", int(d.VirtualHosts))
	if level >= levelMax {
		t.Set("pktStats.sent", packetShape(&d.Sent)).Set("pktStats.recv", packetShape(&d.Rcvd))
	}
}

// setHostAlerts adds what is counted of the alerts of a host and of its flows.
func (c *Call) setHostAlerts(t *lua.Table, h *host.Host, s *score) {
	n, _ := c.hostAlerts(h.Key)
	s.set(t).Set("num_alerts", n).
		Set("active_alerted_flows", s.flowsNow[host.AsClient]+s.flowsNow[host.AsServer]).
		Set("total_alerts", s.alerts+c.totalAlerts(h.Key))
}

func (c *Call) setHostDetails(t *lua.Table, d *host.Data, s *score) {
	setL4(t, &d.L4)
	t.Set("udpBytesSent.unicast", d.UDPUnicastSent).Set("udpBytesSent.non_unicast", d.UDPOtherSent()).
		Set("num_flow_alerts", 0) // a counter that nothing counts in the original either
	for _, k := range []string{"unreachable_flows", "host_unreachable_flows"} {
		t.Set(k+".as_client", 0).Set(k+".as_server", 0)
	}
	t.Set("alerted_flows.as_client", s.flows[host.AsClient]).
		Set("alerted_flows.as_server", s.flows[host.AsServer]).
		Set("names", names(&d.Names))
}

func (c *Call) setHostFull(t *lua.Table, h *host.Host, d *host.Data) {
	for _, k := range []string{"bytes", "packets", "tcp.bytes", "udp.bytes", "icmp.bytes", "other_ip.bytes"} {
		// How far from the usual: nothing is learnt yet, and the original starts at 0.
		t.Set(k+".sent.anomaly_index", 0).Set(k+".rcvd.anomaly_index", 0)
	}
	contacts := h.Contacts()
	t.Set("ndpi", hostProtocols(c.Env.DPI, &d.L7)).
		Set("ndpi_categories", categories(c.Env.DPI, &d.Categories)).
		Set("dscp", dscp(d.DSCP.Each)).
		Set("num_contacted_peers_with_tcp_udp_flows_no_response", contacts.SilentServers).
		Set("num_incoming_peers_that_sent_tcp_udp_flows_no_response", contacts.UnansweredPeers).
		Set("num_unidirectional_tcp_flows", unansweredFlows(contacts)).
		Set("num_blacklisted_flows", lua.NewTable(4).Set("as_client", 0).Set("as_server", 0).
			Set("tot_as_client", 0).Set("tot_as_server", 0)).
		Set("score_behaviour", courses(&usual(d).Score)).
		Set("active_flows_behaviour", courses(&usual(d).Flows))
	for role, key := range []string{host.AsClient: "hits.flow_flood_attacker", host.AsServer: "hits.flow_flood_victim"} {
		if n := d.FlowHits[role].Count(); n > 0 {
			t.Set(key, n)
		}
	}
	if !h.Local {
		return
	}
	if d.SYN != "" {
		t.Set("fingerprint", lua.NewTable(2).Set("tcp", d.SYN).Set("os", or(dpi.OSHint(d.SYN), "Unknown")))
	}
	c.setUsedPorts(t, h)
	if c.Env.Prefs.Bool("fingerprint_stats") {
		t.Set("ja4_fingerprint", fingerprintTable(h.Fingerprints(host.JA4))).
			Set("hassh_fingerprint", fingerprintTable(h.Fingerprints(host.HASSH)))
	}
	t.Set("local_network_id", int(h.NetworkID)).
		SetStr("local_network_name", c.networkName(int(h.NetworkID))).
		Set("ICMPv"+strconv.Itoa(int(ipVersion(h.Addr))), icmp(d.ICMP, uint8(ipVersion(h.Addr)))).
		Set("dns", lua.NewTable(2).Set("sent", dnsTable(&d.DNSSent)).Set("rcvd", dnsTable(&d.DNSRcvd))).
		Set("http", c.httpStats(h, d)).
		Set("cardinality", lua.NewTable(3).
			Set("num_contacted_hosts_as_client", contacts.Peers[host.AsClient]).
			Set("num_host_contacts_as_server", contacts.Peers[host.AsServer]).
			Set("num_contacted_services_as_client", contacts.Names)).
		Set("server_contacts", lua.NewTable(6).
			Set("dns", contacts.Servers[host.DNSServers]).
			Set("smtp", contacts.Servers[host.SMTPServers]).
			Set("imap", contacts.Servers[host.IMAPServers]).
			Set("pop", contacts.Servers[host.POPServers]).
			Set("ntp", contacts.Servers[host.NTPServers]).
			Set("domain_names", contacts.Domains)).
		Set("contacted_hosts_behaviour", course(&usual(d).Hosts).Set("value", contacts.Hosts))
	if c.Env.Prefs.Bool(topTalkers) {
		t.Set("sites", sitesJSON(h.Sites()))
	}
}

// fingerprintTable has the fingerprints that a host showed. No agent on the host
// names the programs.
func fingerprintTable(m map[string]host.FingerprintUse) *lua.Table {
	t := lua.NewTable(len(m))
	for text, u := range m {
		t.Set(text, lua.NewTable(3).Set("app_name", "").Set("num_uses", u.Flows).Set("is_malicious", u.Malicious))
	}
	return t
}

// hostProtocols is the "ndpi" map of a host, where the original leaves the
// number of flows at 0: it counts them for the interface only.
func hostProtocols(e *dpi.Engine, m *counters.L7Map) *lua.Table {
	t := protocols(e, m)
	t.Each(func(_, row any) bool {
		row.(*lua.Table).Set("num_flows", 0)
		return true
	})
	return t
}

// usual is what was learnt of a host.
func usual(d *host.Data) *host.Usual {
	if d.Usual == nil {
		return &host.Usual{}
	}
	return d.Usual
}

func courses(c *[2]host.Course) *lua.Table {
	return lua.NewTable(3).Set("as_client", course(&c[host.AsClient])).Set("as_server", course(&c[host.AsServer])).
		Set("tot_num_anomalies", int(c[host.AsClient].Anomalies)+int(c[host.AsServer].Anomalies))
}

func course(c *host.Course) *lua.Table {
	return lua.NewTable(4).Set("anomaly", c.Unusual).Set("value", c.Value).Set("lower_bound", c.Lower).Set("upper_bound", c.Upper)
}

func names(n *host.Names) *lua.Table {
	return lua.NewTable(6).SetStr("mdns", n.MDNS).SetStr("resolved", n.Resolved).SetStr("netbios", strings.ToLower(n.NetBIOS)).
		SetStr("tls", n.TLS).SetStr("http", n.HTTP).SetStr("dhcp", n.DHCP)
}

func dnsTable(d *host.DNSCounters) *lua.Table {
	q := lua.NewTable(10).Set("num_a", d.A).Set("num_ns", d.NS).Set("num_cname", d.CNAME).Set("num_soa", d.SOA).
		Set("num_ptr", d.PTR).Set("num_mx", d.MX).Set("num_txt", d.TXT).Set("num_aaaa", d.AAAA).Set("num_any", d.Any).
		Set("num_other", d.Other)
	return lua.NewTable(4).Set("num_queries", d.Queries).Set("num_replies_ok", d.RepliesOK).
		Set("num_replies_error", d.RepliesError).Set("queries", q)
}
