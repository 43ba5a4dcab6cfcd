package bindings

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/alerts"
	"ntopgo/engine/counters"
	"ntopgo/engine/host"
)

// What scripts tell about an interface and its hosts.
func init() {
	register("interface", map[string]func(c *Call){
		"incSyslogStats":         incSyslogStats,
		"checkpointHostTalker":   checkpointTalker,
		"incTotalHostAlerts":     countHostAlert,
		"triggerTrafficAlert":    triggerTrafficAlert,
		"setHostOperatingSystem": setHostSystem,
		"updateIPReassignment":   updateIPReassignment,
		"swapHostnameIPCache":    func(c *Call) { c.Push(nil) }, // names and addresses are not cached in generations here
		"dumpnDPIProtocolId":     func(c *Call) { dumpHostRules(c, false) },
		"dumpnDPICategoryId":     func(c *Call) { dumpHostRules(c, true) },
	})
	unavailable("network", "resetTrafficBetweenNets", "traffic between networks is counted by the paid editions only",
		func(c *Call) { c.Push(nil) })
}

// syslogCounts are events of a syslog collector, as its scripts count them.
type syslogCounts struct{ dispatched, malformed, unhandled, alerts, correlations, flows uint64 }

// incSyslogStats takes how many events more were received, malformed, unhandled,
// alerts, tied to hosts, and flows.
func incSyslogStats(c *Call) {
	var n [6]uint64
	for i := range n {
		if c.Kind(i+1) != lua.Number {
			c.wrongArgument(i+1, "number")
			c.Push(nil)
			return
		}
		n[i] = uint64(max(c.Integer(i+1), 0))
	}
	s := c.state()
	s.mu.Lock()
	for i, to := range []*uint64{&s.syslog.dispatched, &s.syslog.malformed, &s.syslog.unhandled, &s.syslog.alerts,
		&s.syslog.correlations, &s.syslog.flows} {
		*to += n[i]
	}
	s.mu.Unlock()
	c.Push(nil)
}

func (c *Call) syslogTable() *lua.Table {
	s := c.state()
	s.mu.Lock()
	defer s.mu.Unlock()
	events, malformed := uint64(0), s.syslog.malformed
	if f := c.collection().LogEvents; f != nil {
		var bad uint64
		events, bad = f()
		malformed += bad
	}
	return lua.NewTable(7).
		Set("tot_events", events).
		Set("malformed", malformed).
		Set("dispatched", s.syslog.dispatched).
		Set("unhandled", s.syslog.unhandled).
		Set("alerts", s.syslog.alerts).
		Set("host_correlations", s.syslog.correlations).
		Set("flows", s.syslog.flows)
}

// checkpointTalker takes an interface and a host, and answers what the host sent
// and received since the last time.
func checkpointTalker(c *Call) {
	if c.Kind(1) != lua.Number || c.Kind(2) != lua.String {
		c.wrongArgument(1, "number, followed by a string")
		c.Push(nil)
		return
	}
	id := int(c.Integer(1))
	i := c.Env.Interface(id)
	k, ok := parseHost(c.String(2), 0)
	if i == nil || !ok || !c.AllowsInterface(id) || !c.AllowsAddr(k.Addr) || i.Host(k) == nil {
		c.Push(nil)
		return
	}
	var now counters.Duplex
	i.Host(k).Update(func(d *host.Data) { now = d.Traffic() })
	s := c.Env.ifaceState(id)
	s.mu.Lock()
	last := s.talkers[k]
	prune(c.Context, s.talkers)
	s.talkers[k] = now
	s.mu.Unlock()
	if now.Sent.Bytes < last.Sent.Bytes || now.Rcvd.Bytes < last.Rcvd.Bytes {
		last = counters.Duplex{} // its counters were set back
	}
	c.Push(lua.NewTable(1).Set("delta", lua.NewTable(2).
		Set("sent", now.Sent.Bytes-last.Sent.Bytes).
		Set("rcvd", now.Rcvd.Bytes-last.Rcvd.Bytes)))
}

