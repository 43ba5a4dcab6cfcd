package bindings

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/checks"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// Group "Checks": which native checks there are, and what they are told.
func init() {
	reload := func(c *Call) {
		c.Env.policies.iec104Types.Store(nil) // the configuration counts again
		c.Env.ReloadChecks()
		c.Push(nil)
	}
	register("ntop", map[string]func(c *Call){
		"reloadFlowChecks":           reload,
		"reloadHostChecks":           reload,
		"reloadAlertExclusions":      reload,
		"reloadServersConfiguration": reload,
		"getFlowCheckInfo":           getFlowCheckInfo,
		"getHostCheckInfo":           getHostCheckInfo,
		"getFlowRiskAlerts":          getFlowRiskAlerts,
		"getFlowAlertRisk":           getFlowAlertRisk,
		"getFlowAlertScore":          getFlowAlertScore,
	})
	// Times of checks are only taken by programs that are built to profile them.
	register("ntop", map[string]func(c *Call){"getFlowChecksStats": func(c *Call) {
		t := lua.NewTable(0)
		for _, k := range c.Env.flowChecks() {
			t.Set(k.Key, lua.NewTable(0))
		}
		c.Push(t)
	}})
}

// Keys of the store that checks are configured by.
const (
	checksKey     = "ntopng.prefs.checks.configset_v1"
	exclusionsKey = "ntopng.prefs.alert_exclusions"
	serversKey    = "ntopng.prefs.nw_config_%s_list"
)

// flowChecks are the flow checks of the tree.
func (e *Env) flowChecks() []*checks.Check { return checks.Checks(e.TreeYear, e.DPI) }

// SetChecks gives an interface its checks, as they are configured now.
func (e *Env) SetChecks(i *iface.Interface) { i.SetChecks(e.checkSet()) }

// ReloadChecks has every interface run the checks that are configured now.
func (e *Env) ReloadChecks() {
	set := e.checkSet()
	for _, i := range e.Interfaces() {
		i.SetChecks(set)
	}
}

func (e *Env) checkSet() *checks.Set {
	cfg := checks.Config{Year: e.TreeYear, Excluded: e.exclusions(), Devices: e.devices(), IEC104Learning: e.iec104Learning()}
	if types := e.policies.iec104Types.Load(); types != nil {
		cfg.IEC104Types = *types
	}
	text, ok, err := e.KV.Get(checksKey)
	if err == nil && ok {
		cfg.Flow, cfg.Host, err = parseChecks([]byte(text))
	}
	if err != nil {
		e.Log.Logf(1, "configuration of checks (%s): %v", checksKey, err)
	}
	for _, l := range []struct {
		name string
		to   *[]checks.Server
	}{{"dns", &cfg.Servers.DNS}, {"ntp", &cfg.Servers.NTP}, {"dhcp", &cfg.Servers.DHCP}, {"smtp", &cfg.Servers.SMTP},
		{"gateway", &cfg.Servers.Gateway}} {
		list, _, err := e.KV.Get(fmt.Sprintf(serversKey, l.name))
		servers, bad := checks.ParseServers(list)
		if err != nil || bad > 0 {
			e.Log.Logf(1, "list of %s servers: %d entries are no addresses (%v)", l.name, bad, err)
		}
		*l.to = servers
	}
	return checks.NewSet(cfg, e.DPI)
}

// hookSetting is what the tree's pages write for one moment of a check.
type hookSetting struct {
	Enabled bool            `json:"enabled"`
	Conf    json.RawMessage `json:"script_conf"`
}

// parseChecks reads the configuration as the tree's pages write it: the settings
// of flow and host checks by key.
func parseChecks(text []byte) (flows, hosts map[string]checks.Setting, err error) {
	var set struct {
		Config map[string]json.RawMessage `json:"config"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, nil, err
	}
	return checkSettings(set.Config["flow"], "all"), checkSettings(set.Config["host"], "min", "5mins"), nil
}

// checkSettings reads the checks of a kind; the first of hooks that is there
// counts. An empty Lua table is written as an array, which is no check.
func checkSettings(text json.RawMessage, hooks ...string) map[string]checks.Setting {
	var byKey map[string]json.RawMessage
	out := map[string]checks.Setting{}
	if json.Unmarshal(text, &byKey) != nil {
		return out
	}
	for key, raw := range byKey {
		var byHook map[string]hookSetting
		if json.Unmarshal(raw, &byHook) != nil {
			continue
		}
		for _, h := range hooks {
			if s, there := byHook[h]; there {
				out[key] = s.setting()
				break
			}
		}
	}
	return out
}

func (s *hookSetting) setting() checks.Setting {
	out := checks.Setting{Enabled: s.Enabled}
	var conf map[string]json.RawMessage
	if json.Unmarshal(s.Conf, &conf) != nil {
		return out
	}
	var items []any
	if json.Unmarshal(conf["items"], &items) == nil {
		for _, i := range items {
			out.Items = append(out.Items, fmt.Sprint(i))
		}
	}
	// The pages write numbers as text now and then.
	if n, err := strconv.ParseFloat(strings.Trim(string(conf["threshold"]), `"`), 64); err == nil {
		out.Threshold = int64(n)
	}
	for _, name := range []string{"retransmissions", "out_of_orders", "packet_loss"} {
		var limit struct {
			Enabled   bool
			Threshold json.Number
		}
		if json.Unmarshal(conf[name], &limit) != nil {
			continue
		}
		if out.Limits == nil {
			out.Limits = map[string]int64{}
		}
		if n, err := limit.Threshold.Int64(); err == nil && limit.Enabled {
			out.Limits[name] = n
		}
	}
	return out
}

