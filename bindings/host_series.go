package bindings

import (
	"fmt"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// What is written into time series of local hosts.
func init() {
	register("interface", map[string]func(c *Call){"getBatchedLocalHostsTs": getBatchedSeries})
}

// getBatchedSeries walks the local hosts as the other batched listings do; each
// has the point to write now.
func getBatchedSeries(c *Call) {
	slot, limit := c.batch()
	hosts := lua.NewTable(0)
	next, total := 0, 0
	if c.Iface != nil {
		var page []*host.Host
		page, total = c.Iface.ListHosts(iface.HostQuery{Skip: slot, Limit: limit, Match: func(h *host.Host, d *host.Data) bool {
			return h.Local && !h.Group && c.allowsHost(h, d)
		}})
		for _, h := range page {
			d := h.Snapshot()
			hosts.Set(hostKey(h.Key), lua.NewTable(2).Set("tskey", c.seriesKey(h, &d)).Set("ts_point", c.seriesPoint(h, &d)))
		}
		if slot+len(page) < total {
			next = slot + len(page)
		}
	}
	c.Push(lua.NewTable(3).Set("numHosts", total).Set("nextSlot", next).Set("hosts", hosts))
}

func (c *Call) seriesPoint(h *host.Host, d *host.Data) *lua.Table {
	contacts := h.Contacts()
	engaged, _ := c.hostAlerts(h.Key)
	s := c.score(h, d)
	t := lua.NewTable(64).
		Set("bytes.sent", d.Traffic().Sent.Bytes).
		Set("bytes.rcvd", d.Traffic().Rcvd.Bytes).
		Set("total_flows.as_client", d.TotalAsClient).
		Set("total_flows.as_server", d.TotalAsServer).
		Set("active_flows.as_client", int(d.ActiveAsClient)).
		Set("active_flows.as_server", int(d.ActiveAsServer)).
		Set("contacts.as_client", contacts.Lately[host.AsClient]).
		Set("contacts.as_server", contacts.Lately[host.AsServer]).
		Set("engaged_alerts", engaged).
		Set("total_alerts", s.alerts+c.totalAlerts(h.Key)).
		Set("num_flow_alerts", 0).
		Set("alerted_flows.as_client", s.flows[host.AsClient]).
		Set("alerted_flows.as_server", s.flows[host.AsServer]).
		Set("udpBytesSent.unicast", d.UDPUnicastSent).
		Set("udpBytesSent.non_unicast", d.UDPOtherSent()).
		Set("tcpPacketStats.sent", tcpIssues(d.TCPSent)).
		Set("tcpPacketStats.rcvd", tcpIssues(d.TCPRcvd)).
		Set("ndpi", protocolSeries(c.Env.DPI, &d.L7)).
		Set("ndpi_categories", categorySeries(c.Env.DPI, &d.Categories)).
		Set("dscp", dscpSeries(&d.DSCP)).
		Set("dns", lua.NewTable(2).Set("sent", dnsCounts(&d.DNSSent)).Set("rcvd", dnsCounts(&d.DNSRcvd))).
		Set("num_unidirectional_tcp_flows", unansweredFlows(contacts)).
		Set("num_blacklisted_flows", lua.NewTable(4).Set("as_client", 0).Set("as_server", 0).
			Set("tot_as_client", 0).Set("tot_as_server", 0)).
		Set("active_flows_behaviour", courses(&usual(d).Flows)).
		Set("score_behaviour", courses(&usual(d).Score)).
		Set("contacted_hosts_behaviour", course(&usual(d).Hosts).Set("value", contacts.Hosts))
	s.set(t)
	for _, k := range []string{"unreachable_flows", "host_unreachable_flows"} {
		t.Set(k+".as_client", 0).Set(k+".as_server", 0)
	}
	setL4(t, &d.L4)
	setEchoes(t, d)
	return t
}

func pair(d counters.Duplex) string { return fmt.Sprintf("%d|%d", d.Sent.Bytes, d.Rcvd.Bytes) }

// protocolSeries is application -> "sent|received|flows".
func protocolSeries(e *dpi.Engine, m *counters.L7Map) *lua.Table {
	t := lua.NewTable(8)
	m.Each(func(id uint16, n *counters.L7) {
		if n.Duplex.Bytes() > 0 {
			t.Set(e.Protocol(id).Name, fmt.Sprintf("%s|%d", pair(n.Duplex), n.Flows))
		}
	})
	return t
}

// categorySeries is category -> "sent|received".
func categorySeries(e *dpi.Engine, m *counters.L7Map) *lua.Table {
	t := lua.NewTable(8)
	m.Each(func(id uint16, n *counters.L7) { t.Set(e.CategoryName(uint8(id)), pair(n.Duplex)) })
	return t
}

// dscpSeries is class -> "sent|received".
func dscpSeries(m *counters.DSCP) *lua.Table {
	t := lua.NewTable(4)
	dscp(m.Each).Each(func(class, row any) bool {
		r := row.(*lua.Table)
		t.Set(class, fmt.Sprintf("%v|%v", r.Get("bytes.sent"), r.Get("bytes.rcvd")))
		return true
	})
	return t
}

func dnsCounts(d *host.DNSCounters) *lua.Table {
	return lua.NewTable(3).Set("num_queries", d.Queries).Set("num_replies_ok", d.RepliesOK).
		Set("num_replies_error", d.RepliesError)
}

// Types of echo messages of ICMP (RFC 792) and ICMPv6 (RFC 4443).
const (
	echoReply4, echoRequest4 = 0, 8
	echoRequest6, echoReply6 = 128, 129
)

func setEchoes(t *lua.Table, d *host.Data) {
	var request, reply host.ICMPCount
	for k, n := range d.ICMP {
		switch {
		case k.Version == 4 && k.Type == echoRequest4, k.Version == 6 && k.Type == echoRequest6:
			request.Sent, request.Rcvd = request.Sent+n.Sent, request.Rcvd+n.Rcvd
		case k.Version == 4 && k.Type == echoReply4, k.Version == 6 && k.Type == echoReply6:
			reply.Sent, reply.Rcvd = reply.Sent+n.Sent, reply.Rcvd+n.Rcvd
		}
	}
	t.Set("icmp.echo_pkts_sent", request.Sent).Set("icmp.echo_pkts_rcvd", request.Rcvd).
		Set("icmp.echo_reply_pkts_sent", reply.Sent).Set("icmp.echo_reply_pkts_rcvd", reply.Rcvd)
}
