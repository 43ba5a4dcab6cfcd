package bindings

import (
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/alerts"
	"ntopgo/engine/iface"
)

// alertStats are the alerts of the selected interface; the system interface has
// none.
func (c *Context) alertStats() iface.AlertStats {
	if c.Iface == nil {
		return iface.AlertStats{}
	}
	return c.Iface.Alerts()
}

// interfaceScore is the sum of the scores of all hosts.
func interfaceScore(a *iface.AlertStats) *lua.Table {
	return lua.NewTable(2).Set("score_as_cli", a.ScoreAsClient).Set("score_as_srv", a.ScoreAsServer)
}

// severityGroups are the groups in which engaged alerts are counted, by the
// lowest severity of each.
var severityGroups = []struct {
	name string
	from int64
}{{"notice", 0}, {"warning", 4}, {"error", 5}, {"critical", 6}, {"emergency", 8}}

// setAlertStats adds how many alerts there are, by kind and severity.
func (c *Call) setAlertStats(t *lua.Table, a *iface.AlertStats) {
	notice, warning, failed := a.Flows[iface.AlertNotice], a.Flows[iface.AlertWarning], a.Flows[iface.AlertError]
	t.Set("num_alerted_flows", notice+warning+failed).
		Set("num_alerted_flows_notice", notice).
		Set("num_alerted_flows_warning", warning).
		Set("num_alerted_flows_error", failed)
	engaged := c.engaged().List(func(*alerts.Alert) bool { return true })
	byEntity, bySeverity := map[string]int{}, make([]int, len(severityGroups))
	for _, e := range engaged {
		byEntity[strconv.Itoa(e.Entity.Kind)]++
		s := severityOfScore(int64(e.Score))
		for g := len(severityGroups) - 1; g >= 0; g-- {
			if s >= severityGroups[g].from {
				bySeverity[g]++
				break
			}
		}
	}
	severities := lua.NewTable(len(severityGroups))
	for g, n := range bySeverity {
		severities.Set(severityGroups[g].name, n)
	}
	q := c.Env.alertQueue(c.IfaceID)
	t.Set("num_alerts_engaged", len(engaged)).
		Set("num_alerts_engaged_by_entity", tally(byEntity)).
		Set("num_alerts_engaged_by_severity", severities).
		Set("num_dropped_alerts", q.lostAlerts()-q.lostBefore.Load()).
		Set("num_flow_dropped_alerts", q.lostFlow.Load()).
		Set("num_host_dropped_alerts", q.lostHost.Load()).
		Set("num_other_dropped_alerts", q.lostOther.Load())
}

// checkedRisks are the risks of the classifier for which there is a check,
// whether it is on or not.
func (c *Call) checkedRisks() uint64 {
	if c.risksChecked == 0 {
		for _, k := range c.Env.flowChecks() {
			if k.Risk != 0 {
				c.risksChecked |= 1 << k.Risk
			}
		}
	}
	return c.risksChecked
}
