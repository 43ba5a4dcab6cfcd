package bindings

import "testing"

func TestAddressLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("no lists", `p(interface.getHostInfo("203.0.113.5").is_blacklisted, host.is_blacklisted())`, "false false;", w.theHost(webIP))
	custom := w.env.DPI.NewCustom()
	if err := custom.AddAddressCategory("203.0.113.0/28", malwareCategory, "bad ones"); err != nil {
		t.Fatal(err)
	}
	if err := custom.AddAddressCategory(dnsIP, 5, "no malware"); err != nil {
		t.Fatal(err)
	}
	if err := w.env.DPI.Load(custom); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, code, want string }{
		{"host", `local h = interface.getHostInfo("203.0.113.5") p(h.is_blacklisted, h.blacklist_name, interface.getHostMinInfo("8.8.8.8").is_blacklisted)`, "true bad ones false;"},
		{"flow", `local f = interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6) p(f["srv.blacklisted"], f["cli.blacklisted"])`, "true false;"},
		{"address", `p(interface.getAddressInfo("203.0.113.9").is_blacklisted, interface.getAddressInfo("203.0.113.99").is_blacklisted, interface.getAddressInfo("x"))`, "true false {};"},
		{"listing", `local t = interface.getHostsInfo(true, nil, 10, 0, true, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, true) p(t.numHosts, t.hosts["203.0.113.5"].ip)`, "1 203.0.113.5;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("script", `p(host.is_blacklisted())`, "true;", w.theHost(webIP))
}
