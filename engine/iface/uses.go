package iface

import (
	"slices"

	"ntopgo/engine/behaviour"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
)

// mapShare is what part of the limit of flows bounds the maps of services and of
// periodic uses, as in ntopng.
const mapShare = 8

// noteUse keeps for the end of the second that a local client was recognised to
// use a server.
func (s *shard) noteUse(f *flow.Record, l flow.Links) {
	if l.Srv == nil || f.Result.Master|f.Result.App == 0 || !flow.Unicast(f.Client()) {
		return
	}
	u := behaviour.Use{Key: behaviour.Key{VLAN: f.VLAN, Proto: f.Proto, Master: f.Result.Master, App: f.Result.App}, ID: f.ID(), First: f.FirstSeen(),
		ClientNetwork: int(l.Cli.NetworkID), ServerNetwork: int(l.Srv.NetworkID), ClientLocal: l.Cli.Local, ServerLocal: l.Srv.Local, ServerGroup: l.Srv.Group}
	u.Client, u.Server, _, u.Port = f.Ends()
	switch f.Proto {
	case decode.ProtoTCP, decode.ProtoUDP, decode.ProtoSCTP:
	default:
		u.Port = 0
	}
	if m := s.flows.Metadata(f); m != nil {
		if u.Info = m.Info; u.Info == "" {
			u.Info = m.HostName
		}
	}
	s.uses = append(s.uses, u)
}

// takeUses takes the uses of the second that ends from the shards.
func (i *Interface) takeUses() []behaviour.Use {
	all := i.uses[:0]
	for _, s := range i.shards {
		s.mu.Lock()
		all = append(all, s.uses...)
		clear(s.uses)
		s.uses = s.uses[:0]
		s.mu.Unlock()
	}
	return all
}

// learnUses goes through all that takeUses returned, in order of time.
func (i *Interface) learnUses(all []behaviour.Use) {
	slices.SortFunc(all, func(a, b behaviour.Use) int { return a.Compare(&b) })
	for n := range all {
		i.services.Note(&all[n])
		i.periodic.Note(&all[n])
	}
	clear(all)
	i.uses = all[:0]
}

// Services is the map of the services of local hosts.
func (i *Interface) Services() *behaviour.Services { return i.services }

// Periodicities is the map of what local hosts do at regular intervals.
func (i *Interface) Periodicities() *behaviour.Periodicities { return i.periodic }
