package bindings

import (
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/capture"
	"ntopgo/engine/collect"
	"ntopgo/engine/iface"
)

// Collection is what an interface that collects flows has beside its tables.
type Collection struct {
	// Collector understands the messages of probes; nil for interfaces that get
	// their flows another way.
	Collector *collect.Collector
	// ReloadPolicy reads again whether flows that went to a part of the interface
	// are shown on the interface too; nil where there are no parts.
	ReloadPolicy func()
	// ReloadProducers reads again which host sends which kind of system log; nil
	// on interfaces without.
	ReloadProducers func()
	// ReloadCompanions reads again which interfaces get what agents tell; nil for
	// nothing to do.
	ReloadCompanions func()
	// Parts says that flows go to interfaces of their own, by exporter or the like.
	Parts bool
	// Part is of such an interface, nil for others.
	Part *Part
	// LogEvents is how many messages of a system log came, nil on other interfaces.
	LogEvents func() (events, malformed uint64)
}

// Part is what the flows of an interface that is a part of another have in
// common.
type Part struct {
	Exporter string // address, "" when it is not by exporter
	Ingress  uint32 // interface of the exporter
	ByIfaces bool   // Ingress is known
}

// SetCollection says what belongs to an interface that collects flows.
func (e *Env) SetCollection(ifid int, c *Collection) { e.collections.Store(ifid, c) }

// collection is what belongs to the selected interface; empty when it collects
// nothing.
func (c *Context) collection() *Collection { return c.Env.collection(c.IfaceID) }

func (e *Env) collection(ifid int) *Collection {
	if v, ok := e.collections.Load(ifid); ok {
		return v.(*Collection)
	}
	return &Collection{}
}

// collector is that of the selected interface, nil without one.
func (c *Context) collector() *collect.Collector { return c.collection().Collector }

// collects says whether the selected interface gets flows, not packets.
func (c *Context) collects() bool { return c.Iface != nil && c.Iface.Collects() }

func (c *Context) isKind(kinds ...capture.Kind) bool {
	for _, k := range kinds {
		if c.Iface != nil && c.info().Kind == k {
			return true
		}
	}
	return false
}

// zmqLike says that the selected interface is one that probes send flows to.
func (c *Context) zmqLike() bool {
	return c.isKind(capture.KindZMQ) || c.isKind(capture.KindPart) && c.collector() != nil
}

// setCollectionStats adds what getStats says of an interface that collects flows.
func (c *Call) setCollectionStats(t *lua.Table, s *iface.Stats, full bool) {
	k := c.collection()
	t.Set("hasSubInterfaces", k.Parts)
	if p := k.Part; p != nil {
		t.SetStr("dynamic_interface_probe_ip", p.Exporter)
		if p.ByIfaces {
			t.Set("dynamic_interface_inifidx", p.Ingress)
		}
	}
	if full && c.Iface != nil {
		pods, containers := c.hasContainers()
		t.Set("has_seen_pods", pods).Set("has_seen_containers", containers)
	}
	col := k.Collector
	if col == nil {
		return
	}
	t.Set("isSampledTraffic", col.Sampled()).Set("isDynamic", false)
	if full {
		t.Set("has_seen_ebpf_events", col.HasAgents())
	}
	list, before := col.Probes()
	probes := lua.NewTable(len(list))
	var pps, bps, speed uint64
	update := int64(0)
	for i := range list {
		p := &list[i]
		pps, bps, speed, update = pps+p.AvgPps, bps+p.AvgBps, max(speed, p.SpeedMbit), max(update, p.RemoteTime)
		probes.Set(strconv.FormatUint(uint64(p.Source), 10), probeTable(p, before))
	}
	t.Set("remote_pps", pps).Set("remote_bps", bps).Set("remote_update", update)
	if speed > 0 {
		t.Set("speed", speed)
	}
	t.Set("probes", lua.NewTable(1).Set(c.IfaceID, probes))
	all, since := col.Stats()
	t.Set("zmqRecvStats", receivedTable(&all)).Set("zmqRecvStats_since_reset", receivedTable(&since))
}

func receivedTable(s *collect.Stats) *lua.Table {
	return lua.NewTable(6).
		Set("flows", s.Flows).
		Set("dropped_flows", s.DroppedFlows).
		Set("events", s.Events).
		Set("counters", s.Counters).
		Set("zmq_msg_rcvd", s.Messages).
		Set("zmq_msg_drops", s.LostMessages)
}

// probeTable is what a probe said of itself. before is how many flows the probes
// had exported when this program began to count.
func probeTable(p *collect.Probe, before uint64) *lua.Table {
	exporters := lua.NewTable(len(p.Exporters))
	for a, e := range p.Exporters {
		exporters.Set(a.String(), lua.NewTable(5).
			Set("time_last_used", e.LastUsed).
			Set("num_netflow_flows", e.NetFlows).
			Set("num_sflow_flows", e.SFlows).
			Set("num_drops", e.Drops).
			Set("unique_source_id", e.SourceID))
	}
	t := lua.NewTable(40).
		Set("probe.last_update", p.LastUpdate).
		Set("probe.ip", p.IP).
		Set("probe.uuid", p.UUID).
		Set("probe.uuid_num", p.UUIDNumber).
		Set("probe.public_ip", p.PublicIP).
		Set("probe.probe_version", p.Version).
		Set("probe.probe_os", p.OS).
		Set("probe.probe_license", p.License).
		Set("probe.probe_edition", p.Edition).
		Set("probe.probe_maintenance", p.Maintenance).
		Set("probe.mode", p.Mode).
		Set("probe.remote_time", p.RemoteTime).
		Set("probe.local_time", p.LocalTime).
		Set("remote.name", p.Interface).
		Set("remote.if_addr", p.InterfaceIP).
		Set("remote.ifspeed", p.SpeedMbit).
		Set("drops.export_queue_full", p.QueueFull).
		Set("drops.too_many_flows", p.TooManyFlows).
		Set("drops.elk_flow_drops", p.ElasticDrops).
		Set("drops.sflow_pkt_sample_drops", p.SFlowDrops).
		Set("drops.flow_collection_drops", p.CollectionDrops).
		Set("drops.flow_collection_udp_socket_drops", p.SocketDrops).
		Set("packets.total", p.Packets).
		Set("packets.drops", p.Drops).
		Set("flow_collection.nf_ipfix_flows", p.NetFlows).
		Set("flow_collection.collection_port", p.CollectionPort).
		Set("flow_collection.sflow_samples", p.SFlowSamples).
		Set("zmq.num_flow_exports", p.FlowsExported-min(before, p.FlowsExported)).
		Set("zmq.num_exporters", p.NumExporters).
		Set("timeout.lifetime", p.Lifetime).
		Set("timeout.collected_lifetime", p.CollectedLifetime).
		Set("timeout.idle", p.Idle).
		Set("exporters", exporters)
	for key, n := range map[string]uint64{"zmq.drops.export_queue_full": p.QueueFull, "zmq.drops.flow_collection_drops": p.CollectionDrops,
		"zmq.drops.flow_collection_udp_socket_drops": p.SocketDrops} {
		if n > 0 {
			t.Set(key, n)
		}
	}
	return t
}

// CollectorOf is the collector of an interface, nil without one.
func (e *Env) CollectorOf(ifid int) *collect.Collector { return e.collection(ifid).Collector }
