package collect

import (
	"fmt"
	"net/netip"
	"sync"

	"ntopgo/engine/flow"
)

// SplitMode says by what the flows of an interface go to interfaces of their own.
type SplitMode string

// Modes, by their names in the preferences.
const (
	SplitNone                 SplitMode = "none"
	SplitByExporter           SplitMode = "probe_ip"
	SplitByInterface          SplitMode = "iface_idx" // those that a flow came in and went out by
	SplitByIngress            SplitMode = "ingress_iface_idx"
	SplitByExporterAndIngress SplitMode = "probe_ip_and_ingress_iface_idx"
	SplitByVRF                SplitMode = "ingress_vrf_id"
	SplitByVLAN               SplitMode = "vlan"
)

// PartKey is what the flows of one part have in common.
type PartKey struct {
	Mode     SplitMode
	Exporter netip.Addr
	Number   uint32 // of an interface, a VRF or a VLAN
}

// maxParts bounds the parts of an interface.
const maxParts = 32

// Splitter hands flows to parts of an interface.
type Splitter struct {
	Mode SplitMode
	// Ignored are interfaces of exporters whose flows do not go to a part.
	Ignored map[uint32]bool
	// Open makes the part for a key; nil when there can be no more.
	Open func(k PartKey) func(*flow.Report) bool
	// Logf takes a line when there are too many parts.
	Logf func(format string, args ...any)

	mu    sync.Mutex
	parts map[PartKey]func(*flow.Report) bool
	full  bool
}

// Name is what an interface that is a part of another one is called.
func (k PartKey) Name(whole string) string {
	switch k.Mode {
	case SplitByExporter:
		return fmt.Sprintf("%s [Probe IP: %s]", whole, k.Exporter)
	case SplitByInterface:
		return fmt.Sprintf("%s [IfIdx: %d]", whole, k.Number)
	case SplitByIngress:
		return fmt.Sprintf("%s [InIfIdx: %d]", whole, k.Number)
	case SplitByExporterAndIngress:
		return fmt.Sprintf("%s [Probe IP: %s][InIfIdx: %d]", whole, k.Exporter, k.Number)
	case SplitByVRF:
		return fmt.Sprintf("%s [VRF Id: %d]", whole, k.Number)
	}
	return fmt.Sprintf("%s [VLAN Id: %d]", whole, k.Number)
}

// Keys are the parts that a flow goes to.
func (s *Splitter) Keys(n *flow.Report) []PartKey {
	o, k := &n.Origin, PartKey{Mode: s.Mode}
	switch s.Mode {
	case SplitByExporter:
		k.Exporter = o.Exporter
	case SplitByInterface:
		var keys []PartKey
		for _, number := range []uint32{o.In, o.Out} {
			if k.Number = number; !s.Ignored[number] && (len(keys) == 0 || keys[0] != k) {
				keys = append(keys, k)
			}
		}
		return keys
	case SplitByIngress:
		if k.Number = o.In; s.Ignored[o.In] {
			return nil
		}
	case SplitByExporterAndIngress:
		k.Exporter, k.Number = o.Exporter, o.In
	case SplitByVRF:
		k.Number = o.VRF
	case SplitByVLAN:
		k.Number = uint32(n.VLAN)
	default:
		return nil
	}
	return []PartKey{k}
}

// Split hands n to its parts; it says whether there was any.
func (s *Splitter) Split(n *flow.Report) (taken bool) {
	for _, k := range s.Keys(n) {
		if part := s.part(k); part != nil {
			own := *n
			part(&own)
			taken = true
		}
	}
	return taken
}

func (s *Splitter) part(k PartKey) func(*flow.Report) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.parts[k]; ok {
		return p
	}
	if s.parts == nil {
		s.parts = map[PartKey]func(*flow.Report) bool{}
	}
	var p func(*flow.Report) bool
	if len(s.parts) < maxParts {
		p = s.Open(k)
	}
	if p == nil {
		if !s.full {
			s.full = true
			s.Logf("too many parts of an interface: flows of %s stay on it", k.Name(""))
		}
		return nil
	}
	s.parts[k] = p
	return p
}
