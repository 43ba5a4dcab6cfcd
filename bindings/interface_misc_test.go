package bindings

import (
	"os"
	"path/filepath"
	"testing"
)

func TestVendorsAndDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("by address and by prefix", `p(ntop.getMacManufacturer("02:00:01:99:99:99")) p(ntop.getMacManufacturer("02:00:02"))
p(ntop.getMacManufacturer("02:00:99:00:00:01"), ntop.getMacManufacturer("x"), ntop.getMacManufacturer(nil))`,
		"{extended=Acme, Inc. short=Acme};{extended=Raspberry Pi Trading Ltd short=Rasp};nil nil nil;")
	w.check("counted", `p(interface.getMacManufacturers()) p(interface.getMacManufacturers(1)) p(interface.getMacManufacturers(nil, false, 8))
p(interface.getMacDeviceTypes()) p(interface.getMacManufacturers("x", 7)["Acme, Inc."])`,
		"{Acme, Inc.=1 Good Networks=1 Raspberry Pi Trading Ltd=1};{Acme, Inc.=1};{Good Networks=1};{0=1 3=1 8=1};1;")
	w.check("in the listing", `p(interface.getMacInfo("`+serverMAC+`").manufacturer, interface.getMacInfo("`+serverMAC+`").devtype, interface.getMacInfo("x"))`,
		"Raspberry Pi Trading Ltd 3 nil;")
}

func TestSystemsAndCountries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("every host has the unknown system and AS", `p(interface.getOSesInfo({}).numOSes, interface.getOSesInfo().OSes[1].num_hosts, interface.getOSInfo(0).os, interface.getOSInfo(3), interface.getOSInfo("x"))
p(interface.getASesInfo().numASes, interface.getASInfo(0).num_hosts, interface.getASInfo(0)["seen.first"], interface.getASInfo(64512), interface.getASList())
p(ntop.getHostASN("8.8.8.8"))`, "1 4 0 nil nil;1 4 1735787045 nil {1=0};{as_name= asn=0};")
	w.check("none on the system interface", `interface.select("-1") p(interface.getOSesInfo().numOSes, interface.getASInfo(0), interface.getASesInfo())`,
		"0 nil {ASes={} numASes=0};")
	w.check("country codes", `p(interface.convertCountryCode2U16("IT"), interface.convertCountryU162Code(18772), interface.convertCountryU162Code("18772"))
p(interface.convertCountryCode2U16("I"), interface.convertCountryCode2U16(nil), interface.convertCountryU162Code(nil), interface.getCountryInfo("IT"))`,
		"18772 IT IT;0 0 nil nil;")
}

func TestProcessPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	dir := filepath.Join(w.env.Layout.DataDir, "reports")
	w.check("no reports yet", `p(ntop.listReports())`, "{};")
	if err := os.MkdirAll(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "week.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.check("reports", `p(ntop.listReports()) p(ntop.listReports("ignored"))`, "{week.json=};{week.json=};")
	w.check("limits of 2026 count flows and hosts", `local l = ntop.getLicenseLimits() p(l.current.num_flows, l.current.num_hosts, l.current.num_local_hosts)`, "3 4 2;")
	w.check("threads", `local n = 0 for name, t in pairs(ntop.threadsInfo()) do n = n + 1 assert(t.cpu_total_ms >= 0 and t.cpu_utilization_pct >= 0, name) end p(n > 0)`, "true;")
	w.check("tables", `local h = interface.getHashTablesStats() p(h.VLANHash.hash_entry_states.hash_entry_state_active, h.HostHash.hash_entry_states.hash_entry_state_active,
h.FlowHash.hash_entry_states.hash_entry_state_active, h.CountriesHash.hash_entry_states.hash_entry_state_active)`, "1 4 3 0;")
	w.check("queues", `p(interface.getQueuesStats()) interface.select("-1") p(interface.getQueuesStats())`, "{flowAlertsQueue={num_failed_enqueues=0}};{};")
	w.check("jail", `p(ntop.getDropPoolInfo()) p(ntop.getSystemAlertsStats())`,
		"{expiration_time=1800 list_key=ntopng.cache.drop_host_list pool_name=Jailed Hosts};{alert_queues={internal_alerts_queue={pct_not_enqueued=0}}};")
	w.check("captures are an administrator's", `p(interface.dumpLiveCaptures(), interface.isCaptureRunning())`, "{} false;")
	w.check("for others there is nothing", `p(interface.dumpLiveCaptures())`, "nil;", narrowUser)
	if w.run(`p(interface.getStats().stats_since_reset.packets)`) != "14;" {
		t.Error("packets before the reset")
	}
	w.run(`ntop.resetStats()`, narrowUser)
	if got := w.run(`p(interface.getStats().stats_since_reset.packets) ntop.resetStats("ignored") p(interface.getStats().stats_since_reset.packets)`); got != "14;0;" {
		t.Errorf("reset by an administrator only: %s", got)
	}
}

func TestStoreReadsTellMissingFromWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("missing is empty, wrong is nil", `ntop.setHashCache("h", "f", "v")
p(ntop.getHashCache("h", "f"), ntop.getHashCache("h", "x"), ntop.getHashCache(nil, "f"), ntop.getHashCache("h"), ntop.getCache("none"), ntop.getCache(nil))`,
		"v  nil nil  nil;")
	if !w.log.has("argument 1 should be a string") {
		t.Error("a wrong argument is not in the log")
	}
}

func TestThreadTicks(t *testing.T) {
	t.Parallel()
	name, n, ok := threadTicks("12 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 11 22 0 0")
	if name != "a (b) c" || n != 33 || !ok {
		t.Errorf("%q %d %t", name, n, ok)
	}
	for _, bad := range []string{"", "12 (x", "12 (x) S 1", "12 (x) S 1 2 3 4 5 6 7 8 9 10 x y"} {
		if _, _, ok := threadTicks(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
}
