package iface

import (
	"ntopgo/engine/mac"
)

// macDelta is what an address gained since the last roll-up. Stations are
// counted per frame, as not every frame belongs to a flow.
type macDelta struct {
	addr    mac.Addr
	touched bool
	data    mac.Counts
}

// macWays is the size of the memory of recent addresses, a power of two.
const macWays = 1024

// maxMACDeltas bounds the addresses that a shard keeps a delta ready for.
const maxMACDeltas = 1 << 16

// macDeltas are the deltas of one shard. Most frames are of few stations, which
// a small direct-mapped array finds without the map.
type macDeltas struct {
	recent  [macWays]*macDelta
	all     map[mac.Addr]*macDelta
	touched []*macDelta
	seen    []*mac.Mac // stations that were seen since deriveMACs
}

func newMACDeltas() macDeltas { return macDeltas{all: map[mac.Addr]*macDelta{}} }

// at is the delta of a, which was seen at time t.
func (m *macDeltas) at(a mac.Addr, t int64) *mac.Counts {
	d := m.find(a)
	if !d.touched {
		d.touched = true
		d.data.FirstSeen = t
		m.touched = append(m.touched, d)
	}
	d.data.LastSeen = max(d.data.LastSeen, t)
	return &d.data
}

// find looks at the two places where a may have been found before, then in the
// map.
func (m *macDeltas) find(a mac.Addr) *macDelta {
	h := (uint32(a[5]) | uint32(a[4])<<8 | uint32(a[3])<<16 | uint32(a[0])<<24) * 0x9e3779b1
	pair := (*[2]*macDelta)(m.recent[h>>22&^1:])
	if d := pair[0]; d != nil && d.addr == a {
		return d
	}
	d := pair[1]
	if d == nil || d.addr != a {
		if d = m.all[a]; d == nil {
			d = &macDelta{addr: a}
			m.all[a] = d
		}
	}
	pair[0], pair[1] = d, pair[0]
	return d
}

// take merges every delta since the last call into to, and notes the stations
// for deriveMACs.
func (m *macDeltas) take(to *mac.Table) {
	for i, d := range m.touched {
		station := to.Get(d.addr, d.data.FirstSeen)
		station.Update(func(sum *mac.Data) { sum.Merge(&d.data) })
		m.seen = append(m.seen, station)
		d.data, d.touched = mac.Counts{}, false
		m.touched[i] = nil
	}
	m.touched = m.touched[:0]
	if len(m.all) > maxMACDeltas {
		seen := m.seen
		*m = newMACDeltas()
		m.seen = seen
	}
}
