package iface

import (
	"encoding/binary"
	"unsafe"

	"ntopgo/engine/mac"
	"ntopgo/engine/prefetch"
)

// macDelta is what an address gained since the last roll-up. Stations are
// counted per frame, as not every frame belongs to a flow. What each frame
// changes lies in one cache line.
type macDelta struct {
	data    mac.Counts
	addr    mac.Addr
	touched bool
	_       [2*prefetch.LineSize - unsafe.Sizeof(mac.Counts{}) - 7]byte
}

// macWays is the size of the memory of recent addresses, a power of two.
const macWays = 1024

// macChunk is how many deltas are allocated at once.
const macChunk = 64

// maxMACDeltas bounds the addresses that a shard keeps a delta ready for.
const maxMACDeltas = 1 << 16

// macDeltas are the deltas of one shard. Most frames are of few stations, which
// a small array finds without the map.
type macDeltas struct {
	recent  [macWays]macRecent
	deltas  []*[macChunk]macDelta
	n       int                 // deltas in use
	all     map[mac.Addr]uint32 // number of the delta
	touched []*macDelta
	seen    []*mac.Mac // stations that were seen since deriveMACs
}

// macRecent says where the delta of an address is; word is the address as macWord
// has it, 0 at first.
type macRecent struct {
	word  uint64
	delta *macDelta
}

// macWord is a as a number that is not 0.
func macWord(a mac.Addr) uint64 {
	return 1<<48 | uint64(binary.LittleEndian.Uint32(a[:])) | uint64(binary.LittleEndian.Uint16(a[4:]))<<32
}

func newMACDeltas() macDeltas { return macDeltas{all: map[mac.Addr]uint32{}} }

func (m *macDeltas) delta(number uint32) *macDelta {
	return &m.deltas[number/macChunk][number%macChunk]
}

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
	w := macWord(a)
	pair := (*[2]macRecent)(m.recent[w*0x9e3779b97f4a7c15>>54&^1:])
	if r := &pair[0]; r.word == w {
		return r.delta
	}
	if r := &pair[1]; r.word == w {
		return r.delta
	}
	number, known := m.all[a]
	if !known {
		if m.n == len(m.deltas)*macChunk {
			m.deltas = append(m.deltas, new([macChunk]macDelta))
		}
		number = uint32(m.n)
		m.n++
		m.delta(number).addr = a
		m.all[a] = number
	}
	pair[0], pair[1] = macRecent{w, m.delta(number)}, pair[0]
	return pair[0].delta
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
