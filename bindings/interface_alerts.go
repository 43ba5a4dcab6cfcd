package bindings

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/alerts"
	"ntopgo/engine/store/sqlite"
)

// Groups "Alerts" and "Alert Store": the alert database with the tree's own
// schema, and the alerts that checks written in Lua engage and release.
func init() {
	register("interface", map[string]func(c *Call){
		"alert_store_query":    func(c *Call) { alertStoreQuery(c, c.IfaceID) },
		"alert_store_write":    alertStoreWrite,
		"getCachedAlertValue":  func(c *Call) { getCheckValue(c, c.interfaceEntity()) },
		"setCachedAlertValue":  func(c *Call) { setCheckValue(c, c.interfaceEntity()) },
		"checkContext":         func(c *Call) { c.Push(c.String(1) == c.interfaceEntity().Value) },
		"releaseEngagedAlerts": func(c *Call) { c.engaged().ReleaseAll() },
	})
	register("ntop", map[string]func(c *Call){
		"alert_store_query": func(c *Call) { alertStoreQuery(c, SystemID) },
	})
	register("network", map[string]func(c *Call){
		"getCachedAlertValue": func(c *Call) { withNetwork(c, getCheckValue) },
		"setCachedAlertValue": func(c *Call) { withNetwork(c, setCheckValue) },
		"checkContext":        func(c *Call) { withNetwork(c, func(c *Call, e alerts.Entity) { c.Push(c.String(1) == e.Value) }) },
	})
	register("interface", map[string]func(c *Call){
		"storeTriggeredAlert":   func(c *Call) { trigger(c, c.interfaceEntity(), 1, false) },
		"releaseTriggeredAlert": func(c *Call) { release(c, c.interfaceEntity(), 1, false) },
		"triggerExternalAlert":  func(c *Call) { trigger(c, c.entityArg(), 3, true) },
		"releaseExternalAlert":  func(c *Call) { release(c, c.entityArg(), 3, true) },
		"getEngagedAlerts":      getEngagedAlerts,
		"getAlerts":             func(c *Call) { getAlerts(c, c.interfaceEntity()) },
	})
	register("network", map[string]func(c *Call){
		"getAlerts": func(c *Call) { withNetwork(c, getAlerts) },
		"storeTriggeredAlert": func(c *Call) {
			withNetwork(c, func(c *Call, e alerts.Entity) { trigger(c, e, 1, false) })
		},
		"releaseTriggeredAlert": func(c *Call) {
			withNetwork(c, func(c *Call, e alerts.Entity) { release(c, e, 1, false) })
		},
	})
}

// queryTimeout bounds one query of a script.
const queryTimeout = 60 * time.Second

// storeArg is the interface whose alert store is meant: argument 2, or def.
func storeArg(c *Call, def int) int {
	switch c.Kind(2) {
	case lua.Number, lua.String:
		if n, ok := c.Int(2); ok {
			return int(n)
		}
	}
	return def
}

// alertStoreQuery runs SQL and pushes an array of rows, every value as text. An
// error is logged and answered with nil; since 2026 its text is a second result.
func alertStoreQuery(c *Call, def int) {
	id := storeArg(c, def)
	text, isText := c.Str(1)
	if !isText || c.Env.Prefs.Bool("disable_alerts_generation") || id != SystemID && !c.AllowsInterface(id) {
		c.Push(nil)
		return
	}
	rows, err := c.queryAlerts(id, text)
	if err != nil {
		c.Env.Log.Logf(0, "SQL Error: %v\n%s", err, text)
		c.Push(nil)
		if c.Env.TreeYear >= 2026 {
			c.Push(err.Error())
		}
		return
	}
	c.Push(rows)
}

func (c *Call) queryAlerts(id int, text string) (*lua.Table, error) {
	if c.Env.AlertStore == nil {
		return lua.NewTable(0), nil
	}
	c.Env.alertQueries.Add(1)
	db, err := c.Env.AlertStore(id)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	rows, err := db.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	return rowTable(rows), nil
}

