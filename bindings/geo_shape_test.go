package bindings

import (
	"testing"

	"ntopgo/engine/geo"
	"ntopgo/engine/geo/geotest"
)

// testGeo is databases that know the web server of the test capture.
func testGeo(t *testing.T) *geo.DB {
	t.Helper()
	dir := t.TempDir()
	geotest.Write(t, dir, geotest.Entry{CIDR: "203.0.113.0/24", AS: 64500, ASName: "Example Net", Continent: "EU",
		Country: "NL", City: "Amsterdam", Latitude: 52.25, Longitude: 4.5})
	db, err := geo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestPlacesOfHostsAndFlows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("without databases", `p(interface.getHostCountry("203.0.113.5"), interface.getHostInfo("203.0.113.5").asn,
		interface.getCountriesInfo(), interface.getCountryInfo("NL"), interface.getASesInfo().numASes, interface.getASList())`,
		" 0 {Countries={} numCountries=0} nil 1 {1=0};")
	w = newWorld(t, 2026, func(s *setup) { s.geo = testGeo(t) })
	for _, c := range []struct{ name, code, want string }{
		{"host", `local h = interface.getHostInfo("203.0.113.5") p(h.asn, h.asname, h.country, h.city, h.continent, h.latitude)`,
			"64500 Example Net NL Amsterdam EU 52.25;"},
		{"country of a host", `p(interface.getHostCountry("203.0.113.5"), interface.getHostCountry("192.168.1.10"), interface.getHostCountry("x"))`, "NL  ;"},
		{"flow", `local f = interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6)
			p(f.src_as, f.dst_as, f.dst_as_name, f["srv.country"], f["srv.city"], f["srv.asn"], f["cli.country"])`, "0 64500 Example Net NL Amsterdam 64500 ;"},
		{"systems", `local t = interface.getASesInfo({sortColumn = "column_hosts", a2zSortOrder = false, detailsLevel = "high"})
			p(t.numASes, t.ASes[1].asn, t.ASes[1].num_hosts, t.ASes[2].asn, t.ASes[2].num_hosts, t.ASes[2]["bytes.sent"] > 0, t.ASes[1]["bytes.sent"])`,
			"2 0 3 64500 1 true 275;"},
		{"one system", `local a = interface.getASInfo(64500) p(a.asname, a.num_hosts, a.ndpi.HTTP ~= nil, a.round_trip_time)`, "Example Net 1 true 5;"},
		{"systems, paged", `p(#interface.getASesInfo({maxHits = 1, toSkip = 1}).ASes, #interface.getASesInfo({toSkip = 9}).ASes)`, "1 0;"},
		{"systems, wrong", `p(interface.getASInfo("x"), interface.getASInfo(-5), interface.getASInfo(1), interface.getASesInfo("x").numASes)`, "nil nil nil 2;"},
		{"numbers", `p(interface.getASList())`, "{1=0 2=64500};"},
		{"countries", `local t = interface.getCountriesInfo({detailsLevel = "high"}) local n = t.Countries[1]
			p(t.numCountries, n.country, n.num_hosts, n.bytes == n.ingress + n.egress, n.inner)`, "1 NL 1 true 0;"},
		{"country", `p(interface.getCountryInfo("NL").num_hosts, interface.getCountryInfo("DE"), interface.getCountryInfo({}))`, "1 nil nil;"},
		{"live systems", `local t = interface.getLiveASNStats({}) local f = interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6)
			local web = t.dst_asn["64500"] p(web.bytes_sent == f["srv2cli.bytes"], web.bytes_rcvd == f["cli2srv.bytes"], web.total_bytes == f.bytes, web.transit_bytes)
			p(t.src_asn["0"].total_bytes > web.total_bytes, t.src_asn["64500"], t.asn_names, t.transit_asn)`, "true true true 0;true nil {64500=Example Net} {};"},
		{"live systems, selected", `local t = interface.getLiveASNStats({asnFilter = 64500}) p(t.src_asn["0"].total_bytes == t.dst_asn["64500"].total_bytes, t.dst_asn["0"])`, "true nil;"},
		{"live systems, wrong", `p(interface.getLiveASNStats("x").src_asn["0"] ~= nil)`, "true;"},
		{"hosts of a system", `p(interface.getHostsInfo(true, "column_asn", 10, 0, true, nil, nil, nil, 64500).numHosts)`, "1;"},
		{"hosts of a country", `p(interface.getHostsInfo(true, "column_country", 10, 0, true, "NL").numHosts, interface.getHostsInfo(true, nil, 10, 0, true, "DE").numHosts)`, "1 0;"},
		{"flows of a system", `p(interface.getFlowsInfo(nil, {asnFilter = 64500}).numFlows, interface.getFlowsInfo(nil, {asnSrcFilter = 64500}).numFlows,
			interface.getFlowsInfo(nil, {asnDstFilter = 64500}).numFlows, interface.getFlowsInfo(nil, {countryFilter = "NL"}).numFlows)`, "1 0 1 1;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("another's hosts", `p(interface.getASesInfo().numASes, interface.getASInfo(0))`, "1 nil;", narrowUser)
}

func TestFlowsOfAPool(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("pool", `ntop.setMembersCache("ntopng.prefs.host_pools.pool_ids", "3")
		ntop.setMembersCache("ntopng.prefs.host_pools.members.3", "192.168.1.20/32@0") ntop.reloadHostPools()
		p(interface.getFlowsInfo(nil, {poolFilter = 3}).numFlows, interface.getFlowsInfo(nil, {poolFilter = 9}).numFlows,
			interface.getHostsInfo(true, nil, 10, 0, true, nil, nil, nil, nil, nil, nil, 3).numHosts)
		p(interface.getFlowsInfo(nil, {poolFilter = 3, detailsLevel = "max"}).flows[1]["srv.pool_id"])`, "1 0 1;3;")
}
