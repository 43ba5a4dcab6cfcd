package iface

import (
	"testing"

	"ntopgo/engine/capture"
)

// parted is a source in parts.
type parted struct {
	capture.Source
	parts []capture.Source
}

func (p *parted) Parts() []capture.Source { return p.parts }

// TestPartsOfASource reads a source by several goroutines: nothing is lost, and
// the flows and hosts are those of one reader.
func TestPartsOfASource(t *testing.T) {
	t.Parallel()
	const flows, packets = 600, 30_000
	src := &parted{Source: &made{flows: flows}}
	for range 3 {
		src.parts = append(src.parts, &made{flows: flows, packets: packets, perSecond: 5000})
	}
	i := start(t, src, 2)
	<-i.Done()
	if err := i.Err(); err != nil {
		t.Fatal(err)
	}
	one := run(t, &made{flows: flows, packets: packets, perSecond: 5000}, 2)
	got, want := i.Stats(), one.Stats()
	if got.Total.Packets != 3*packets || got.Total.Bytes != 3*want.Total.Bytes {
		t.Errorf("%+v, want three times %+v", got.Total, want.Total)
	}
	if got.Flows != flows || got.HostEntries != want.HostEntries {
		t.Errorf("%d flows and %d hosts, want %d and %d", got.Flows, got.HostEntries, flows, want.HostEntries)
	}
	var sum uint64
	for _, h := range i.Hosts() {
		d := h.Snapshot()
		sum += d.Traffic().Sent.Packets
	}
	if sum != 3*packets {
		t.Errorf("hosts sent %d packets, want %d", sum, 3*packets)
	}
}
