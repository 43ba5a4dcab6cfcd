package bindings

import (
	"encoding/json"
	"fmt"
	"time"

	"ntopgo/engine/alerts"
	"ntopgo/engine/host"
	"ntopgo/engine/recipients"
)

// ntopng's numbers of the alert that a script of the user raises for its host, and
// of the category that it is in.
const (
	customHostAlert  = 24
	categorySecurity = 1
)

// hostCheckKey is the name under which the alert of the host script is engaged.
const hostCheckKey = "custom_host_lua_script"

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
	raised := alerts.Alert{Entity: entity, Periodicity: alerts.Minute, Key: hostCheckKey, ID: customHostAlert, Score: a.Score, ClientScore: a.Score, Category: categorySecurity,
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
	return map[string]any{"rowid": a.Serial, "ifid": c.IfaceID, "action": action, "alert_id": a.ID, "alert_category": a.Category,
		"require_attention": false, "subtype": "", "score": a.Score, "entity_id": a.Entity.Kind, "entity_val": a.Entity.Value,
		"tstamp": a.Since, "tstamp_end": time.Now().Unix(), "vlan_id": k.VLAN, "ip": a.IP, "ip_version": ipVersion(k.Addr),
		"pool_id": pool, "host_pool_id": pool, "name": a.Name, "is_attacker": a.Attacker, "is_victim": a.Victim, "is_client": 2*a.ClientScore > a.Score,
		"is_server": 2*a.ClientScore < a.Score, "country_name": c.Env.Geo.Country(k.Addr), "network": uint16(c.Env.Nets.ID(k.Addr)),
		"severity": severityOfScore(int64(a.Score)), "granularity": a.Periodicity.Seconds(), "json": a.JSON}
}

// deliver puts an alert into the queue of every recipient.
func (c *Context) deliver(alert map[string]any, score int) error {
	text, err := json.Marshal(alert)
	if err != nil {
		return err
	}
	n := recipients.Notification{Alert: string(text), Score: score}
	n.Entity, _ = alert["entity_id"].(int)
	n.ID, _ = alert["alert_id"].(int)
	n.Category, _ = alert["alert_category"].(int)
	if n.Entity == alerts.KindHost {
		pool, _ := alert["host_pool_id"].(int)
		n.Pools = []int{pool}
		if name, ok := alert["entity_val"].(string); ok {
			call := &Call{Context: c, b: scriptChecks}
			n.Tags = func() uint64 { k, _ := parseHost(name, 0); return call.hostTags(k) }
		}
	}
	c.notify(&n)
	return nil
}

// hostAlerts is how many alerts of a host are engaged, and the sum of the scores
// that the host does not have already.
func (c *Call) hostAlerts(k host.Key) (n, score int) {
	e := hostEntity(k)
	for _, a := range c.engagedOnce() {
		if a.Entity == e {
			n++
			if !a.Scored {
				score += a.Score
			}
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
