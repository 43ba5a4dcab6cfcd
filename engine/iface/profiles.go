package iface

import (
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/profile"
)

// chooseProfile puts a flow into the first traffic profile that selects it.
func (s *shard) chooseProfile(f *flow.Record) {
	set := s.i.profiles.Load()
	if set == nil {
		return
	}
	p := profile.Flow{VLAN: f.VLAN, Proto: f.Proto, Master: f.Result.Master, App: f.Result.App}
	p.Client, p.Server, p.CliPort, p.SrvPort = f.Ends()
	f.SetProfile(set.Match(&p))
}

// countProfile counts what a flow gained in profile number n.
func (s *shard) countProfile(n uint8, up, down *counters.Gain) {
	if p := s.i.profiles.Load().At(n); p != nil {
		p.Count(up.Traffic())
		p.Count(down.Traffic())
	}
}

// SetProfiles puts other traffic profiles into force. Those that keep their name
// keep what they have counted.
func (i *Interface) SetProfiles(set *profile.Set) {
	i.sync() // what was gained so far is counted where it was gained
	old := i.profiles.Load()
	if len(set.All()) == 0 {
		set = nil
	}
	if set == nil && old == nil {
		return
	}
	// No shard may count with the numbers of one set into the other.
	for _, s := range i.shards {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	set.Inherit(old)
	i.profiles.Store(set)
	for _, s := range i.shards {
		s.flows.All(func(f *flow.Record) {
			f.SetProfile(0)
			s.chooseProfile(f)
		})
	}
}

// Profiles are the traffic profiles in force, with what was counted up to the
// last roll-up.
func (i *Interface) Profiles() []*profile.Profile {
	i.sync()
	return i.profiles.Load().All()
}

// ProfileOf is the name of the traffic profile of a flow, "" for none.
func (i *Interface) ProfileOf(f *flow.Flow) string {
	if p := i.profiles.Load().At(f.Profile); p != nil {
		return p.Name
	}
	return ""
}
