package iface

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
)

// TestNumberFlows begins flows in the tables of three shards, two of them with few, and
// numbers them in parts: each has the number of its place.
func TestNumberFlows(t *testing.T) {
	t.Parallel()
	for parts := 1; parts <= 5; parts++ {
		for _, flows := range []int{0, 1, 4, 1000} {
			i := prepare(t, capture.NewSilent(capture.Info{}), Config{Shards: 3})
			i.nextFlow = 17
			rnd := rand.New(rand.NewPCG(1, uint64(parts)))
			begun := make([]*flow.Record, flows)
			for n := range flows {
				s := i.shards[max(0, rnd.IntN(20)-17)]
				p := decode.Packet{Time: 5e9, WireLen: 60, Layer: decode.LayerTransport, Proto: decode.ProtoUDP, SrcPort: uint16(n), DstPort: 9}
				p.SetAddrs(netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"))
				id, _ := flow.Identify(&p, i.seed)
				s.flows.Order(uint64(3 * n))
				begun[n] = s.flows.Process(&p, &id, 60)
			}
			i.numberFlows(parts)
			for n, f := range begun {
				if f.ID() != uint32(17+n) {
					t.Fatalf("%d flows in %d parts: that at %d has number %d", flows, parts, n, f.ID())
				}
			}
			if i.nextFlow != uint32(17+flows) || slices.ContainsFunc(i.shards, func(s *shard) bool { return len(s.flows.Unnumbered()) > 0 }) {
				t.Errorf("%d flows in %d parts: the next number is %d", flows, parts, i.nextFlow)
			}
		}
	}
}
