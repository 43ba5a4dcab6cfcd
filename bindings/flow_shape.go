package bindings

import (
	"fmt"

	"ntopgo/compat/lua"
	"ntopgo/engine/capture"
	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// l4Name names a transport protocol as flow tables do.
func l4Name(proto uint8) string {
	if n, ok := l4Names[proto]; ok {
		return n
	}
	return fmt.Sprint(proto)
}

var l4Names = map[uint8]string{decode.ProtoICMP: "ICMP", decode.ProtoIGMP: "IGMP", decode.ProtoTCP: "TCP",
	decode.ProtoUDP: "UDP", decode.ProtoGRE: "GRE", decode.ProtoESP: "ESP", decode.ProtoAH: "AH",
	decode.ProtoICMPv6: "ICMPv6", 89: "OSPF", 103: "PIM", 112: "VRRP", decode.ProtoSCTP: "SCTP",
	decode.ProtoIPIP: "IPIP", decode.ProtoIPv6: "IPv6"}

// flowTable is the table of one flow at a level of detail.
func (c *Call) flowTable(f *flow.Flow, level int) *lua.Table {
	t := lua.NewTable(160)
	c.setFlowBasics(t, f)
	c.setFlowPlaces(t, f, level)
	if level >= levelHigh {
		c.setFlowSide(t, f, "cli", f.Cli)
		c.setFlowSide(t, f, "srv", f.Srv)
		c.setFlowProtocol(t, f)
		c.setFlowTraffic(t, f)
		setFlowTCP(t, f)
		c.setFlowMetadata(t, f)
		setIEC104(t, f)
		c.setFlowProfile(t, f)
	}
	setFlowOrigin(t, f, level)
	return t
}

func (c *Call) protocolName(f *flow.Flow) string {
	if !f.Classified && f.Result.App == 0 && f.Result.Master == 0 {
		return "TooEarly"
	}
	return c.Env.DPI.Name(f.Result)
}

func (c *Call) setFlowBasics(t *lua.Table, f *flow.Flow) {
	t.Set("cli.ip", f.Client.String()).
		Set("srv.ip", f.Server.String()).
		Set("cli.key", flow.AddrKey(f.Client)).
		Set("srv.key", flow.AddrKey(f.Server)).
		Set("cli.vlan", f.Key.VLAN).
		Set("srv.vlan", f.Key.VLAN).
		Set("vlan", f.Key.VLAN).
		Set("cli.port", f.CliPort).
		Set("srv.port", f.SrvPort).
		Set("cli.broadmulticast", !flow.Unicast(f.Client)).
		Set("srv.broadmulticast", !flow.Unicast(f.Server)).
		Set("iface_index", 0).
		Set("bytes", f.Bytes()).
		Set("bytes_sent", f.ToServer.Bytes).
		Set("bytes_rcvd", f.ToClient.Bytes).
		Set("goodput_bytes", f.ToServer.Goodput+f.ToClient.Goodput).
		Set("bytes.last", 0).
		Set("goodput_bytes.last", 0).
		Set("device_ip", "0.0.0.0").
		Set("in_index", 0).
		Set("out_index", 0).
		Set("observation_point_id", 0).
		Set("has_hr_counters", false).
		Set("proto.ndpi", c.protocolName(f)).
		Set("proto.ndpi_confidence", c.Env.DPI.ConfidenceName(f.Result.Confidence)).
		Set("ntopng.key", f.DisplayKey()).
		Set("hash_entry_id", f.ID).
		Set("tags", 0)
	setFlowStatus(t, f)
}

// setFlowSide adds what is known of one end; side is "cli" or "srv".
func (c *Call) setFlowSide(t *lua.Table, f *flow.Flow, side string, h *host.Host) {
	addr, mac := f.Client, f.CliMAC
	if side == "srv" {
		addr, mac = f.Server, f.SrvMAC
	}
	// A host that is not in memory is named by its address.
	name, local, system, dhcp, network, pool, tags := addr.String(), false, false, false, -1, defaultPool, uint64(0)
	if h != nil {
		d := h.Snapshot()
		name, local, system, dhcp, network = c.hostName(h, &d), h.Local, h.System, c.isDHCP(h, &d), int(h.NetworkID)
		pool, _ = c.hostPools().Of(h.Addr, h.VLAN, d.Mac)
		tags = c.hostTags(h.Key)
	}
	t.Set(side+".host", name).
		Set(side+".allowed_host", c.AllowsAddr(addr)).
		Set(side+".source_id", 0).
		Set(side+".localhost", local).
		Set(side+".systemhost", system).
		Set(side+".blacklisted", c.isBlacklisted(addr)).
		Set(side+".broadcast_domain_host", h != nil && c.inBroadcastDomain(addr)).
		Set(side+".dhcpHost", dhcp).
		Set(side+".network_id", network).
		Set(side+".pool_id", pool).
		Set(side+".tags", tags).
		Set(side+".asn", c.Env.Geo.AS(addr).Number).
		Set(side+".country", c.Env.Geo.Country(addr)).
		Set(side+".os", "").
		Set(side+".private", private(addr)).
		Set(side+".devtype", 0).
		Set(side+".serialize_by_mac", false)
	if !mac.IsZero() {
		t.Set(side+".mac", mac.String())
	}
}

func (c *Call) setFlowProtocol(t *lua.Table, f *flow.Flow) {
	e := c.Env.DPI
	app := application(f)
	p := e.Protocol(app)
	id := int(app)
	if app == 0 {
		id = -1
	}
	t.Set("proto.l4", l4Name(f.Key.Proto)).
		Set("proto.l4_id", f.Key.Proto).
		Set("proto.ndpi_id", id).
		Set("proto.ndpi_informative_proto", 0).
		Set("proto.master_ndpi_id", f.Result.Master).
		Set("proto.ndpi_breed", e.BreedName(p.Breed)).
		Set("proto.is_encrypted", p.Flags&dpi.FlagCleartext == 0).
		Set("proto.ndpi_cat_id", f.Result.Category).
		Set("proto.ndpi_cat", e.CategoryName(f.Result.Category)).
		Set("community_id", f.CommunityID()).
		Set("confidence", confidence(f)).
		Set("flow_source", 0).
		Set("l7_error_code", 0).
		Set("periodic_flow", false).
		Set("minor_conn_state", f.Connection()).
		Set("major_conn_state", f.Connection().Phase()).
		Set("moreinfo.json", "{}").
		Set("tos", lua.NewTable(2).Set("client", tos(f.ToServer.TOS)).Set("server", tos(f.ToClient.TOS)))
	c.setVerdict(t, f)
	setFlowScore(t, f)
	if risks := c.riskTable(f.Result.Risks &^ c.checkedRisks()); risks != nil {
		t.Set("unhandled_flow_risk", risks)
	}
}

// confidence is 1 where packets were looked into, 0 for a guess by port or
// address.
func confidence(f *flow.Flow) int {
	switch f.Result.Confidence {
	case dpi.ConfidenceUnknown, dpi.ConfidencePort, dpi.ConfidenceIP:
		return 0
	}
	return 1
}

// atRest says that the selected interface is a file that has been read: nothing
// flows in it any more.
func (c *Context) atRest() bool { return c.info().Kind == capture.KindFile && !c.Iface.Loading() }

// Verdicts by ntopng's numbers.
const (
	verdictNone = 0
	verdictDrop = 2
)

// setVerdict adds what policies say of a flow. A verdict to pass is not shown, as
// nothing here stands in the way of packets; with policies, the shapers are.
func (c *Call) setVerdict(t *lua.Table, f *flow.Flow) {
	t.Set("flow_verdict", verdictNone)
	if c.Iface == nil {
		return
	}
	if c.verdicts == nil {
		c.verdicts = c.Iface.Verdicts()
	}
	v := c.verdicts.Of(f)
	if !v.Pass() {
		t.Set("flow_verdict", verdictDrop).Set("verdict.pass", false)
	}
	if c.Iface.Rules() == nil {
		return
	}
	t.Set("shaper.cli2srv_ingress", v.SrvShaper).
		Set("shaper.cli2srv_egress", v.CliShaper).
		Set("shaper.srv2cli_ingress", v.CliShaper).
		Set("shaper.srv2cli_egress", v.SrvShaper).
		Set("cli.quota_source", string(v.CliQuotaFrom)).
		Set("srv.quota_source", string(v.SrvQuotaFrom))
}

func tos(b uint8) *lua.Table { return lua.NewTable(2).Set("DSCP", b>>2).Set("ECN", b&3) }

func (c *Call) riskTable(risks uint64) *lua.Table {
	if risks == 0 {
		return nil
	}
	t := lua.NewTable(4)
	for id := uint8(0); id < 64; id++ {
		if risks&(1<<id) != 0 {
			t.Set(c.Env.DPI.Risk(id).Name, id)
		}
	}
	return t
}

func (c *Call) setFlowTraffic(t *lua.Table, f *flow.Flow) {
	duration := float64(f.Duration())
	t.Set("packets", f.Packets()).
		Set("packets.sent", f.ToServer.Packets).
		Set("packets.rcvd", f.ToClient.Packets).
		Set("packets.last", 0).
		Set("seen.first", seconds(f.FirstSeen)).
		Set("seen.last", seconds(f.LastSeen)).
		Set("duration", f.Duration()).
		Set("average_throughput_bps", float64(f.Bytes())/duration).
		Set("average_throughput_pps", float64(f.Packets())/duration).
		Set("top_throughput_bps", f.TopBps).
		Set("top_throughput_pps", f.TopPps)
	rate := f.Throughput
	if c.atRest() {
		rate = counters.Throughput{}
	}
	setThroughput(t, &rate)
	for _, p := range []struct {
		name string
		d    *flow.Dir
	}{{"cli2srv", &f.ToServer}, {"srv2cli", &f.ToClient}} {
		setFlowDirection(t, p.name, p.d)
		t.Set("interarrival."+p.name, lua.NewTable(4).
			Set("min", p.d.IATMin/1e6).
			Set("max", p.d.IATMax/1e6).
			Set("avg", p.d.IATAvg()/1e6).
			Set("stddev", p.d.IATStddev()/1e6))
	}
	if f.Key.Proto == decode.ProtoICMP || f.Key.Proto == decode.ProtoICMPv6 {
		t.Set("icmp", lua.NewTable(2).Set("type", f.ICMPType[0]).Set("code", f.ICMPCode[0]))
	}
	if f.Key.Proto == decode.ProtoIGMP {
		t.Set("igmp", lua.NewTable(1).Set("type", f.IGMPType))
	}
}

func setFlowDirection(t *lua.Table, name string, d *flow.Dir) {
	t.Set(name+".bytes", d.Bytes).
		Set(name+".goodput_bytes", d.Goodput).
		Set(name+".packets", d.Packets).
		Set(name+".last", 0).
		Set(name+".pkt_len.min", d.LenMin).
		Set(name+".pkt_len.max", d.LenMax).
		Set(name+".pkt_len.avg", int64(d.LenAvg())).
		Set(name+".pkt_len.stddev", int64(d.LenStddev())).
		Set(name+".fragments", d.Fragments)
}

func setFlowTCP(t *lua.Table, f *flow.Flow) {
	if f.Key.Proto != decode.ProtoTCP {
		return
	}
	t.Set("tcp.seq_problems", f.Issues().Any()).
		Set("tcp.nw_latency.3wh_client_rtt", float64(f.ClientLatency)/1e6).
		Set("tcp.nw_latency.3wh_server_rtt", float64(f.ServerLatency)/1e6).
		// The names that trees of 2024 read.
		Set("tcp.nw_latency.client", float64(f.ClientLatency)/1e6).
		Set("tcp.nw_latency.server", float64(f.ServerLatency)/1e6).
		Set("tcp.appl_latency", float64(f.AppLatency)/1e6).
		Set("tcp.max_thpt.cli2srv", maxThroughput(&f.ToClient, f)).
		Set("tcp.max_thpt.srv2cli", maxThroughput(&f.ToServer, f)).
		Set("tcp_established", f.State == flow.TCPEstablished).
		Set("tcp_connecting", f.State == flow.TCPConnecting).
		Set("tcp_closed", f.State == flow.TCPClosed).
		Set("tcp_reset", f.State == flow.TCPReset).
		Set("flow_swapped", f.Swapped)
	stats := lua.NewTable(2)
	for _, p := range []struct {
		name string
		d    *flow.Dir
	}{{"cli2srv", &f.ToServer}, {"srv2cli", &f.ToClient}} {
		setIssues(t, p.name, p.d.Issues)
		t.Set(p.name+".tcp_flags", p.d.TCPFlags)
		stats.Set(p.name, lua.NewTable(4).Set("num_syn", p.d.NumSyn).Set("num_rst", p.d.NumRst).
			Set("num_fin", p.d.NumFin).Set("num_zero_window", p.d.NumZero))
	}
	t.Set("tcp_stats", stats)
}

func setIssues(t *lua.Table, name string, i counters.TCPIssues) {
	t.Set(name+".retransmissions", i.Retransmissions).
		Set(name+".out_of_order", i.OutOfOrder).
		Set(name+".lost", i.Lost).
		Set(name+".keep_alive", i.KeepAlive)
}

// maxThroughput is what the receiver's window allows per round trip, in bytes
// per second.
func maxThroughput(receiver *flow.Dir, f *flow.Flow) float64 {
	rtt := f.RTT()
	if rtt == 0 {
		return 0
	}
	return float64(receiver.Window()) * 1e9 / float64(rtt)
}

func (c *Call) setFlowMetadata(t *lua.Table, f *flow.Flow) {
	m := f.Metadata()
	if m == nil {
		t.Set("info", "")
		return
	}
	t.Set("info", shownInfo(m))
	if !hasSSH(m) { // whose banner names no host
		t.SetStr("host_server_name", shownName(m.HostName))
	}
	switch {
	case hasHTTP(m):
		setHTTP(t, m)
	case hasDNS(m):
		setDNS(t, m)
	case hasSSH(m):
		setSSH(t, m)
	case hasTLS(m):
		setTLS(t, m)
	}
}

// maxName is how much of a name is shown, as nDPI keeps: its end.
const maxName = 79

func shownName(name string) string {
	if len(name) > maxName {
		return name[len(name)-maxName:]
	}
	return name
}

// shownInfo is a name, or something longer, like a URL, which is shown whole.
func shownInfo(m *dpi.Metadata) string {
	if m.Info == "" || m.Info == m.HostName {
		return shownName(m.HostName)
	}
	return m.Info
}

func hasHTTP(m *dpi.Metadata) bool { return m.HTTPMethod != "" }
func hasDNS(m *dpi.Metadata) bool  { return m.DNSQuery != "" }
func hasSSH(m *dpi.Metadata) bool  { return m.SSHClient != "" || m.SSHServer != "" }
func hasTLS(m *dpi.Metadata) bool  { return m.TLSVersion != 0 }

func setHTTP(t *lua.Table, m *dpi.Metadata) {
	t.Set("protos.http.last_method", m.HTTPMethod).
		Set("protos.http.last_return_code", m.HTTPStatus).
		Set("protos.http.last_url", m.HTTPURL).
		SetStr("protos.http.last_user_agent", m.HTTPUserAgent).
		SetStr("protos.http.last_server", m.HTTPServer).
		SetStr("protos.http.server_name", m.HostName)
}

func setDNS(t *lua.Table, m *dpi.Metadata) {
	t.Set("protos.dns.last_query_type", m.DNSQueryType).
		Set("protos.dns.last_return_code", m.DNSReplyCode).
		Set("protos.dns.last_query", shownName(m.DNSQuery))
	if m.DNSReply.IsValid() {
		t.Set("protos.dns.last_rsp", m.DNSReply.String())
	}
}

func setSSH(t *lua.Table, m *dpi.Metadata) {
	t.SetStr("protos.ssh.client_signature", m.SSHClient).
		SetStr("protos.ssh.server_signature", m.SSHServer).
		SetStr("protos.ssh.hassh.client_hash", m.HASSHClient).
		SetStr("protos.ssh.hassh.server_hash", m.HASSHServer)
}

func setTLS(t *lua.Table, m *dpi.Metadata) {
	t.Set("protos.tls_version", m.TLSVersion).
		SetStr("protos.tls.client_requested_server_name", m.HostName).
		SetStr("protos.tls.server_names", m.TLSNames).
		SetStr("protos.tls.client_alpn", m.TLSALPN).
		SetStr("protos.tls.client_tls_supported_versions", m.TLSSupportedVersions).
		SetStr("protos.tls.issuerDN", m.TLSIssuer).
		SetStr("protos.tls.subjectDN", m.TLSSubject).
		SetStr("protos.tls.ja4.client_hash", m.JA4)
	if m.TLSNotBefore != 0 {
		t.Set("protos.tls.notBefore", m.TLSNotBefore).Set("protos.tls.notAfter", m.TLSNotAfter)
	}
}
