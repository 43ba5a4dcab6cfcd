package bindings

import (
	"testing"
	"time"
)

func TestTrafficProfiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("none", `p(interface.getStats().profiles, ntop.getLicenseLimits().current.num_profiles)`, "nil 0;")
	w.check("of what was counted before nothing", `ntop.setHashCache("ntopng.prefs.profiles", "web", "tcp port 80 and l7proto HTTP")
		ntop.setHashCache("ntopng.prefs.profiles", "names", "udp dst port 53 or host 8.8.8.8")
		ntop.setHashCache("ntopng.prefs.profiles", "wrong", "no filter (")
		ntop.reloadProfiles() p(interface.getStats().profiles, ntop.getLicenseLimits().current.num_profiles)`, "{names=0 web=0} 2;")
	if !w.log.has(`traffic profile "wrong"`) {
		t.Error("a filter that cannot be understood is not reported")
	}
	w.check("flows", `p(interface.getFlowsInfo(nil, {trafficProfileFilter = "web"}).numFlows, interface.getFlowsInfo(nil, {trafficProfileFilter = "names"}).numFlows,
		interface.getFlowsInfo(nil, {trafficProfileFilter = "x"}).numFlows)
		p(interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6).profile, interface.findFlowByTuple("192.168.1.10", "8.8.8.8", 0, 40000, 53, 17).profile)`,
		"2 1 0;web names;")
	w.frames(func(p *trace) {
		p.http(serverIP, serverMAC, 40001, "intranet.example.com")
		p.dns("www.example.com")
		p.pause(20 * time.Second)
		p.syslog(41000)
	})
	w.check("bytes", `local s, f = interface.getStats().profiles, interface.findFlowByTuple("192.168.1.10", "192.168.1.20", 0, 40001, 80, 6)
		p(s.web == f.bytes, s.names == interface.findFlowByTuple("192.168.1.10", "8.8.8.8", 0, 40000, 53, 17).bytes, interface.findFlowByTuple("192.168.1.10", "192.168.1.20", 0, 41000, 514, 17).profile)`,
		"true true nil;")
	w.check("a change keeps what was counted", `local before = interface.getStats().profiles.web
		ntop.setHashCache("ntopng.prefs.profiles", "web", "port 514") ntop.delHashCache("ntopng.prefs.profiles", "names") ntop.reloadProfiles("x")
		p(interface.getStats().profiles.web == before, interface.getStats().profiles.names, interface.getFlowsInfo(nil, {trafficProfileFilter = "web"}).numFlows)`, "true nil 1;")
	w.check("not by everybody", `ntop.delHashCache("ntopng.prefs.profiles", "web") ntop.reloadProfiles() p(interface.getStats().profiles ~= nil)`, "true;", asUser("bob"))
	w.check("the system has none", `p(interface.getStats().profiles)`, "nil;", func(c *Context) { c.Select(SystemID) })
}
