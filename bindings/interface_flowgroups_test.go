package bindings

import "testing"

func TestFlowGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	const each = `for _, g in ipairs(g) do p(g.proto_id, g.client_ip, g.server_ip, g.srv_port, g.num_flows, g.num_servers, g.bytes_sent, g.bytes_rcvd, g.num_entries) end`
	w.check("by application, largest first", `local g = interface.getProtocolFlowsStats(1, 0, "bytes_sent", "desc", 0, 10) `+each,
		"7 nil nil nil 2 2 555 348 2;5 nil nil nil 1 1 75 106 2;")
	w.check("by server, second page of one", `local g = interface.getProtocolFlowsStats(3, 0, "server", "asc", 1, 1) `+each,
		"nil nil 192.168.1.20 nil 1 1 280 174 3;")
	w.check("by client, server, port and application of one host", `local g = interface.getProtocolFlowsStats(8, 0, "client", "asc", 0, 0, nil, "8.8.8.8") `+each,
		"5 192.168.1.10 8.8.8.8 53 1 1 75 106 1;")
	w.check("search, other VLAN, beyond the end", `
p(#interface.getProtocolFlowsStats(2, 0, "client", "asc", 0, 0, "htt"))
p(interface.getProtocolFlowsStats(2, 0, "client", "asc", 0, 0, nil, nil, 7), interface.getProtocolFlowsStats(1, 0, nil, nil, 50, 10))`,
		"1;{1={num_entries=0}} {1={num_entries=2}};")
	w.check("what a user may see", `local g = interface.getProtocolFlowsStats(3, 0, "server", "asc", 0, 10) `+each,
		"nil nil 203.0.113.5 nil 1 1 275 174 1;", narrowUser)
	w.check("wrong way", `p(interface.getProtocolFlowsStats("x")[1].client_ip)`, "192.168.1.10;")
	w.check("by VLAN and service", `for _, g in ipairs(interface.getVLANFlowsStats()) do p(g.vlan_id, g.dst_port, g.l4_proto, g.proto_name, g.num_servers, g.bytes_sent) end
p(#interface.getVLANFlowsStats("ignored"))`, "0 53 17 DNS 1 75;0 80 6 HTTP 2 555;2;")
	w.check("virtual hosts of local servers", `p(interface.listHTTPhosts()["intranet.example.com"]["bytes.rcvd"], interface.listHTTPhosts("EXAMPLE")["www.example.com"])
p(interface.listHTTPhosts("nothing"), interface.listHTTPhosts(nil)["intranet.example.com"]["server.ip"])`, "174 nil;{} 192.168.1.20;")
}

func TestListings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("flows come by size, and the last page has the smallest", `
local f = interface.getFlowsInfo(nil, {a2zSortOrder = false, sortColumn = "column_", maxHits = 2}).flows
p(#f, f[1].bytes, f[2].bytes)
local f = interface.getFlowsInfo(nil, {a2zSortOrder = true, sortColumn = "column_bytes"}).flows
p(#f, f[1].bytes, f[1].throughput_bps)`, "2 454 449;3 181 0.0;")
	w.check("hosts come by address", `local h = interface.getHostsInfo(false, "column_", 2, 0, false, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, true).hosts
p(h[1].ip, h[1].name, h[1].iphex, h[2].ip)`, "203.0.113.5 www.example.com CB007105 192.168.1.20;")
	w.check("ports and router of a local host", `local c, s = interface.getHostInfo("192.168.1.10"), interface.getHostInfo("192.168.1.20")
p(c.used_ports, c.router) p(s.used_ports, s.router)`,
		"{local_server_ports={} remote_contacted_ports={tcp:80=HTTP udp:53=DNS}} 02:00:03:00:00:01;"+
			"{local_server_ports={tcp:80=HTTP} remote_contacted_ports={}} nil;")
	w.check("a flow is found under its key", `local f = interface.getFlowsInfo("8.8.8.8", {}).flows[1]
p(interface.findFlowByKeyAndHashId(f["ntopng.key"], f.hash_entry_id)["srv.port"], f["ntopng.key"])
p(interface.findFlowByKeyAndHashId(1, 1), interface.findFlowByKeyAndHashId(nil))`,
		// 3232235786 + 134744072, the ports 40000 and 53 as on the wire (0x409c, 0x3500), protocol 17, DNS id 7.
		"53 3367009990;nil nil;")
	w.check("one network in the shape of the list", `local n = interface.getNetworkStats(0)["192.168.1.0/24"]
p(n.inner, n.egress, n.ingress, n["bytes.sent"], n["bytes.rcvd"])
p(interface.getNetworkStats(nil), interface.getNetworkStats(9))`, "454 350 280 804 280;nil {};")
}
