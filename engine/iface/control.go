package iface

import (
	"time"

	"ntopgo/engine/flow"
)

// maxVerdicts bounds the flows whose verdict is kept; beyond it the flows that
// are gone are forgotten first.
const maxVerdicts = 1 << 16

type flowID struct {
	key   flow.Key
	first int64 // time of its first packet
}

// Drop gives a flow the verdict that its traffic be dropped. The interface only
// listens, so nothing is kept from passing.
func (i *Interface) Drop(f *flow.Flow) {
	i.mu.Lock()
	full := len(i.dropped) >= maxVerdicts
	i.mu.Unlock()
	if full {
		i.forgetVerdicts()
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.dropped == nil {
		i.dropped = map[flowID]bool{}
	}
	if len(i.dropped) < maxVerdicts {
		i.dropped[flowID{f.Key, f.FirstSeen}] = true
	}
}

// forgetVerdicts drops the verdicts about flows that have ended.
func (i *Interface) forgetVerdicts() {
	alive := map[flowID]bool{}
	i.EachFlow(func(f *flow.Flow) { alive[flowID{f.Key, f.FirstSeen}] = true })
	i.mu.Lock()
	defer i.mu.Unlock()
	for k := range i.dropped {
		if !alive[k] {
			delete(i.dropped, k)
		}
	}
}

// Dropped says whether a flow has the verdict of Drop.
func (i *Interface) Dropped(f *flow.Flow) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.dropped[flowID{f.Key, f.FirstSeen}]
}

// idleNap is how long an idle interface waits before it looks again.
const idleNap = 20 * time.Millisecond

// SetIdle makes the interface stop reading, or go on.
func (i *Interface) SetIdle(idle bool) { i.idle.Store(idle) }

// Idle says what SetIdle said last.
func (i *Interface) Idle() bool { return i.idle.Load() }
