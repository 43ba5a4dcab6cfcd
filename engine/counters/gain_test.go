package counters

import (
	"math"
	"testing"
	"unsafe"
)

func TestReportedIssuesFitOrAreRefused(t *testing.T) {
	t.Parallel()
	var g Gain
	if !g.AddIssues(60_000, 1, 2) || g.Retransmissions != 60_000 || g.OutOfOrder != 1 || g.Lost != 2 {
		t.Fatalf("%+v", g)
	}
	if was := g; g.AddIssues(6_000, 1, 1) || g != was {
		t.Errorf("more than a counter holds was added: %+v", g)
	}
	g = Gain{}
	if !g.AddIssues(math.MaxUint32, 0, 0) || g.Retransmissions != math.MaxUint16 {
		t.Errorf("a counter holds %d of a report beyond it, want what it can", g.Retransmissions)
	}
}

// TestCountersAreNarrow: each host has six of the first and each flow that speaks two
// of the second.
func TestCountersAreNarrow(t *testing.T) {
	t.Parallel()
	if l, g := unsafe.Sizeof(L7{}), unsafe.Sizeof(Gain{}); l > 56 || g > 48 {
		t.Errorf("a counter of a protocol has %d bytes and a gain %d, want 56 and 48", l, g)
	}
}
