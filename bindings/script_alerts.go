package bindings

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"ntopgo/engine/alerts"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/recipients"
)

// ntopng's numbers of the alerts that scripts of the user raise, and of the
// category that both are in.
const (
	customFlowAlert  = 87
	customHostAlert  = 24
	categorySecurity = 1
)

// hostCheckKey is the name under which the alert of the host script is engaged.
const hostCheckKey = "custom_host_lua_script"

// scriptChecks names in the log what happens outside of any binding.
var scriptChecks = &Binding{Namespace: "host", Name: "triggerAlert"}

// ReportFlow hands the alert that a script raised for its flow to all
// recipients, as something that has happened: flows are not engaged.
func (c *Context) ReportFlow(f *flow.Flow, a *ScriptAlert) error {
	now := time.Now().Unix()
	call := &Call{Context: c, b: scriptChecks}
	m := map[string]any{"ifid": c.IfaceID, "action": "store", "is_flow_alert": true, "first_seen": seconds(f.FirstSeen),
		"tstamp": now, "tstamp_end": now, "score": a.Score, "acknowledged": false, "alert_id": customFlowAlert,
		"alert_category": categorySecurity, "is_cli_attacker": false, "is_cli_victim": false, "is_srv_attacker": false,
		"is_srv_victim": false, "entity_id": alerts.KindFlow, "entity_val": "flow", "pool_id": defaultPool,
		"vlan_id": f.Key.VLAN, "observation_point_id": 0, "proto": f.Key.Proto, "flow_risk_bitmap": f.Result.Risks,
		"alerts_map": alertsMap(customFlowAlert), "proto.ndpi": c.Env.DPI.Name(f.Result), "l7_master_proto": f.Result.Master,
		"l7_proto": f.Result.App, "l7_cat": f.Result.Category, "cli2srv_bytes": f.ToServer.Bytes,
		"cli2srv_packets": f.ToServer.Packets, "srv2cli_bytes": f.ToClient.Bytes, "srv2cli_packets": f.ToClient.Packets,
		"ip_version": f.IPVersion, "probe_ip": "0.0.0.0", "input_snmp": 0, "output_snmp": 0, "community_id": communityID(f),
		"info": flowInfo(f)}
	call.alertSide(m, "cli", f.Client, f.CliPort, f.Cli)
	call.alertSide(m, "srv", f.Server, f.SrvPort, f.Srv)
	detail, err := json.Marshal(map[string]any{"alert.message": a.Message,
		"alert_generation": map[string]any{"script_key": "custom_lua_script", "subdir": "flow"}})
	if err != nil {
		return err
	}
	m["json"] = string(detail)
	return c.deliver(m, a.Score)
}

// alertSide adds what is known of one end of a flow; side is "cli" or "srv".
func (c *Call) alertSide(m map[string]any, side string, a netip.Addr, port uint16, h *host.Host) {
	name, location := "", 0
	pool, network := defaultPool, -1
	if h != nil {
		d := h.Snapshot()
		name, network = c.hostName(h, &d), h.NetworkID
		pool, _ = c.hostPools().Of(h.Addr, h.VLAN, d.Mac)
		if h.Local {
			location = 1
		}
	}
	for k, v := range map[string]any{"ip": a.String(), "port": port, "name": or(name, a.String()), "location": location,
		"localhost": location == 1, "blacklisted": c.isBlacklisted(a), "host_pool_id": pool, "network": uint16(network), "asn": 0,
		"country_name": "", "os": ""} {
		m[side+"_"+k] = v
	}
}

// alertsMap is the set of alerts with one member as the store keeps it: hex
// digits of a bitmap, the last digit holding the lowest bits.
func alertsMap(id int) string {
	b := make([]byte, id/8+1)
	b[0] = 1 << (id % 8)
	return fmt.Sprintf("%X", b)
}

