package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/host"
)

// Namespace host: the host that the script of scripts/callbacks/checks/hosts is
// run for. Anywhere else there is none, and everything is nil or false.
func init() {
	of := func(get func(c *Call, h *host.Host) any) func(c *Call) {
		return func(c *Call) {
			if c.Host == nil {
				c.Push(nil)
				return
			}
			c.Push(get(c, c.Host))
		}
	}
	is := func(test func(c *Call, h *host.Host) bool) func(c *Call) {
		return func(c *Call) { c.Push(c.Host != nil && test(c, c.Host)) }
	}
	traffic := func(get func(d *host.Data) uint64) func(c *Call) {
		return of(func(_ *Call, h *host.Host) any {
			var n uint64
			h.Update(func(d *host.Data) { n = get(d) })
			return n
		})
	}
	contacts := func(get func(n host.ContactCounts) int) func(c *Call) {
		return of(func(_ *Call, h *host.Host) any { return get(h.Contacts()) })
	}
	register("host", map[string]func(c *Call){
		"ip":           of(func(_ *Call, h *host.Host) any { return h.Addr.String() }),
		"vlan_id":      of(func(_ *Call, h *host.Host) any { return h.VLAN }),
		"mac":          of(func(_ *Call, h *host.Host) any { d := h.Snapshot(); return hostMAC(&d) }),
		"name":         of(func(c *Call, h *host.Host) any { d := h.Snapshot(); return or(c.hostName(h, &d), h.Addr.String()) }),
		"bytes":        traffic(func(d *host.Data) uint64 { return d.Traffic().Bytes() }),
		"bytes_sent":   traffic(func(d *host.Data) uint64 { return d.Traffic().Sent.Bytes }),
		"bytes_rcvd":   traffic(func(d *host.Data) uint64 { return d.Traffic().Rcvd.Bytes }),
		"is_local":     is(func(_ *Call, h *host.Host) bool { return h.Local }),
		"is_multicast": is(func(_ *Call, h *host.Host) bool { return h.Addr.IsMulticast() }),
		"is_broadcast": is(func(c *Call, h *host.Host) bool { return c.isBroadcast(h) }),
		// Without a host the original says that it is a plain one.
		"is_unicast": func(c *Call) {
			c.Push(c.Host == nil || !c.Host.Addr.IsMulticast() && !c.isBroadcast(c.Host))
		},
		"is_blacklisted": is(func(c *Call, h *host.Host) bool { return c.isBlacklisted(h.Addr) }),
		"is_rx_only":     is(func(_ *Call, h *host.Host) bool { d := h.Snapshot(); return d.RxOnly() }),
		"l7": of(func(c *Call, h *host.Host) any {
			d := h.Snapshot()
			return lua.NewTable(1).Set("ndpi", hostProtocols(c.Env.DPI, &d.L7))
		}),
		"triggerAlert":    triggerScriptAlert,
		"skipVisitedHost": skipVisitedHost,
		"isFirstCheckRun": func(c *Call) { c.Push(c.Host != nil && c.FirstRun) },
		"getUnidirectionalTCPUDPFlowsStats": of(func(_ *Call, h *host.Host) any {
			return unansweredFlows(h.Contacts())
		}),
		"getNumContactedPeersAsClientTCPUDPNoTX":    contacts(func(n host.ContactCounts) int { return n.SilentServers }),
		"getNumContactsFromPeersAsServerTCPUDPNoTX": contacts(func(n host.ContactCounts) int { return n.UnansweredPeers }),
		"getNumContactedTCPUDPServerPortsNoTX":      contacts(func(n host.ContactCounts) int { return n.SilentPorts }),
		"resetHostContacts": func(c *Call) {
			if c.Host != nil {
				c.Host.Update(func(d *host.Data) { d.Contacted().ResetSilent() })
			}
			c.Push(nil)
		},
	})
	register("host", map[string]func(c *Call){"score": of(func(c *Call, h *host.Host) any { return c.hostScore(h) })})
}

// unansweredFlows counts the flows of TCP and UDP that ended without an answer.
func unansweredFlows(n host.ContactCounts) *lua.Table {
	return lua.NewTable(2).Set("num_ingress", n.UnansweredAsServer).Set("num_egress", n.UnansweredAsClient)
}

// HostSkip is what a script said with skipVisitedHost: do not run it for this
// host again before a time (Unix seconds; forever by default).
type HostSkip struct {
	Skip  bool
	Until int64
}

// forever is the largest time of the original's 32 bits.
const forever = 1<<32 - 1

func skipVisitedHost(c *Call) {
	if c.Host != nil {
		s := HostSkip{Until: forever}
		if skip, ok := c.Bool(1); ok {
			s.Skip = skip
			if c.Kind(2) == lua.Number {
				s.Until = c.Integer(2)
			}
		}
		c.Skip = &s
	}
	c.Push(nil)
}
