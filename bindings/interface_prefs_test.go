package bindings

import "testing"

// Orders are applied to what is read from then on.
func TestScaleAndFlowsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	again := func() { w.frames(func(p *trace) { p.http(serverIP, serverMAC, 40001, "intranet.example.com") }) }
	const flowBytes = `interface.findFlowByTuple("192.168.1.10", "192.168.1.20", 0, 40001, 80, 6).bytes`
	plain := w.run(`p(` + flowBytes + `)`)
	if plain != "454;" {
		t.Errorf("plain: %s", plain)
	}
	w.run(`ntop.setPref("ntopng.prefs.iface_0.scaling_factor", "10") interface.loadScalingFactorPrefs()`)
	again()
	w.check("scaled", `local h = interface.getHostInfo("192.168.1.10") p(`+flowBytes+`, h["bytes.sent"] + h["bytes.rcvd"], h["packets.sent"] + h["packets.rcvd"], interface.getStats().scalingFactor)`,
		"4540 4540 6 10;")
	w.check("wrong", `ntop.setPref("ntopng.prefs.iface_0.scaling_factor", "x") p(interface.loadScalingFactorPrefs(5), interface.getStats().scalingFactor)`, "nil 1;")
	w.run(`ntop.setPref("ntopng.prefs.ifid_0.debug.flows_only_interface", "1") interface.updateFlowsOnlyInterface()`)
	again()
	w.check("flows only", `local s = interface.getStats().stats p(`+flowBytes+`, s.hosts, s.flows, s.devices, interface.getHostInfo("192.168.1.10"))`, "454 0 1 0 nil;")
	w.check("not by everybody", `ntop.setPref("ntopng.prefs.ifid_0.debug.flows_only_interface", "0") p(interface.updateFlowsOnlyInterface("x"))`, "nil;", asUser("bob"))
	if !w.env.Ifaces[0].FlowsOnly() {
		t.Error("a user changed the interface")
	}
}
