package iface

// SetScale makes each byte that is read count for n, as of traffic that is a
// sample. Packets are counted as they come.
func (i *Interface) SetScale(n int) { i.scale.Store(int32(min(max(n, 1), maxScale))) }

// maxScale keeps lengths within 32 bits.
const maxScale = 1 << 14

// Scale is what SetScale said last.
func (i *Interface) Scale() int { return max(int(i.scale.Load()), 1) }

// SetFlowsOnly makes the interface keep flows and nothing of their hosts and
// stations. Flows that have begun keep theirs.
func (i *Interface) SetFlowsOnly(on bool) { i.flowsOnly.Store(on) }

// FlowsOnly is what SetFlowsOnly said last.
func (i *Interface) FlowsOnly() bool { return i.flowsOnly.Load() }

// readOrders looks once a batch what is to be made of packets.
func (r *reader) readOrders() {
	cfg := &r.i.cfg
	r.scale, r.flowsOnly = int32(r.i.Scale()), r.i.FlowsOnly()
	r.alters = r.scale > 1 || r.flowsOnly || cfg.SimulateVLANs || cfg.SimulateMACs || cfg.SimulateIPs > 0
}
