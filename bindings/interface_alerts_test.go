package bindings

import (
	"strings"
	"testing"
)

func TestAlertStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("written and read, as text, without NULL columns", `
interface.alert_store_query("INSERT INTO host_alerts (ip, score) VALUES ('192.168.1.10', 50)")
p(interface.alert_store_query("SELECT * FROM host_alerts"))
local r = interface.alert_store_query("SELECT score FROM host_alerts")
p(type(r[1].score))`, "{1={ip=192.168.1.10 rowid=1 score=50}};string;")
	w.check("another interface has its own", `p(interface.alert_store_query("SELECT count(*) n FROM host_alerts", -1))
p(ntop.alert_store_query("SELECT count(*) n FROM host_alerts"))
p(ntop.alert_store_query("SELECT count(*) n FROM host_alerts", 0))`, "{1={n=0}};{1={n=0}};{1={n=1}};")
	w.check("no text, bad SQL", `p(interface.alert_store_query(7)) p(interface.alert_store_query("SELEC"))`, "nil;nil;")
	if !w.log.has("SQL Error") {
		t.Error("bad SQL is not in the log")
	}
	w.check("an interface that the user may not see", `p(interface.alert_store_query("SELECT 1 a", 0))`, "nil;",
		func(c *Context) { narrowUser(c); c.AllowedIface = "other" })
	if err := w.env.Prefs.Set("disable_alerts_generation", "1"); err != nil {
		t.Fatal(err)
	}
	w.check("alerts are off", `p(interface.alert_store_query("SELECT 1 a"))`, "nil;")
}

func TestAlertStoreOf2026(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("writes", `p(interface.alert_store_write("INSERT INTO host_alerts (ip) VALUES ('a')"))
p(interface.alert_store_write("INSERT INTO missing_table VALUES (1)"), interface.alert_store_write(nil))
p(interface.alert_store_query("SELECT ip FROM host_alerts"))`, "true;false false;{1={ip=a}};")
	got := w.run(`local rows, err = interface.alert_store_query("SELECT * FROM missing_table") p(rows, err)`)
	if !strings.HasPrefix(got, "nil ") || !strings.Contains(got, "no such table") {
		t.Errorf("an error is the second result: %s", got)
	}
}

func TestTriggeredAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("engaged once, released once", `
local a = interface.storeTriggeredAlert("load", 1, 120, 4097, "cpu", '{"x":1}')
p(a.alert_id, a.entity_id, a.entity_val, a.score, a.severity, a.granularity, a.subtype, a.json, a.name)
p(interface.storeTriggeredAlert("load", 1, 120, 4097, "cpu", "{}"))
p(#interface.getEngagedAlerts(), #interface.getEngagedAlerts(0, "0"), #interface.getEngagedAlerts(0, "9"),
  #interface.getEngagedAlerts(nil, nil, 4097), #interface.getEngagedAlerts(nil, nil, 1), #interface.getEngagedAlerts(nil, nil, nil, 5))
p(#interface.getAlerts(1), #interface.getAlerts(2), #interface.getAlerts())
p(interface.releaseTriggeredAlert("load", 2))
p(interface.releaseTriggeredAlert("load", 1).alert_id, interface.releaseTriggeredAlert("load", 1))`,
		`4097 0 0 120 5 60 cpu {"x":1} 0;nil;1 1 0 1 0 1;1 0 1;nil;4097 nil;`)
	w.check("from outside, one for each entity", `
p(interface.triggerExternalAlert(15, "probe", "k", 0, 60, 4099, "", "{}", "10.1.1.1", "the probe", 161).name)
p(interface.triggerExternalAlert(15, "probe", "k2", 0, 60, 4099, "", "{}"))
p(interface.releaseExternalAlert(15, "probe", "k2", 0))
p(interface.releaseExternalAlert(15, "probe", "k", 0).port)`, "the probe;nil;nil;161;")
	w.check("of the network that was selected", `network.select(0)
local a = network.storeTriggeredAlert("k", 2, 60, 4100, "", "{}")
p(a.entity_id, a.entity_val, #network.getAlerts(), #interface.getAlerts())
p(network.checkContext("192.168.1.0/24"), network.checkContext("10.0.0.0/8"), interface.checkContext("0"), interface.checkContext("1"))
p(network.releaseTriggeredAlert("k", 2).granularity)
network.select(9) p(network.storeTriggeredAlert("k", 2, 60, 4100, "", "{}"))`,
		"2 192.168.1.0/24 1 0;true false true false;300;nil;")
	w.check("wrong arguments", `p(interface.storeTriggeredAlert("k", 77, 1, 1, "", "{}"), interface.storeTriggeredAlert(nil, 1, 1, 1, "", "{}"))
p(interface.releaseTriggeredAlert("k", -3))`, "nil nil;nil;")
}

// Since 2026 the store has a table of engaged alerts, whose rows are numbered by
// the interface.
func TestRowsOfEngagedAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("numbered", `local a, b = interface.storeTriggeredAlert("a", 1, 60, 4097, "", "{}"), interface.storeTriggeredAlert("b", 1, 60, 4097, "", "{}")
p(a.rowid, b.rowid, b.require_attention)
p(interface.releaseTriggeredAlert("a", 1).rowid, interface.storeTriggeredAlert("a", 1, 60, 4097, "", "{}").rowid)`, "1 2 false;1 3;")
}

func TestCheckValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("kept between runs, by periodicity", `interface.setCachedAlertValue("bytes", "17", 1)`, "")
	w.check("read back", `p(interface.getCachedAlertValue("bytes", 1)) p(interface.getCachedAlertValue("bytes", 2))
network.select(0) p(network.getCachedAlertValue("bytes", 1)) network.setCachedAlertValue("bytes", "3", 1)
p(network.getCachedAlertValue("bytes", 1))`, "17;;;3;")
	w.check("no periodicity", `p(interface.getCachedAlertValue("bytes", 50))`, "nil;")
	w.check("all released", `interface.storeTriggeredAlert("a", 1, 1, 1, "", "{}") interface.releaseEngagedAlerts() p(#interface.getEngagedAlerts())`, "0;")
}
