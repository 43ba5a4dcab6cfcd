package iface

import (
	"encoding/binary"
	"math/rand/v2"
	"unsafe"

	"ntopgo/engine/counters"
	"ntopgo/engine/mac"
	"ntopgo/engine/memory"
	"ntopgo/engine/prefetch"
)

// macDelta is what an address gained since the last roll-up. Stations are
// counted per frame, as not every frame belongs to a flow: what a frame changes,
// and what finds it, lies in one cache line.
type macDelta struct {
	traffic             counters.Duplex
	firstSeen, lastSeen int64
	word                uint64 // macWord of the address, 0 when the place is free
	station             uint32 // mac.Mac.Number, 0 when it is not known
	touched             bool   // since the last roll-up
}

// macARP is what is counted of few frames, beside the delta.
type macARP struct{ requestsSent, requestsRcvd, repliesSent, repliesRcvd uint64 }

const (
	firstMACs = 1024    // places at first, a power of two
	mostMACs  = 1 << 16 // addresses that a shard keeps a place for beyond a roll-up
)

// macDeltas are the deltas of one shard: a table by open addressing, at most half
// full.
type macDeltas struct {
	places  []macDelta
	factor  uint64 // of the hash; random, so that senders do not know which addresses collide
	shift   uint
	used    int
	touched []uint32 // places
	arp     map[mac.Addr]*macARP
	seen    []*mac.Mac // stations that were seen since deriveMACs
}

const _ = uint(prefetch.LineSize - unsafe.Sizeof(macDelta{})) // it fits

// macWord is a as a number that is not 0.
func macWord(a mac.Addr) uint64 {
	return 1<<48 | uint64(binary.LittleEndian.Uint32(a[:])) | uint64(binary.LittleEndian.Uint16(a[4:]))<<32
}

// macOfWord is the address of macWord.
func macOfWord(w uint64) (a mac.Addr) {
	binary.LittleEndian.PutUint32(a[:], uint32(w))
	binary.LittleEndian.PutUint16(a[4:], uint16(w>>32))
	return a
}

func newMACDeltas() macDeltas {
	m := macDeltas{factor: rand.Uint64() | 1, arp: map[mac.Addr]*macARP{}}
	m.make(firstMACs)
	return m
}

// make begins an empty table of n places, a power of two.
func (m *macDeltas) make(n int) {
	m.places, m.used, m.shift = make([]macDelta, n), 0, 64
	memory.Touch(unsafe.Pointer(unsafe.SliceData(m.places)), n*int(unsafe.Sizeof(macDelta{})))
	for ; n > 1; n >>= 1 {
		m.shift--
	}
}

// at is the delta of a, which was seen at time t. It is valid until the next call.
func (m *macDeltas) at(a mac.Addr, t int64) *macDelta {
	n := m.find(a)
	d := &m.places[n]
	if !d.touched {
		d.touched = true
		d.firstSeen = t
		m.touched = append(m.touched, n)
	}
	d.lastSeen = max(d.lastSeen, t)
	return d
}

// messages are the ARP messages of a, whose delta must be touched.
func (m *macDeltas) messages(a mac.Addr) *macARP {
	c := m.arp[a]
	if c == nil {
		c = &macARP{}
		m.arp[a] = c
	}
	return c
}

// find is the place of a, taken when missing.
func (m *macDeltas) find(a mac.Addr) uint32 {
	w, mask := macWord(a), uint64(len(m.places)-1)
	i := w * m.factor >> m.shift
	for ; m.places[i&mask].word != w; i++ {
		if m.places[i&mask].word == 0 {
			return m.take(w, uint32(i&mask))
		}
	}
	return uint32(i & mask)
}

// take gives the address a free place, or another one in a larger table.
func (m *macDeltas) take(w uint64, free uint32) uint32 {
	if 2*m.used < len(m.places) {
		m.used++
		m.places[free].word = w
		return free
	}
	old := m.places
	m.make(2 * len(old))
	m.touched = m.touched[:0]
	for i := range old {
		if d := &old[i]; d.word != 0 {
			n := m.find(macOfWord(d.word))
			if m.places[n] = *d; d.touched {
				m.touched = append(m.touched, n)
			}
		}
	}
	return m.find(macOfWord(w))
}

// station is the entry of a in the interface's table, made when missing; a was seen
// at time t.
func (m *macDeltas) station(table *mac.Table, a mac.Addr, t int64) *mac.Mac {
	return m.places[m.find(a)].entry(table, t)
}

// entry is the station of d. Its number is good until the table drops it.
func (d *macDelta) entry(table *mac.Table, t int64) *mac.Mac {
	if station := table.At(d.station); station != nil {
		return station
	}
	station := table.Get(macOfWord(d.word), t)
	d.station = station.Number()
	return station
}

// counts are those of d.
func (m *macDeltas) counts(d *macDelta) mac.Counts {
	c := mac.Counts{FirstSeen: d.firstSeen, LastSeen: d.lastSeen, Traffic: d.traffic}
	if a := m.arp[macOfWord(d.word)]; a != nil {
		c.ARPRequestsSent, c.ARPRequestsRcvd = a.requestsSent, a.requestsRcvd
		c.ARPRepliesSent, c.ARPRepliesRcvd = a.repliesSent, a.repliesRcvd
	}
	return c
}

// passOn merges every delta since the last call into the stations, and notes these
// for deriveMACs.
func (m *macDeltas) passOn(to *mac.Table) {
	for _, n := range m.touched {
		d := &m.places[n]
		station, counts := d.entry(to, d.firstSeen), m.counts(d)
		station.Update(func(sum *mac.Data) { sum.Merge(&counts) })
		m.seen = append(m.seen, station)
		d.traffic, d.lastSeen, d.touched = counters.Duplex{}, 0, false
	}
	m.touched = m.touched[:0]
	clear(m.arp)
	if m.used > mostMACs {
		m.make(firstMACs)
	}
}
