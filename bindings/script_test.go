package bindings

import (
	"testing"

	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// theFlow is a flow of the test capture to a port, for change functions of run.
func (w *world) theFlow(port uint16) func(c *Context) {
	w.t.Helper()
	page, _ := w.env.Ifaces[0].Flows(iface.FlowQuery{Limit: 1, Match: func(f *flow.Flow) bool { return f.SrvPort == port && f.Server.String() != serverIP }})
	if len(page) != 1 {
		w.t.Fatalf("no flow to port %d", port)
	}
	return func(c *Context) { c.Flow = &page[0] }
}

func (w *world) theHost(addr string) func(c *Context) {
	w.t.Helper()
	k, _ := parseHost(addr, 0)
	h := w.env.Ifaces[0].Host(k)
	if h == nil {
		w.t.Fatalf("no host %s", addr)
	}
	return func(c *Context) { c.Host = h }
}

func TestFlowNamespace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	web, dns := w.theFlow(80), w.theFlow(53)
	for _, c := range []struct {
		code, web, dns, none string
	}{
		{"flow.cli()", clientIP, clientIP, "nil"},
		{"flow.cli_port()", "40002", "40000", "nil"},
		{"flow.srv()", webIP, dnsIP, "nil"},
		{"flow.srv_port()", "80", "53", "nil"},
		{"flow.protocol()", "6", "17", "nil"},
		{"flow.vlan_id()", "0", "0", "nil"},
		{"flow.bytes() == flow.cli2srv_bytes() + flow.srv2cli_bytes()", "true", "true", ""},
		{"flow.cli2srv_bytes() > 200, flow.srv2cli_bytes() > 100", "true true", "false true", ""},
		{"flow.l7_master_proto()", "0", "0", "nil"},
		{"flow.l7_proto()", "7", "5", "nil"},
		{"flow.l7_proto_name()", "HTTP", "DNS", "nil"},
		{"flow.direction()", "local@remote", "local@remote", "nil"},
		{"flow.is_oneway()", "false", "false", "false"},
		{"flow.is_unicast()", "true", "true", "false"},
		{"flow.http()['protos.http.last_method']", "GET", "nil", ""},
		{"flow.dns()['protos.dns.last_query']", "nil", "www.example.com", ""},
		{"flow.dns()", "{}", "{protos.dns.last_query=www.example.com protos.dns.last_query_type=1 protos.dns.last_return_code=0 protos.dns.last_rsp=203.0.113.5}", "nil"},
		{"flow.ssh()", "{}", "{}", "nil"},
		{"flow.tls_quic()", "{}", "{}", "nil"},
		{"flow.http()", "", "{}", "nil"},
		{"flow.triggerAlert(1, 'x')", "", "", "nil"},
	} {
		code := "p(" + c.code + ")"
		if c.web != "" {
			w.check("HTTP", code, c.web+";", web)
		}
		if c.dns != "" {
			w.check("DNS", code, c.dns+";", dns)
		}
		if c.none != "" {
			w.check("no flow", code, c.none+";")
		}
	}
}

func TestHostNamespace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	local, remote := w.theHost(clientIP), w.theHost(webIP)
	for _, c := range []struct {
		code, local, remote, none string
	}{
		{"host.ip()", clientIP, webIP, "nil"},
		{"host.mac()", "02:00:01:00:00:0A", "02:00:03:00:00:01", "nil"},
		{"host.name()", clientIP, "www.example.com", "nil"},
		{"host.vlan_id()", "0", "0", "nil"},
		{"host.bytes() == host.bytes_sent() + host.bytes_rcvd(), host.bytes_sent() > 0", "true true", "true true", ""},
		{"host.bytes(), host.bytes_sent(), host.bytes_rcvd()", "", "", "nil nil nil"},
		{"host.is_local()", "true", "false", "false"},
		{"host.is_unicast()", "true", "true", "true"},
		{"host.is_multicast()", "false", "false", "false"},
		{"host.is_broadcast()", "false", "false", "false"},
		{"host.is_blacklisted()", "false", "false", "false"},
		{"host.is_rx_only()", "false", "false", "false"},
		{"host.score()", "0", "0", "nil"},
		{"host.l7().ndpi.DNS ~= nil, host.l7().ndpi.HTTP ~= nil", "true true", "false true", ""},
		{"host.l7()", "", "", "nil"},
		{"host.isFirstCheckRun()", "false", "false", "false"},
		{"host.getUnidirectionalTCPUDPFlowsStats()", "{num_egress=0 num_ingress=0}", "{num_egress=0 num_ingress=0}", "nil"},
		{"host.getNumContactedPeersAsClientTCPUDPNoTX()", "0", "0", "nil"},
		{"host.getNumContactsFromPeersAsServerTCPUDPNoTX()", "0", "0", "nil"},
		{"host.getNumContactedTCPUDPServerPortsNoTX()", "0", "0", "nil"},
		{"host.skipVisitedHost(true, 5)", "nil", "nil", "nil"},
		{"host.resetHostContacts()", "nil", "nil", "nil"},
		{"host.triggerAlert('x', {})", "nil", "nil", "nil"},
	} {
		code := "p(" + c.code + ")"
		if c.local != "" {
			w.check("local", code, c.local+";", local)
		}
		if c.remote != "" {
			w.check("remote", code, c.remote+";", remote)
		}
		if c.none != "" {
			w.check("no host", code, c.none+";")
		}
	}
}

// Peers that did not answer are counted, and forgotten on demand.
func TestHostContactsWithoutAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	client, server := w.theHost(clientIP), w.theHost(serverIP)
	c := &Context{}
	client(c)
	cli := c.Host
	server(c)
	srv := c.Host
	for _, port := range []uint16{81, 82, 82} {
		cli.Update(func(d *host.Data) { d.Contacted().NoAnswer(srv.Addr, port, true) })
		srv.Update(func(d *host.Data) { d.Contacted().NoAnswer(cli.Addr, port, false) })
	}
	code := `p(host.getNumContactedPeersAsClientTCPUDPNoTX(), host.getNumContactsFromPeersAsServerTCPUDPNoTX(),
		host.getNumContactedTCPUDPServerPortsNoTX(), host.getUnidirectionalTCPUDPFlowsStats())`
	w.check("client", code, "2 0 0 {num_egress=3 num_ingress=0};", client)
	w.check("server", code, "0 2 2 {num_egress=0 num_ingress=3};", server)
	w.check("reset", "host.resetHostContacts() "+code, "0 0 0 {num_egress=0 num_ingress=3};", server)
}

// What a script raises is handed to whoever runs it.
func TestScriptsRaise(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	var ran *Context
	keep := func(c *Context) { ran = c }
	w.run("flow.triggerAlert(300, 'seen')", w.theFlow(80), keep)
	if ran.Raised == nil || *ran.Raised != (ScriptAlert{maxScriptScore, "seen"}) {
		t.Errorf("flow: %+v", ran.Raised)
	}
	w.run("host.triggerAlert(50, 'host') host.skipVisitedHost(true, 77)", w.theHost(clientIP), keep)
	if ran.Raised == nil || *ran.Raised != (ScriptAlert{50, "host"}) || ran.Skip == nil || *ran.Skip != (HostSkip{true, 77}) {
		t.Errorf("host: %+v, %+v", ran.Raised, ran.Skip)
	}
	w.run("flow.triggerAlert('x', 'y')", w.theFlow(80), keep)
	if ran.Raised != nil || !w.log.has("flow.triggerAlert: argument 1") {
		t.Errorf("a wrong argument raised %+v", ran.Raised)
	}
}
