package bindings

import (
	"encoding/json"
	"net/netip"
	"testing"

	"ntopgo/engine/checks"
	"ntopgo/engine/host"
)

// TestHostAlertLives: an alert of a host is engaged with its score, listed, and
// released when its check does not find it any more.
func TestHostAlertLives(t *testing.T) {
	t.Parallel()
	w := checked(t, `{"config":{"flow":[],"host":{"flow_flood":{"min":{"enabled":true,"script_conf":{"operator":"gt","threshold":3}}}}}}`)
	h := w.env.Ifaces[0].Host(host.Key{Addr: netip.MustParseAddr(clientIP)})
	flood := func() {
		h.Update(func(d *host.Data) {
			for range 6 {
				d.FlowHits[host.AsClient].Note(500)
			}
		})
	}
	flood()
	run := &hostRun{env: w.env, i: w.env.Ifaces[0]}
	run.all()
	const engaged = `local a = interface.getEngagedAlerts() p(#a) if a[1] then a = a[1] p(a.alert_id, a.entity_id, a.entity_val, a.score, a.severity, a.is_attacker, a.is_victim, a.is_client, a.is_server, a.is_local, a.vlan_id, a.granularity, a.ip) end `
	const score = `local h = interface.getHostInfo("192.168.1.10") p(h.score, h["score.as_client"], h.num_alerts, h.total_alerts, interface.getScore().score_as_cli) `
	const counted = `local s = interface.getStats() p(s.num_alerts_engaged, s.num_alerts_engaged_by_entity, s.num_alerts_engaged_by_severity.warning)`
	w.check("engaged", engaged+score+counted, "1;4 1 192.168.1.10@0 50 4 true false true false 1 0 60 192.168.1.10;50 50 1 1 50;1 {1=1} 1;")
	m := w.next(0)
	for key, want := range map[string]any{"action": "engage", "alert_id": 4., "alert_category": 1., "score": 50., "is_attacker": true, "is_client": true,
		"is_server": false, "ip": clientIP, "entity_id": 1., "granularity": 60.} {
		if m[key] != want {
			t.Errorf("%s is %v, want %v", key, m[key], want)
		}
	}
	var detail struct {
		Value, Threshold int
		Attacker         bool `json:"is_attacker"`
		Generation       struct {
			Key  string         `json:"script_key"`
			Host map[string]any `json:"host_info"`
		} `json:"alert_generation"`
	}
	if err := json.Unmarshal([]byte(m["json"].(string)), &detail); err != nil {
		t.Fatal(err)
	}
	if detail.Value < 5 || detail.Threshold != 3 || !detail.Attacker || detail.Generation.Key != "flow_flood" || detail.Generation.Host["localhost"] != true {
		t.Errorf("%+v", detail)
	}
	run.all() // before a minute is over
	w.check("still engaged", `p(#interface.getEngagedAlerts())`, "1;")
	flood()
	run.checks = checks.Hosts{} // a minute later
	run.all()
	w.check("engaged once", score, "50 50 1 1 50;")
	run.checks = checks.Hosts{}
	run.all()
	if m := w.next(0); m["action"] != "release" || m["alert_id"] != 4. {
		t.Errorf("after the flood: %v of %v", m["action"], m["alert_id"])
	}
	w.check("released", `p(#interface.getEngagedAlerts(), interface.getHostInfo("192.168.1.10").num_alerts, interface.getScore().score_as_cli)`, "0 0 0;")

	if err := w.env.KV.Set(exclusionsKey, `{"192.168.1.10":{"host_alerts":[4]}}`); err != nil {
		t.Fatal(err)
	}
	w.env.ReloadChecks()
	flood()
	run.checks = checks.Hosts{}
	run.all()
	w.check("excluded", `p(#interface.getEngagedAlerts())`, "0;")
}
