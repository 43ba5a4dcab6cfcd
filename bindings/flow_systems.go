package bindings

import (
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/geo"
)

// systemBytes are the bytes of flows from or to a system, as its end sent them.
type systemBytes struct{ sent, rcvd uint64 }

// systemSums are flows summed by the systems of their ends; 0 is that of ends
// without one. Interfaces of exporters have no role here, so that no bytes are
// those of transit or peering.
type systemSums struct {
	src, dst       map[uint32]*systemBytes
	names, transit *lua.Table
}

func newSystemSums() *systemSums {
	return &systemSums{map[uint32]*systemBytes{}, map[uint32]*systemBytes{}, lua.NewTable(0), lua.NewTable(0)}
}

func (s *systemSums) add(c *Call, f *flow.Flow) {
	from, to := c.flowSystems(f)
	count := func(m map[uint32]*systemBytes, as geo.System, sent, rcvd uint64) {
		if m[as.Number] == nil {
			m[as.Number] = &systemBytes{}
		}
		m[as.Number].sent += sent
		m[as.Number].rcvd += rcvd
		if as.Number != 0 {
			s.names.Set(systemKey(as.Number), as.Name)
		}
	}
	count(s.src, from, f.ToServer.Bytes, f.ToClient.Bytes)
	count(s.dst, to, f.ToClient.Bytes, f.ToServer.Bytes)
	o := f.Origin
	if o == nil || o.PrevAS == o.NextAS {
		return
	}
	if o.PrevAS != from.Number {
		s.transit.Set(systemKey(o.PrevAS), 1)
	}
	if o.NextAS != to.Number {
		s.transit.Set(systemKey(o.NextAS), 1)
	}
}

// put adds the sums to a table, each shown by row.
func (s *systemSums) put(t *lua.Table, row func(b *systemBytes) any) {
	table := func(m map[uint32]*systemBytes) *lua.Table {
		t := lua.NewTable(len(m))
		for n, b := range m {
			t.Set(systemKey(n), row(b))
		}
		return t
	}
	t.Set("asn_names", s.names).Set("transit_asn", s.transit).Set("src_asn", table(s.src)).Set("dst_asn", table(s.dst))
}

func systemKey(number uint32) string { return strconv.FormatUint(uint64(number), 10) }

// flowSystems are the systems of a flow's ends: what a probe says of them counts
// before the database.
func (c *Call) flowSystems(f *flow.Flow) (src, dst geo.System) {
	src, dst = c.Env.Geo.AS(f.Client), c.Env.Geo.AS(f.Server)
	if o := f.Origin; o != nil {
		if o.SrcAS != 0 && o.SrcAS != src.Number {
			src = geo.System{Number: o.SrcAS}
		}
		if o.DstAS != 0 && o.DstAS != dst.Number {
			dst = geo.System{Number: o.DstAS}
		}
	}
	return src, dst
}

// getLiveASNStats sums the flows that options select by system.
func getLiveASNStats(c *Call) {
	match := newFlowFilter(c, "", options{c.Table(1)}).match
	sums := newSystemSums()
	c.eachFlow(func(f *flow.Flow) {
		if match(f) {
			sums.add(c, f)
		}
	})
	t := lua.NewTable(4)
	sums.put(t, func(b *systemBytes) any {
		return lua.NewTable(5).
			Set("bytes_sent", b.sent).
			Set("bytes_rcvd", b.rcvd).
			Set("total_bytes", b.sent+b.rcvd).
			Set("transit_bytes", 0).
			Set("peering_bytes", 0)
	})
	c.Push(t)
}
