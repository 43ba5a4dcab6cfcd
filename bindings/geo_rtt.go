package bindings

import (
	"cmp"
	"slices"

	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// systemRTTs are the round-trip times of autonomous systems in milliseconds, by
// number: a moving mean over the halves of handshakes that their hosts answered, in
// the order in which they came. The original moves it as it reads; here it is made
// of the flows there are, so that it does not depend on the order of threads.
func (c *Call) systemRTTs() map[uint32]int64 {
	type half struct {
		at     int64
		system uint32
		ms     int64
	}
	var halves []half
	c.eachFlow(func(f *flow.Flow) {
		if f.ServerLatency == 0 && f.ClientLatency == 0 || !c.seesFlow(f) {
			return
		}
		answered := f.FirstSeen + 2*f.ServerLatency
		note := func(h *host.Host, at, latency int64) {
			if h != nil && latency > 0 {
				halves = append(halves, half{at, h.AS, latency / 1e6})
			}
		}
		note(f.Srv, answered, f.ServerLatency)
		note(f.Cli, answered+2*f.ClientLatency, f.ClientLatency)
	})
	slices.SortFunc(halves, func(a, b half) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.system, b.system), cmp.Compare(a.ms, b.ms))
	})
	alpha := min(max(c.Env.Prefs.Int("ewma_alpha_percent"), 0), 100)
	means := map[uint32]int64{}
	for _, h := range halves {
		if mean := means[h.system]; mean != 0 {
			means[h.system] = (alpha*h.ms + (100-alpha)*mean) / 100
		} else {
			means[h.system] = h.ms
		}
	}
	return means
}
