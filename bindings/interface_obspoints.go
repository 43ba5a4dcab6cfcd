package bindings

import (
	"cmp"
	"slices"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// Group "Observation Points".
func init() {
	register("interface", map[string]func(c *Call){
		"getObsPointsInfo":      getObsPoints,
		"getObsPointInfo":       getObsPoint,
		"prepareDeleteObsPoint": func(c *Call) { c.changeObsPoint((*iface.Interface).MarkObsPoint) },
		"deleteObsPoint":        func(c *Call) { c.changeObsPoint((*iface.Interface).DeleteObsPoint) },
	})
}

func (c *Context) obsPoints() []iface.ObsPoint {
	if c.Iface == nil {
		return nil
	}
	return c.Iface.ObsPoints()
}

func (c *Call) obsPointTable(p *iface.ObsPoint, level int) *lua.Table {
	exporters := lua.NewTable(len(p.Exporters))
	for a := range p.Exporters {
		exporters.Set(a.String(), 1)
	}
	t := lua.NewTable(32).
		Set("obs_point", p.ID).
		Set("bytes", p.Traffic.Bytes()).
		Set("to_remove", p.Removing).
		Set("flows", p.Flows).
		Set("exporter_list", exporters)
	v := c.obsPointScore(p.ID)
	v.set(t)
	v.setShares(t)
	setDuplex(t, p.Traffic)
	if level >= levelHigh {
		t.Set("seen.first", seconds(p.FirstSeen)).
			Set("seen.last", seconds(p.LastSeen)).
			Set("duration", seconds(p.LastSeen)-seconds(p.FirstSeen)+1).
			Set("num_hosts", len(p.Hosts)).
			Set("bytes.ndpi.unknown", unknownBytes(&p.L7)).
			Set("ndpi", protocols(c.Env.DPI, &p.L7))
	}
	return t
}

// obsPointScore is the score of the flows that were seen at an observation point.
// The flows are read once per call.
func (c *Call) obsPointScore(id uint16) *score {
	if c.obsScores == nil {
		c.obsScores = map[uint16]*score{}
		c.eachFlow(func(f *flow.Flow) {
			if f.Alerts == nil || f.Origin == nil {
				return
			}
			s := c.obsScores[f.Origin.ObsPoint]
			if s == nil {
				s = &score{had: true}
				c.obsScores[f.Origin.ObsPoint] = s
			}
			client, server := f.Alerts.Sums()
			for kind := range client {
				s.kinds[host.AsClient][kind] += client[kind]
				s.kinds[host.AsServer][kind] += server[kind]
			}
		})
	}
	if s := c.obsScores[id]; s != nil {
		return s
	}
	return &score{}
}

// getObsPoints takes options of order and paging.
func getObsPoints(c *Call) {
	o := options{c.Table(1)}
	list := c.obsPoints()
	by := func(p *iface.ObsPoint) float64 { return float64(p.ID) }
	switch strings.TrimPrefix(o.str("sortColumn"), "column_") {
	case "since":
		by = func(p *iface.ObsPoint) float64 { return float64(p.FirstSeen) }
	case "traffic", "thpt":
		by = func(p *iface.ObsPoint) float64 { return float64(p.Traffic.Bytes()) }
	case "hosts":
		by = func(p *iface.ObsPoint) float64 { return float64(len(p.Hosts)) }
	}
	slices.SortStableFunc(list, func(a, b iface.ObsPoint) int { return cmp.Compare(by(&a), by(&b)) })
	if up, given := o.flag("a2zSortOrder"); given && !up {
		slices.Reverse(list)
	}
	skip, _ := o.num("toSkip")
	limit, limited := o.num("maxHits")
	from, to := int(min(max(skip, 0), int64(len(list)))), len(list)
	if limited && limit > 0 {
		to = int(min(int64(to), int64(from)+limit))
	}
	rows := lua.NewTable(to - from)
	for i := from; i < to; i++ {
		rows.Append(c.obsPointTable(&list[i], detail(o)))
	}
	c.Push(lua.NewTable(2).Set("numObsPoints", len(list)).Set("ObsPoints", rows))
}

// obsPointArg is the number of an observation point; ok is false for none.
func (c *Call) obsPointArg() (id uint16, ok bool) {
	n, ok := c.Int(1)
	if !ok {
		c.wrongArgument(1, "number")
	}
	return uint16(n), ok && n > 0 && n < 0xffff
}

func getObsPoint(c *Call) {
	id, ok := c.obsPointArg()
	for _, p := range c.obsPoints() {
		if ok && p.ID == id {
			c.Push(c.obsPointTable(&p, levelHigher))
			return
		}
	}
	c.Push(nil)
}

// changeObsPoint takes the number of an observation point.
func (c *Call) changeObsPoint(f func(i *iface.Interface, id uint16) bool) {
	if id, ok := c.obsPointArg(); ok && c.Iface != nil {
		f(c.Iface, id)
	}
}