// countHostAlert takes a host and the kind of an alert, which is not told apart.
func countHostAlert(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	h := c.findHostArg1()
	if h != nil {
		s := c.state()
		s.mu.Lock()
		prune(c.Context, s.alerts)
		s.alerts[h.Key]++
		s.mu.Unlock()
	}
	c.Push(h != nil)
}

// totalAlerts is how many alerts of a host scripts have counted.
func (c *Context) totalAlerts(k host.Key) uint64 {
	s := c.state()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.alerts[k]
}

// The alert about the traffic of a host, by ntopng's numbers.
const (
	trafficVolumeAlert = 26
	categoryNetwork    = 3
	errorScore         = 100
)

// alertGrace is how much longer than its period a traffic alert lasts when it is
// not triggered again.
const alertGrace = 120

// triggerTrafficAlert takes a host, a metric, its period in seconds, the
// threshold, the value, and whether it is above. The alert ends by itself when it
// is not triggered again.
func triggerTrafficAlert(c *Call) {
	_, isBool := c.Bool(6)
	if c.Kind(1) != lua.String || c.Kind(2) != lua.String || c.Kind(3) != lua.Number || c.Kind(4) != lua.String ||
		c.Kind(5) != lua.String || !isBool {
		c.wrongArgument(1, "string, followed by string, number, two strings and a boolean")
		c.Push(nil)
		return
	}
	k, ok := parseHost(c.String(1), 0)
	if !ok || c.Iface == nil || c.Iface.Host(k) == nil {
		c.Push(false)
		return
	}
	h := c.Iface.Host(k)
	period := max(c.Integer(3), 0)
	detail, err := json.Marshal(map[string]any{"metric": c.String(2), "frequency": period, "threshold": c.String(4),
		"value": c.String(5), "sign": c.Truthy(6),
		"alert_generation": map[string]any{"script_key": c.String(2), "subdir": "host"}})
	if c.Failed(err) {
		c.Push(false)
		return
	}
	d := h.Snapshot()
	now := time.Now().Unix()
	a := alerts.Alert{Entity: hostEntity(k), Periodicity: alerts.Aperiodic, Key: "traffic_volume", ID: trafficVolumeAlert,
		Score: errorScore, ClientScore: errorScore, Category: categoryNetwork, JSON: string(detail), IP: h.Addr.String(), Name: or(c.hostName(h, &d), h.Addr.String()),
		Since: now, Until: now + period + alertGrace}
	if c.engaged().Trigger(&a) {
		c.Failed(c.deliver(c.hostAlert(&a, "engage"), a.Score))
	} else {
		c.engaged().Prolong(&a)
	}
	c.Push(true)
}

// setHostSystem takes a host and the number of its operating system.
func setHostSystem(c *Call) {
	if c.Kind(1) != lua.String || c.Kind(2) != lua.Number {
		c.wrongArgument(1, "string, followed by a number")
	} else if h, n := c.findHostArg1(), c.Integer(2); h != nil && n > 0 && n < int64(len(c.systemNumbers())) {
		c.Iface.LearnSystem(h, c.systemNumbers()[n])
	}
	c.Push(nil)
}

// updateIPReassignment takes an interface and whether it is of interest that an
// address changes its card. The check that looks for it comes with the native
// ones.
func updateIPReassignment(c *Call) {
	on, ok := c.Bool(2)
	if c.Kind(1) != lua.Number || !ok {
		c.wrongArgument(1, "number, followed by a boolean")
	} else if id := int(c.Integer(1)); c.Env.Interface(id) != nil {
		s := c.Env.ifaceState(id)
		s.mu.Lock()
		s.moved = on
		s.mu.Unlock()
	}
	c.Push(nil)
}

// dumpHostRules writes the host names that name a protocol, or a category, to
// the answer: name, tab, number.
func dumpHostRules(c *Call, category bool) {
	defer c.Push(nil)
	if c.Out == nil {
		return
	}
	c.Out.Flush()
	for _, r := range c.Env.DPI.HostRules() {
		n := int(r.Protocol)
		if category {
			n = int(r.Category)
		}
		if n == 0 {
			continue
		}
		if _, err := fmt.Fprintf(c.Out, "%s\t%s\n", r.Host, strconv.Itoa(n)); err != nil {
			return
		}
	}
}
