package iface

import (
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/iec104"
)

// said looks at a payload of a flow that is followed; first says that the
// classifier has read it too, and decided.
func (s *shard) said(f *flow.Record, p *decode.Packet, toServer, first bool) {
	if f.Industrial() {
		s.saidIEC104(f, p)
	} else if !first { // the first messages are counted with what the classifier has read
		s.saidHTTP(f, p, toServer)
	}
}

// saidIEC104 takes a segment of IEC 60870-5-104 and raises what is out of the
// ordinary.
func (s *shard) saidIEC104(f *flow.Record, p *decode.Packet) {
	set := s.i.checks.Load()
	found := s.flows.IEC104(f).Segment(p.Payload(), p.SrcPort == iec104.Port, f.FirstSeen(), p.Time, set.IEC104())
	if found == 0 {
		return
	}
	s.view(f, &s.viewed)
	s.raised = set.ExamineIEC104(found, &s.viewed, s.raised[:0])
	s.raise(f, s.flows.Links(f), s.raised)
}