// rowTable is an array of rows: column -> value.
func rowTable(rows []sqlite.Row) *lua.Table {
	t := lua.NewTable(len(rows))
	for _, row := range rows {
		r := lua.NewTable(len(row))
		for name, value := range row {
			r.Set(name, value)
		}
		t.Append(r)
	}
	return t
}

func alertStoreWrite(c *Call) {
	text, isText := c.Str(1)
	id := storeArg(c, c.IfaceID)
	switch {
	case !isText || c.Env.AlertStore == nil || id != SystemID && !c.AllowsInterface(id):
		c.Push(false)
	case c.Env.Prefs.Bool("disable_alerts_generation"):
		c.Push(true)
	default:
		_, err := c.queryAlerts(id, text)
		if err != nil {
			c.Env.Log.Logf(0, "SQL Error: %v\n%s", err, text)
		}
		c.Push(err == nil)
	}
}

// engaged is the set of engaged alerts of the selected interface, without those
// whose time is over.
func (c *Call) engaged() *alerts.Engaged {
	v, _ := c.Env.engaged.LoadOrStore(c.IfaceID, &alerts.Engaged{})
	e := v.(*alerts.Engaged)
	for _, a := range e.Expire(time.Now().Unix()) {
		c.Failed(c.deliver(c.hostAlert(&a, "release"), a.Score)) // only alerts of hosts expire
	}
	return e
}

func (c *Call) interfaceEntity() alerts.Entity {
	return alerts.Entity{Kind: alerts.KindInterface, Value: strconv.Itoa(c.IfaceID)}
}

func (c *Call) entityArg() alerts.Entity {
	return alerts.Entity{Kind: int(c.Integer(1)), Value: c.String(2)}
}

// withNetwork runs fn for the network chosen with network.select.
func withNetwork(c *Call, fn func(c *Call, e alerts.Entity)) {
	name := c.networkName(c.selectedNetwork)
	if name == "" {
		c.Push(nil)
		return
	}
	fn(c, alerts.Entity{Kind: alerts.KindNetwork, Value: name})
}

// periodicityArg reads argument i; false after a log line when it is none.
func (c *Call) periodicityArg(i int) (alerts.Periodicity, bool) {
	p := alerts.Periodicity(c.Integer(i))
	if !p.Valid() {
		c.Env.Log.Logf(1, "%s: %d is no periodicity", c.b.Key(), int(p))
	}
	return p, p.Valid()
}

// trigger takes, from argument i on: key, periodicity, score, alert id, subtype,
// JSON, and optionally address, name and port.
func trigger(c *Call, e alerts.Entity, i int, external bool) {
	p, ok := c.periodicityArg(i + 1)
	for k := i + 4; k <= i+5; k++ {
		ok = ok && c.Kind(k) == lua.String
	}
	if !ok || c.Kind(i) != lua.String || e.Value == "" {
		c.wrongArgument(i, "string")
		c.Push(nil)
		return
	}
	a := alerts.Alert{Entity: e, Periodicity: p, Key: c.String(i), Score: int(c.Integer(i + 2)), ID: int(c.Integer(i + 3)),
		Subtype: c.String(i + 4), JSON: c.String(i + 5), IP: c.OptString(i+6, ""), Name: c.OptString(i+7, ""),
		Port: int(c.OptInteger(i+8, 0)), Since: time.Now().Unix()}
	fresh := false
	if external {
		fresh = c.engaged().TriggerExternal(&a)
	} else {
		fresh = c.engaged().Trigger(&a)
	}
	if !fresh {
		c.Push(nil)
		return
	}
	c.Push(c.alertTable(&a))
}

func release(c *Call, e alerts.Entity, i int, external bool) {
	p, ok := c.periodicityArg(i + 1)
	if !ok {
		c.Push(nil)
		return
	}
	var a alerts.Alert
	if external {
		a, ok = c.engaged().ReleaseExternal(e, p, c.String(i))
	} else {
		a, ok = c.engaged().Release(e, p, c.String(i))
	}
	if !ok {
		c.Push(nil)
		return
	}
	c.Push(c.alertTable(&a))
}

