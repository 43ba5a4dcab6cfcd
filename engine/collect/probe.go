package collect

import (
	"net/netip"
	"time"
)

// Bounds of what probes can make a collector remember.
const (
	maxProbes    = 1 << 10
	maxExporters = 1 << 12
	// probeIdle is after which time without a message a probe is forgotten, and
	// statsIdle that for what it said last of itself.
	probeIdle = 600 * time.Second
	statsIdle = 60 * time.Second
)

// Probe is what a probe said last of itself. Times are Unix seconds.
type Probe struct {
	Source     uint32
	LastUpdate int64

	Interface, InterfaceIP     string
	SpeedMbit                  uint64
	IP, PublicIP, UUID         string
	UUIDNumber                 uint64
	Version, OS, License       string
	Edition, Maintenance, Mode string
	Bytes, Packets, Drops      uint64 // of the probe's own capture
	AvgBps, AvgPps             uint64
	RemoteTime, LocalTime      int64

	Lifetime, Idle, CollectedLifetime uint64 // timeouts in seconds

	QueueFull, TooManyFlows, ElasticDrops    uint64 // flows that the probe dropped, by reason
	SFlowDrops, CollectionDrops, SocketDrops uint64
	NetFlows, SFlowSamples, CollectionPort   uint64
	FlowsExported, NumExporters              uint64
	Exporters                                map[netip.Addr]Exporter
}

// Exporter is a device that sends NetFlow, IPFIX or sFlow to a probe.
type Exporter struct {
	LastUsed         int64 // Unix seconds
	NetFlows, SFlows uint64
	Drops, SourceID  uint64
}

// Limits that the probe's timeouts are kept within, in seconds.
const (
	maxTimeout = 600
	minIdle    = 60
	// idleMargin is added to a probe's timeouts before its flows are idle.
	idleMargin = 10 * time.Second
)

// parseProbe reads the message by which a probe tells about itself. driftOK says
// that the clocks may be compared.
func parseProbe(x map[string]any, source uint32, now time.Time, compare bool) Probe {
	p := Probe{Source: source, LastUpdate: now.Unix(), Bytes: member(x, "bytes").count(), Packets: member(x, "packets").count(),
		Drops: member(x, "packet_drops").count(), Mode: member(x, "mode").text}
	o := object(x, "iface")
	p.Interface, p.InterfaceIP, p.SpeedMbit = member(o, "name").text, member(o, "ip").text, member(o, "speed").count()
	o = object(x, "probe")
	p.IP, p.PublicIP, p.UUID = member(o, "ip").text, member(o, "public_ip").text, member(o, "uuid").text
	if p.UUIDNumber = member(o, "uuid_num").count(); p.UUIDNumber == 0 {
		p.UUIDNumber = member(o, "unique_source_id").count() // its newer name
	}
	p.Version, p.OS, p.License = member(o, "version").text, member(o, "osname").text, member(o, "license").text
	p.Edition, p.Maintenance = member(o, "edition").text, member(o, "maintenance").text
	if t := member(x, "time").number(); t != 0 {
		p.LocalTime, p.RemoteTime = now.Unix(), t
		if !compare {
			p.RemoteTime = p.LocalTime
		}
	}
	o = object(x, "avg")
	p.AvgBps, p.AvgPps = member(o, "bps").count(), member(o, "pps").count()
	o = object(x, "timeout")
	p.Lifetime, p.CollectedLifetime = min(member(o, "lifetime").count(), maxTimeout), member(o, "collected_lifetime").count()
	if idle := member(o, "idle").count(); idle != 0 {
		p.Idle = max(min(2*min(idle, maxTimeout), maxTimeout), minIdle) // NetFlow comes late
	}
	o = object(x, "drops")
	p.QueueFull, p.TooManyFlows, p.ElasticDrops = member(o, "export_queue_full").count(), member(o, "too_many_flows").count(), member(o, "elk_flow_drops").count()
	p.SFlowDrops, p.CollectionDrops = member(o, "sflow_pkt_sample_drops").count(), member(o, "flow_collection_drops").count()
	p.SocketDrops = member(o, "flow_collection_udp_socket_drops").count()
	o = object(x, "flow_collection")
	p.NetFlows, p.SFlowSamples, p.CollectionPort = member(o, "nf_ipfix_flows").count(), member(o, "sflow_samples").count(), member(o, "collection_port").count()
	p.Exporters = exporters(object(o, "exporters"))
	o = object(x, "zmq")
	p.FlowsExported, p.NumExporters = member(o, "num_flow_exports").count(), member(o, "num_zmq_exporters").count()
	return p
}

func exporters(o map[string]any) map[netip.Addr]Exporter {
	out := map[netip.Addr]Exporter{}
	for key := range o {
		a, err := netip.ParseAddr(key)
		if err != nil || len(out) >= maxExporters {
			continue
		}
		e := object(o, key)
		out[a] = Exporter{LastUsed: member(e, "time_last_flow").number(), NetFlows: member(e, "num_netflow_ipfix_flows").count(),
			SFlows: member(e, "num_sflow_flows").count(), Drops: member(e, "num_drops").count(), SourceID: member(e, "unique_source_id").count()}
	}
	return out
}

// object is a member that is an object, nil when there is none.
func object(o map[string]any, key string) map[string]any {
	m, _ := o[key].(map[string]any)
	return m
}

// FlowIdle is after which time the flows of a probe are over.
func (p *Probe) FlowIdle() time.Duration {
	seconds := func(n uint64) time.Duration { return time.Duration(min(n, maxTimeout)) * time.Second }
	life := seconds(p.Lifetime)
	if c := seconds(p.CollectedLifetime); c != 0 && c < life {
		life = c
	}
	return max(life+idleMargin, seconds(p.Idle))
}