// exclusion keeps some alerts from being raised about hosts.
type exclusion struct {
	prefix netip.Prefix
	vlan   uint16
	flow   [2]uint64 // alerts of flows; bit 0 stands for all
	host   [2]uint64 // alerts of hosts
}

func (x *exclusion) covers(a netip.Addr, vlan uint16, bits *[2]uint64, alert uint8) bool {
	return x.vlan == vlan && x.prefix.Contains(a) && (bits[0]&1 != 0 || bits[alert/64&1]&(1<<(alert%64)) != 0)
}

// exclusions is who asked the tree's page to be spared from alerts; nil for
// nobody.
func (e *Env) exclusions() func(a netip.Addr, vlan uint16, alert uint8) bool {
	text, _, err := e.KV.Get(exclusionsKey)
	list := parseExclusions([]byte(text))
	e.excluded.Store(&list)
	if err != nil || len(list) == 0 {
		return nil
	}
	return func(a netip.Addr, vlan uint16, alert uint8) bool {
		for i := range list {
			if list[i].covers(a, vlan, &list[i].flow, alert) {
				return true
			}
		}
		return false
	}
}

// hostExcluded says that an alert about a host must not be raised.
func (e *Env) hostExcluded(h *host.Host, alert uint8) bool {
	list := e.excluded.Load()
	if list == nil {
		return false
	}
	for i := range *list {
		if x := &(*list)[i]; x.covers(h.Addr, h.VLAN, &x.host, alert) {
			return true
		}
	}
	return false
}

// parseExclusions reads the exclusions of hosts: "address@vlan" or a network ->
// numbers of alerts.
func parseExclusions(text []byte) []exclusion {
	var bySubject map[string]struct {
		Type string          `json:"type"`
		Flow json.RawMessage `json:"flow_alerts"`
		Host json.RawMessage `json:"host_alerts"`
	}
	if json.Unmarshal(text, &bySubject) != nil {
		return nil
	}
	var out []exclusion
	for subject, what := range bySubject {
		servers, bad := checks.ParseServers(subject)
		if what.Type != "" && what.Type != "host" || bad > 0 || len(servers) != 1 {
			continue
		}
		x := exclusion{prefix: servers[0].Prefix, vlan: servers[0].VLAN}
		for _, kind := range []struct {
			ids  json.RawMessage
			bits *[2]uint64
		}{{what.Flow, &x.flow}, {what.Host, &x.host}} {
			for _, id := range jsonNumbers(kind.ids) {
				if id >= 0 && id < 128 {
					kind.bits[id/64] |= 1 << (id % 64)
				}
			}
		}
		out = append(out, x)
	}
	return out
}

// jsonNumbers are the numbers in an array, or the values of an object, which is
// how a Lua table with gaps is written.
func jsonNumbers(text json.RawMessage) []int {
	var list []int
	if json.Unmarshal(text, &list) == nil {
		return list
	}
	var m map[string]int
	if json.Unmarshal(text, &m) == nil {
		for _, n := range m {
			list = append(list, n)
		}
	}
	return list
}

func getFlowCheckInfo(c *Call) {
	key := c.String(1)
	for _, k := range c.Env.flowChecks() {
		if k.Key == key {
			c.Push(checkInfo(k.Key))
			return
		}
	}
	c.Push(nil)
}

// checkInfo says that there is a check in every edition.
func checkInfo(key string) *lua.Table {
	return lua.NewTable(2).Set("edition", "community").Set("key", key)
}

func getFlowRiskAlerts(c *Call) {
	t := lua.NewTable(64)
	for _, k := range c.Env.flowChecks() {
		if k.Risk != 0 {
			t.Set(k.Key, lua.NewTable(3).
				Set("alert_id", k.Alert).
				Set("category", k.Category).
				Set("risk_name", c.Env.DPI.Risk(k.Risk).Name))
		}
	}
	c.Push(t)
}

func getFlowAlertRisk(c *Call) {
	alert := c.Integer(1)
	for _, k := range c.Env.flowChecks() {
		if k.Risk != 0 && int64(k.Alert) == alert {
			c.Push(k.Risk)
			return
		}
	}
	c.Push(0)
}

func getHostCheckInfo(c *Call) {
	key := c.String(1)
	for _, k := range checks.HostChecks(c.Env.TreeYear) {
		if k.Key == key {
			c.Push(checkInfo(k.Key))
			return
		}
	}
	c.Push(nil)
}

func getFlowAlertScore(c *Call) {
	alert := c.Integer(1)
	for _, k := range c.Env.flowChecks() {
		if int64(k.Alert) == alert {
			c.Push(k.Score)
			return
		}
	}
	c.Push(0)
}
