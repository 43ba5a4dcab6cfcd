package decode

import (
	"encoding/binary"
	"time"
	"unsafe"

	"ntopgo/engine/memory"
)

// fragWays is how many entries share a bucket of FragmentPorts.
const fragWays = 4

// fragKey identifies a fragmented datagram (RFC 791, RFC 8200).
type fragKey struct {
	src, dst [16]byte
	version  uint8
	id       uint32
	proto    uint8
	vlan     uint16
}

type fragEntry struct {
	key        fragKey
	seen       int64 // packet time, 0 when free
	src, dst   uint16
	icmp, code uint8
}

// hash is the same in every run, so that replaying a capture evicts the same
// entries.
func (k fragKey) hash() uint64 {
	const mul = 0x9e3779b97f4a7c15
	h := uint64(k.id)<<32 | uint64(k.vlan)<<8 | uint64(k.proto)
	for _, a := range [...][16]byte{k.src, k.dst} {
		h = (h ^ binary.LittleEndian.Uint64(a[:8])) * mul
		h = (h ^ h>>29 ^ binary.LittleEndian.Uint64(a[8:])) * mul
	}
	return h ^ h>>32
}

// FragmentPorts remembers the ports of first fragments, so that later ones,
// which carry none, can be counted to the same flow. It is a fixed-size,
// set-associative table: the oldest entry of a bucket is overwritten. It is not
// safe for concurrent use and never reads the clock.
type FragmentPorts struct {
	ttl     int64
	buckets [][fragWays]fragEntry
}

// NewFragmentPorts makes a memory of at least size datagrams (default 4096)
// that are forgotten ttl of packet time after their first fragment (default
// 30 s, the reassembly timeout Linux uses).
func NewFragmentPorts(size int, ttl time.Duration) *FragmentPorts {
	if size <= 0 {
		size = 4096
	}
	if ttl <= 0 {
		ttl = 30 * time.Second
	}
	n := 1
	for n*fragWays < size {
		n *= 2
	}
	f := &FragmentPorts{ttl: int64(ttl), buckets: make([][fragWays]fragEntry, n)}
	memory.Touch(unsafe.Pointer(unsafe.SliceData(f.buckets)), n*int(unsafe.Sizeof(f.buckets[0]))) // it is read before it is written
	return f
}

// Apply records a first fragment of the datagram with identification id, and completes
// a later one with the ports (or ICMP type and code) of its first. It returns false for
// a later fragment whose first is not known, true for every other packet. A completed
// packet keeps LayerNetwork: its payload starts in the middle of the datagram.
func (f *FragmentPorts) Apply(p *Packet, id uint32) bool {
	if !p.Fragment {
		return true
	}
	if p.FirstFrag && p.Layer != LayerTransport {
		return true
	}
	key := fragKey{p.Src, p.Dst, p.IPVersion, id, p.Proto, p.VLAN}
	bucket := &f.buckets[key.hash()&uint64(len(f.buckets)-1)]
	if p.FirstFrag {
		f.record(bucket, key, p)
		return true
	}
	for i := range bucket {
		e := &bucket[i]
		if e.seen == 0 || e.key != key || p.Time-e.seen > f.ttl || e.seen-p.Time > f.ttl {
			continue
		}
		p.SrcPort, p.DstPort, p.ICMPType, p.ICMPCode = e.src, e.dst, e.icmp, e.code
		return true
	}
	return false
}

func (f *FragmentPorts) record(bucket *[fragWays]fragEntry, key fragKey, p *Packet) {
	slot := &bucket[0]
	for i := range bucket {
		e := &bucket[i]
		if e.seen != 0 && e.key == key {
			slot = e
			break
		}
		if e.seen < slot.seen {
			slot = e
		}
	}
	*slot = fragEntry{key: key, seen: max(p.Time, 1), src: p.SrcPort, dst: p.DstPort, icmp: p.ICMPType, code: p.ICMPCode}
}