// HostScriptAlert engages, refreshes or, when a is nil, releases the alert of the
// host script for h.
func (c *Context) HostScriptAlert(h *host.Host, a *ScriptAlert) error {
	call := &Call{Context: c, b: scriptChecks}
	entity := hostEntity(h.Key)
	if a == nil {
		old, engaged := call.engaged().Release(entity, alerts.Minute, hostCheckKey)
		if !engaged {
			return nil
		}
		return c.deliver(call.hostAlert(&old, "release"), old.Score)
	}
	detail, err := json.Marshal(map[string]any{"message": a.Message,
		"alert_generation": map[string]any{"script_key": hostCheckKey, "subdir": "host"}})
	if err != nil {
		return err
	}
	d := h.Snapshot()
	raised := alerts.Alert{Entity: entity, Periodicity: alerts.Minute, Key: hostCheckKey, ID: customHostAlert, Score: a.Score,
		JSON: string(detail), IP: h.Addr.String(), Name: or(call.hostName(h, &d), h.Addr.String()), Since: time.Now().Unix()}
	if !call.engaged().Trigger(&raised) {
		return nil
	}
	return c.deliver(call.hostAlert(&raised, "engage"), a.Score)
}

func hostEntity(k host.Key) alerts.Entity {
	return alerts.Entity{Kind: alerts.KindHost, Value: fmt.Sprintf("%s@%d", k.Addr, k.VLAN)}
}

// hostAlert is the notification about an alert of a host.
func (c *Call) hostAlert(a *alerts.Alert, action string) map[string]any {
	k, _ := parseHost(a.Entity.Value, 0)
	pool, _ := c.hostPools().Of(k.Addr, k.VLAN, nil)
	if c.Iface != nil {
		if h := c.Iface.Host(k); h != nil {
			d := h.Snapshot()
			pool, _ = c.hostPools().Of(k.Addr, k.VLAN, d.Mac)
		}
	}
	category := categorySecurity
	if a.ID == trafficVolumeAlert {
		category = categoryNetwork
	}
	return map[string]any{"rowid": a.Serial, "ifid": c.IfaceID, "action": action, "alert_id": a.ID, "alert_category": category,
		"require_attention": false, "subtype": "", "score": a.Score, "entity_id": a.Entity.Kind, "entity_val": a.Entity.Value,
		"tstamp": a.Since, "tstamp_end": time.Now().Unix(), "vlan_id": k.VLAN, "ip": a.IP, "ip_version": ipVersion(k.Addr),
		"pool_id": pool, "host_pool_id": pool, "name": a.Name, "is_attacker": false, "is_victim": false, "is_client": true,
		"is_server": false, "country_name": c.Env.Geo.Country(k.Addr), "network": uint16(c.Env.Nets.ID(k.Addr)),
		"severity": severityOfScore(int64(a.Score)), "granularity": a.Periodicity.Seconds(), "json": a.JSON}
}

// deliver puts an alert into the queue of every recipient.
func (c *Context) deliver(alert map[string]any, score int) error {
	text, err := json.Marshal(alert)
	if err != nil {
		return err
	}
	c.Env.Recipients.EnqueueAll(recipients.Notification{Alert: string(text), Score: score,
		Severity: int(severityOfScore(int64(score)))})
	return nil
}

// hostAlerts is how many alerts of a host are engaged, and the sum of their
// scores.
func (c *Call) hostAlerts(k host.Key) (n, score int) {
	e := hostEntity(k)
	for _, a := range c.engagedOnce() {
		if a.Entity == e {
			n++
			score += a.Score
		}
	}
	return n, score
}

// engagedOnce reads the engaged alerts of hosts once per call.
func (c *Call) engagedOnce() []alerts.Alert {
	if !c.hostAlertsRead {
		c.hostAlertsRead = true
		c.ofHosts = c.engaged().List(func(a *alerts.Alert) bool { return a.Entity.Kind == alerts.KindHost })
	}
	return c.ofHosts
}

// hostScore is the sum of the scores of a host's engaged alerts.
func (c *Call) hostScore(k host.Key) int {
	_, score := c.hostAlerts(k)
	return score
}
