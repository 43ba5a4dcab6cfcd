package bindings

import (
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/mac"
)

// What scripts tell of a card: the sessions of a captive portal that they
// account for.
func init() {
	register("interface", map[string]func(c *Call){"appendMacEvent": appendMacEvent})
}

// Limits of events.
const (
	maxMacEvents  = 32 // of one card; the oldest give way
	maxEventCards = 1 << 12
)

type macEvent struct {
	at   int64
	text string
}

// appendMacEvent takes a card and what happened to it. Where the original shows
// events is not public; here they are in getMacInfo.
func appendMacEvent(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	a, ok := parseMAC(c.String(1))
	if ok && c.Iface != nil && c.Iface.MAC(a) != nil && c.Admin() {
		s := c.state()
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, there := s.events[a]; there || len(s.events) < maxEventCards {
			if s.events == nil {
				s.events = map[mac.Addr][]macEvent{}
			}
			list := append(s.events[a], macEvent{time.Now().Unix(), c.String(2)})
			s.events[a] = list[max(len(list)-maxMacEvents, 0):]
		}
	}
	c.Push(nil)
}

// setMacEvents adds the events of a card, if there are any.
func (c *Call) setMacEvents(t *lua.Table, a mac.Addr) {
	s := c.state()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events[a]) == 0 {
		return
	}
	list := lua.NewTable(len(s.events[a]))
	for _, e := range s.events[a] {
		list.Append(lua.NewTable(2).Set("epoch", e.at).Set("event", e.text))
	}
	t.Set("events", list)
}
