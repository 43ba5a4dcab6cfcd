package iface

import (
	"path/filepath"
	"testing"
)

func TestScaleAndFlowsOnly(t *testing.T) {
	t.Parallel()
	file := shared(t, filepath.Join("corpus", "e2e", "pcap", "zcash.pcap"))
	plain := read(t, file, Config{Shards: 2})
	scaled := read(t, file, Config{Shards: 2}, func(i *Interface) { i.SetScale(10) })
	a, b := plain.Stats(), scaled.Stats()
	if b.Total.Packets != a.Total.Packets || b.Total.Bytes != 10*a.Total.Bytes || b.L4.TCP.Bytes() != 10*a.L4.TCP.Bytes() || b.Issues != a.Issues {
		t.Errorf("scaled: %+v, plain: %+v", b.Total, a.Total)
	}
	x, _ := plain.Flows(FlowQuery{})
	y, _ := scaled.Flows(FlowQuery{})
	if len(x) != len(y) || y[0].Bytes() != 10*x[0].Bytes() || y[0].Packets() != x[0].Packets() || y[0].Result != x[0].Result {
		t.Errorf("flow: %d bytes, plain %d", y[0].Bytes(), x[0].Bytes())
	}
	for _, h := range plain.Hosts() {
		d, e := h.Snapshot(), scaled.Host(h.Key).Snapshot()
		if e.Traffic().Bytes() != 10*d.Traffic().Bytes() || e.Traffic().Packets() != d.Traffic().Packets() {
			t.Errorf("host %s: %+v, plain %+v", h.Addr, e.Traffic(), d.Traffic())
		}
	}
	for n, want := range map[int]int{0: 1, -3: 1, 7: 7, 1 << 30: maxScale} {
		if scaled.SetScale(n); scaled.Scale() != want {
			t.Errorf("scale %d is %d", n, scaled.Scale())
		}
	}

	only := read(t, file, Config{Shards: 2}, func(i *Interface) { i.SetFlowsOnly(true) })
	s := only.Stats()
	if s.HostEntries != 0 || s.MACs != 0 || s.Flows != a.Flows || s.Total != a.Total || s.RemoteToRemote != a.RemoteToRemote || s.LocalToRemote != a.LocalToRemote {
		t.Errorf("flows only: %d hosts, %d stations, %d flows, %+v", s.HostEntries, s.MACs, s.Flows, s.Total)
	}
}
