package bindings

import (
	"sync"

	"ntopgo/engine/counters"
	"ntopgo/engine/discover"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// ifaceState is what scripts tell about an interface and ask for later. It is
// kept with the environment, as bindings hold nothing themselves.
type ifaceState struct {
	mu      sync.Mutex
	syslog  syslogCounts
	talkers map[host.Key]counters.Duplex // traffic at the last checkpoint
	alerts  map[host.Key]uint64          // alerts that scripts counted
	moved   bool                         // whether addresses that change their card are of interest
	series  seriesFile
	events  map[mac.Addr][]macEvent // see appendMacEvent
	names   *discover.Names         // see names
}

// state is that of the selected interface.
func (c *Context) state() *ifaceState { return c.Env.ifaceState(c.IfaceID) }

func (e *Env) ifaceState(id int) *ifaceState {
	v, _ := e.told.LoadOrStore(id, &ifaceState{talkers: map[host.Key]counters.Duplex{},
		alerts: map[host.Key]uint64{}})
	return v.(*ifaceState)
}

// maxRemembered bounds what is remembered by host; then those that the
// interface has forgotten are dropped.
const maxRemembered = 1 << 16

func prune[V any](c *Context, m map[host.Key]V) {
	if len(m) < maxRemembered || c.Iface == nil {
		return
	}
	for k := range m {
		if c.Iface.Host(k) == nil {
			delete(m, k)
		}
	}
}