// alertTable is an engaged alert as scripts see it; times are Unix seconds. Since
// 2026 it has the number of its row in the store's table of engaged alerts.
func (c *Call) alertTable(a *alerts.Alert) *lua.Table {
	t := lua.NewTable(16)
	if c.Env.TreeYear >= 2026 {
		t.Set("rowid", a.Serial).Set("require_attention", false)
	}
	if a.Entity.Kind == alerts.KindHost {
		c.setHostOf(t, a)
	}
	return t.
		Set("alert_id", a.ID).
		Set("subtype", a.Subtype).
		Set("entity_id", a.Entity.Kind).
		Set("entity_val", a.Entity.Value).
		Set("score", a.Score).
		Set("severity", severityOfScore(int64(a.Score))).
		Set("name", or(a.Name, a.Entity.Value)).
		Set("tstamp", a.Since).
		Set("tstamp_end", time.Now().Unix()).
		Set("granularity", a.Periodicity.Seconds()).
		Set("json", a.JSON).
		Set("ip", a.IP).
		Set("port", a.Port)
}

// setHostOf adds what scripts want to know of the host of an engaged alert.
func (c *Call) setHostOf(t *lua.Table, a *alerts.Alert) {
	k, ok := parseHost(a.Entity.Value, 0)
	if !ok {
		return
	}
	local := 0
	if c.Env.Nets.Local(k.Addr) {
		local = 1
	}
	multicast := 0
	if k.Addr.IsMulticast() {
		multicast = 1
	}
	t.Set("vlan_id", k.VLAN).
		Set("is_attacker", a.Attacker).
		Set("is_victim", a.Victim).
		Set("is_client", 2*a.ClientScore > a.Score).
		Set("is_server", 2*a.ClientScore < a.Score).
		Set("is_local", local).
		Set("is_multicast", multicast)
}

func (c *Call) pushAlerts(match func(a *alerts.Alert) bool) {
	t := lua.NewTable(0)
	for _, a := range c.engaged().List(match) {
		t.Append(c.alertTable(&a))
	}
	c.Push(t)
}

// getAlerts lists the alerts of one entity, of one periodicity if it is given.
func getAlerts(c *Call, e alerts.Entity) {
	p := alerts.Periodicity(c.OptInteger(1, int64(alerts.None)))
	c.pushAlerts(func(a *alerts.Alert) bool {
		return a.Entity == e && (p == alerts.None || a.Periodicity == p)
	})
}

// getEngagedAlerts filters by entity, its value, alert id and severity. Alerts
// about addresses that the user may not see are left out.
func getEngagedAlerts(c *Call) {
	kind, hasKind := c.Int(1)
	value, hasValue := c.Str(2)
	id, hasID := c.Int(3)
	severity, hasSeverity := c.Int(4)
	hasKind, hasValue = hasKind && kind >= 0, hasValue && c.Kind(2) == lua.String
	c.pushAlerts(func(a *alerts.Alert) bool {
		return (!hasKind || int64(a.Entity.Kind) == kind) && (!hasValue || a.Entity.Value == value) &&
			(!hasID || id <= 0 || int64(a.ID) == id) &&
			(!hasSeverity || severity <= 0 || severityOfScore(int64(a.Score)) == severity) && c.allowsEntity(a.Entity)
	})
}

func (c *Call) allowsEntity(e alerts.Entity) bool {
	value, _, _ := strings.Cut(e.Value, "@")
	value, _, _ = strings.Cut(value, "/")
	addr, err := netip.ParseAddr(value)
	return err != nil || c.AllowsAddr(addr)
}

// checkValueKey names what a check remembers between two runs.
type checkValueKey struct {
	ifid        int
	entity      alerts.Entity
	periodicity alerts.Periodicity
	key         string
}

func getCheckValue(c *Call, e alerts.Entity) {
	p, ok := c.periodicityArg(2)
	if !ok {
		c.Push(nil)
		return
	}
	v, _ := c.Env.checkVal.Load(checkValueKey{c.IfaceID, e, p, c.String(1)})
	s, _ := v.(string)
	c.Push(s)
}

func setCheckValue(c *Call, e alerts.Entity) {
	if p, ok := c.periodicityArg(3); ok {
		c.Env.checkVal.Store(checkValueKey{c.IfaceID, e, p, c.String(1)}, c.String(2))
	}
	c.Push(nil)
}
