package iface

import (
	"unsafe"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/memory"
	"ntopgo/engine/prefetch"
)

// batch is one reading of the source on its way through the shards. It goes
// back to the reader when the last shard is done with it.
type batch struct {
	frames  capture.Batch
	first   uint64     // where its first packet stands among those of the interface
	packets []packet   // as many as are read at once
	byShard [][]uint16 // indexes into packets, not dealt out yet
	lists   [][]uint16 // the memory of byShard
	from    *reader
	waiting int // who still needs it; guarded by the crew's mu
}

// packet is a decoded frame with what else its shard needs to know. It fills whole
// cache lines: its neighbours may belong to another core.
type packet struct {
	id     flow.Ident
	weight int32 // bytes that the packet adds to its flow
	decode.Packet
}

// packetLines is how many cache lines a packet has.
const packetLines = int(unsafe.Sizeof(packet{}) / prefetch.LineSize)

const _ = -(unsafe.Sizeof(packet{}) % prefetch.LineSize) // it has no other part of one

// flowless says that there is no IP, or not enough of it for a flow. A transport header
// that contradicts itself still names its flow.
func (p *packet) flowless() bool {
	return p.IPVersion == 0 ||
		p.Reason != decode.ReasonNone && (p.Reason != decode.ReasonMalformed || p.Layer != decode.LayerTransport)
}

// pagePackets is how many packets are as much memory as Go begins at a page; what is
// smaller may begin inside a cache line.
const pagePackets = 32<<10/(packetLines*prefetch.LineSize) + 1

func newBatch(shards, frames int, from *reader) *batch {
	b := &batch{packets: make([]packet, frames, max(frames, pagePackets)), byShard: make([][]uint16, shards), lists: make([][]uint16, shards), from: from}
	memory.Touch(unsafe.Pointer(unsafe.SliceData(b.packets)), frames*int(unsafe.Sizeof(packet{})))
	for n := range b.lists {
		b.lists[n] = make([]uint16, 0, frames)
	}
	return b
}

// done is said, under the crew's mu, by each who needed b.
func (b *batch) done() {
	if b.waiting--; b.waiting > 0 {
		return
	}
	r := b.from
	r.free = append(r.free, b)
	if n := len(b.frames.Frames); n > 0 {
		raise(&r.i.lastPacket, b.frames.Frames[n-1].Time)
	}
}

// writeAhead is how many packets before their turn their memory is asked for.
const writeAhead = 8

// askToWrite asks for the memory of packet n, which another core may have read last.
func (b *batch) askToWrite(n int) {
	if n < len(b.frames.Frames) && len(b.byShard) > 1 {
		prefetch.LinesToWrite(unsafe.Pointer(&b.packets[n]), packetLines)
	}
}
