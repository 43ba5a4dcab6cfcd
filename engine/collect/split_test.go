package collect

import (
	"fmt"
	"testing"

	"ntopgo/engine/flow"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	n := &flow.Report{VLAN: 5, Origin: flow.Origin{Exporter: addr("10.0.0.1"), In: 3, Out: 4, VRF: 7}}
	for _, c := range []struct {
		mode SplitMode
		want []string
	}{
		{SplitNone, nil}, {"other", nil},
		{SplitByExporter, []string{"x [Probe IP: 10.0.0.1]"}},
		{SplitByInterface, []string{"x [IfIdx: 3]", "x [IfIdx: 4]"}},
		{SplitByIngress, []string{"x [InIfIdx: 3]"}},
		{SplitByExporterAndIngress, []string{"x [Probe IP: 10.0.0.1][InIfIdx: 3]"}},
		{SplitByVRF, []string{"x [VRF Id: 7]"}},
		{SplitByVLAN, []string{"x [VLAN Id: 5]"}},
	} {
		var opened []string
		flows := 0
		s := &Splitter{Mode: c.mode, Open: func(k PartKey) func(*flow.Report) bool {
			opened = append(opened, k.Name("x"))
			return func(*flow.Report) bool { flows++; return true }
		}, Logf: t.Logf}
		taken := s.Split(n)
		s.Split(n)
		if fmt.Sprint(opened) != fmt.Sprint(c.want) || taken != (len(c.want) > 0) || flows != 2*len(c.want) {
			t.Errorf("%s: %q, %d flows, want %q", c.mode, opened, flows, c.want)
		}
	}
	lines := 0
	s := &Splitter{Mode: SplitByIngress, Ignored: map[uint32]bool{3: true}, Logf: func(string, ...any) { lines++ },
		Open: func(PartKey) func(*flow.Report) bool { return func(*flow.Report) bool { return true } }}
	if s.Split(n) {
		t.Error("the flow of an ignored interface went to a part")
	}
	for i := range uint32(maxParts + 5) {
		n.Origin.In = 100 + i
		if taken := s.Split(n); taken != (i < maxParts) {
			t.Errorf("part %d: %t", i, taken)
		}
	}
	if lines != 1 {
		t.Errorf("%d lines", lines)
	}
}
