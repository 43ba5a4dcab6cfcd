package iface

import (
	"cmp"
	"net/netip"
	"slices"

	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
)

// Bounds of what reports can make an interface remember of exporters.
const (
	maxExporters     = 1 << 10
	maxExporterPorts = 1 << 10 // of one exporter
)

// Exporter is a device whose flows an interface collects.
type Exporter struct {
	ID        uint32 // the probe's number for it, or one made of the addresses
	Address   netip.Addr
	Probe     netip.Addr
	FirstSeen int64 // nanoseconds
	LastSeen  int64
	Flows     uint64
	Ports     []ExporterPort // by index
}

// ExporterPort is what passed one interface of an exporter: In came into the
// exporter, Out left it.
type ExporterPort struct {
	Index   uint32 // SNMP
	In, Out counters.Traffic
	L7      counters.L7Map // Sent is Out
}

// exporter is an Exporter while it is counted.
type exporter struct {
	Exporter
	ports map[uint32]*ExporterPort
}

// exporterID is the number of the device that n comes from, 0 for none.
func exporterID(o *flow.Origin) uint32 {
	if o.SourceID != 0 || !o.Exporter.IsValid() {
		return o.SourceID
	}
	id := flow.AddrKey(o.Exporter)
	if o.Probe.IsValid() {
		id += flow.AddrKey(o.Probe)
	}
	return id
}

// export counts a report for its exporter. i.obs.mu is held.
func (i *Interface) export(n *flow.Report, r *flow.Record, up, down counters.Traffic, fresh bool) {
	o := &n.Origin
	id := exporterID(o)
	if id == 0 {
		return
	}
	e := i.obs.exporters[id]
	if e == nil {
		if len(i.obs.exporters) >= maxExporters {
			return
		}
		if i.obs.exporters == nil {
			i.obs.exporters = map[uint32]*exporter{}
		}
		e = &exporter{Exporter: Exporter{ID: id, FirstSeen: n.Arrived}, ports: map[uint32]*ExporterPort{}}
		i.obs.exporters[id] = e
	}
	e.Address, e.Probe, e.LastSeen = o.Exporter, o.Probe, max(e.LastSeen, n.Arrived)
	if fresh {
		e.Flows++
	}
	app, _ := r.Application()
	second := uint32(n.Arrived / 1e9)
	count := func(index uint32, in, out counters.Traffic) {
		p := e.ports[index]
		if p == nil {
			if len(e.ports) >= maxExporterPorts {
				return
			}
			p = &ExporterPort{Index: index}
			e.ports[index] = p
		}
		p.In.Add(in)
		p.Out.Add(out)
		p.L7.Count(app, counters.Duplex{Sent: out, Rcvd: in}, second, 1, fresh)
	}
	count(o.In, up, down)
	if o.Out != o.In { // what comes back where it went in was counted
		count(o.Out, down, up)
	}
}

// Exporters are the devices whose flows are collected, by number.
func (i *Interface) Exporters() []Exporter {
	i.obs.mu.Lock()
	defer i.obs.mu.Unlock()
	list := make([]Exporter, 0, len(i.obs.exporters))
	for _, e := range i.obs.exporters {
		own := e.Exporter
		for _, p := range e.ports {
			port := *p
			port.L7 = p.L7.Clone()
			own.Ports = append(own.Ports, port)
		}
		slices.SortFunc(own.Ports, func(a, b ExporterPort) int { return cmp.Compare(a.Index, b.Index) })
		list = append(list, own)
	}
	slices.SortFunc(list, func(a, b Exporter) int { return cmp.Compare(a.ID, b.ID) })
	return list
}
