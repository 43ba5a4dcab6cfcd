package bindings

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"ntopgo/engine/alerts"
	"ntopgo/engine/capture"
	"ntopgo/engine/checks"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// hostTick is how often hosts are looked for whose checks are due.
const hostTick = 3 * time.Second

// RunHostChecks runs the checks of the hosts of an interface until ctx is done. A
// capture file is looked at once, when it is read: nothing changes after that.
func (e *Env) RunHostChecks(ctx context.Context, i *iface.Interface) {
	run := &hostRun{env: e, i: i}
	if i.Info().Kind == capture.KindFile {
		select {
		case <-i.Done():
			run.all()
		case <-ctx.Done():
		}
		return
	}
	tick := time.NewTicker(hostTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			run.all()
		}
	}
}

// hostRun runs the host checks of one interface.
type hostRun struct {
	env    *Env
	i      *iface.Interface
	checks checks.Hosts
}

func (r *hostRun) call() *Call {
	c := &Context{Env: r.env, Group: "administrator", Privileged: true, Capabilities: math.MaxUint64}
	c.Select(r.i.ID())
	return &Call{Context: c, b: scriptChecks}
}

// all runs the checks that are due, engages what they raise and releases what
// they do not raise any more.
func (r *hostRun) all() {
	c, set := r.call(), r.i.Checks()
	engaged := map[string][]alerts.Alert{}
	for _, a := range c.engaged().List(func(a *alerts.Alert) bool { return a.Entity.Kind == alerts.KindHost && a.Scored }) {
		engaged[a.Entity.Value] = append(engaged[a.Entity.Value], a)
	}
	if !set.AnyHost() && len(engaged) == 0 {
		return
	}
	hosts := r.i.Hosts()
	now, at := time.Now().Unix(), r.i.Now().Unix()
	r.checks.Begin(set, hosts)
	off := r.env.Prefs.Bool("disable_alerts_generation") || !r.env.Prefs.Bool("emit_host_alerts")
	for _, h := range hosts {
		entity := hostEntity(h.Key)
		mine := engaged[entity.Value]
		delete(engaged, entity.Value)
		if !r.checks.Due(h, now) {
			continue
		}
		raised := map[string]bool{}
		for _, a := range r.checks.Run(set, h, now, at) {
			if off || r.env.hostExcluded(h, a.Alert) {
				continue
			}
			raised[a.Key] = true
			r.engage(c, h, &a)
		}
		for n := range mine {
			if !raised[mine[n].Key] {
				r.release(c, h, &mine[n])
			}
		}
	}
	for _, left := range engaged { // of hosts that are gone
		for n := range left {
			r.release(c, nil, &left[n])
		}
	}
	r.checks.End()
}

func scoreKind(category uint8) int {
	a := flow.Alert{Category: category}
	return a.ScoreKind()
}

// engage begins an alert, unless it has begun already.
func (r *hostRun) engage(c *Call, h *host.Host, a *checks.HostAlert) {
	d := h.Snapshot()
	detail, err := json.Marshal(c.hostAlertDetail(h, &d, a))
	if err != nil {
		r.env.Log.Logf(1, "alert of %s: %v", a.Key, err)
		return
	}
	raised := alerts.Alert{Entity: hostEntity(h.Key), Periodicity: alerts.Minute, Key: a.Key, ID: int(a.Alert), Score: int(a.Score),
		JSON: string(detail), IP: h.Addr.String(), Name: or(c.hostName(h, &d), h.Addr.String()), Since: time.Now().Unix(),
		Category: int(a.Category), ClientScore: int(a.Client), Attacker: a.Attacker, Victim: a.Victim, Scored: true}
	if !c.engaged().Trigger(&raised) {
		return
	}
	kind := scoreKind(a.Category)
	r.i.AddHostScore(h, host.AsClient, kind, int(a.Client))
	r.i.AddHostScore(h, host.AsServer, kind, int(a.Server()))
	h.Update(func(d *host.Data) { d.Alerted().Total++ })
	c.Failed(c.deliver(c.hostAlert(&raised, "engage"), raised.Score))
}

// release ends an alert; h is nil when the host is gone.
func (r *hostRun) release(c *Call, h *host.Host, a *alerts.Alert) {
	if _, there := c.engaged().Release(a.Entity, a.Periodicity, a.Key); !there {
		return
	}
	if h != nil {
		kind := scoreKind(uint8(a.Category))
		r.i.AddHostScore(h, host.AsClient, kind, -a.ClientScore)
		r.i.AddHostScore(h, host.AsServer, kind, a.ClientScore-a.Score)
	} else {
		r.i.LoseHostScore(a.ClientScore, a.Score-a.ClientScore)
	}
	c.Failed(c.deliver(c.hostAlert(a, "release"), a.Score))
}

// hostAlertDetail is what the texts of an alert need.
func (c *Call) hostAlertDetail(h *host.Host, d *host.Data, a *checks.HostAlert) map[string]any {
	m := map[string]any{"alert_generation": map[string]any{"script_key": a.Key, "subdir": "host", "host_info": map[string]any{
		"name": c.hostName(h, d), "localhost": h.Local, "systemhost": h.System, "privatehost": private(h.Addr),
		"broadcast_domain_host": c.inBroadcastDomain(h.Addr), "dhcpHost": c.isDHCP(h, d), "is_blacklisted": c.isBlacklisted(h.Addr),
		"is_broadcast": c.isBroadcast(h), "is_multicast": h.Addr.IsMulticast()}}}
	switch a.Key {
	case "flow_flood", "icmp_flood", "syn_scan", "fin_scan", "rst_scan":
		m["is_attacker"] = a.Attacker
	case "remote_connection":
		m["num_flows"] = a.Value
	case "dangerous_host":
		m["score"], m["consecutive_high_score"] = a.Value, a.Runs
	case "domain_names_contacts":
		m["num_domain_names"] = a.Value
	case "scan_detection":
		m["is_rx_only"] = false
	case "score_threshold":
		m["is_client_alert"] = a.Client > 0
	}
	m["value"], m["threshold"] = a.Value, a.Threshold
	return m
}
