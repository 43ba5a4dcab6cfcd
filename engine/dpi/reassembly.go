package dpi

import (
	"sync"

	"ntopgo/engine/memory"
)

// maxRanges bounds the separate pieces that a buffer keeps.
const maxRanges = 8

// buffer puts the pieces of a byte stream together, in whatever order they
// come, up to a limit. The zero value is empty.
type buffer struct {
	data []byte
	// held is the payload at hand where that is all there is: most streams are
	// understood from one segment, which need not be copied for that.
	held   []byte
	n      int                                   // of ranges
	base   uint32                                // TCP sequence number of data[0]
	on     bool                                  // base is set
	given  bool                                  // what came before base was consumed
	ranges [maxRanges]struct{ from, upto int32 } // filled parts, ascending, apart from each other
}

// reset makes f as good as new, and gives its memory back. Ranges behind n are nobody's.
func (f *buffer) reset() {
	giveBack(f.data)
	f.data, f.held, f.n, f.base, f.on, f.given = nil, nil, 0, 0, false, false
}

// put stores b at offset off. What lies beyond limit, or would need one range too
// many, is dropped.
func (f *buffer) put(off int, b []byte, limit int) {
	if off < 0 {
		if -off >= len(b) {
			return
		}
		b, off = b[-off:], 0
	}
	if off >= limit {
		return
	}
	if off+len(b) > limit {
		b = b[:limit-off]
	}
	from, upto := int32(off), int32(off+len(b))
	i := 0
	for i < f.n && f.ranges[i].upto < from {
		i++
	}
	j := i
	for j < f.n && f.ranges[j].from <= upto {
		from, upto = min(from, f.ranges[j].from), max(upto, f.ranges[j].upto)
		j++
	}
	if j == i {
		if f.n == maxRanges {
			return
		}
		copy(f.ranges[i+1:f.n+1], f.ranges[i:f.n])
		f.n++
	} else if j > i+1 {
		copy(f.ranges[i+1:], f.ranges[j:f.n])
		f.n -= j - i - 1
	}
	f.ranges[i].from, f.ranges[i].upto = from, upto
	if need := off + len(b); need > len(f.data) {
		f.data = grow(f.data, need)
	}
	copy(f.data[off:], b)
}

// The memory of streams comes in three sizes; most handshakes need no more than the
// first. It is not kept with the working memory of a flow, as few flows at a time
// have a use for it.
type (
	block      [2 << 10]byte
	largeBlock [6 << 10]byte
	hugeBlock  [16 << 10]byte
)

var (
	blocks      = sync.Pool{New: func() any { return memory.New[block]() }}
	largeBlocks = sync.Pool{New: func() any { return memory.New[largeBlock]() }}
	hugeBlocks  = sync.Pool{New: func() any { return memory.New[hugeBlock]() }}
)

// room is n bytes or more, which may hold anything.
func room(n int) []byte {
	switch {
	case n <= len(block{}):
		return blocks.Get().(*block)[:]
	case n <= len(largeBlock{}):
		return largeBlocks.Get().(*largeBlock)[:]
	case n <= len(hugeBlock{}):
		return hugeBlocks.Get().(*hugeBlock)[:]
	}
	return make([]byte, n)
}

// grow makes b n bytes long. What it had is kept, what is new may hold anything.
func grow(b []byte, n int) []byte {
	if n <= cap(b) {
		return b[:n] // also when there is nothing yet and nothing is wanted
	}
	out := room(n)[:n]
	copy(out, b)
	giveBack(b)
	return out
}

// giveBack takes the memory of b for the next stream; b must not be used again.
func giveBack(b []byte) {
	switch cap(b) {
	case len(block{}):
		blocks.Put((*block)(b[:cap(b)]))
	case len(largeBlock{}):
		largeBlocks.Put((*largeBlock)(b[:cap(b)]))
	case len(hugeBlock{}):
		hugeBlocks.Put((*hugeBlock)(b[:cap(b)]))
	}
}

// settle copies what is held, whose memory is the packet's.
func (f *buffer) settle(limit int) {
	if b := f.held; b != nil {
		f.held = nil
		f.put(0, b, limit)
	}
}

// consume drops n bytes from the start: nobody wants to see them again.
func (f *buffer) consume(n int) {
	if n <= 0 {
		return
	}
	f.base, f.given = f.base+uint32(n), true
	if f.held != nil {
		if f.held = f.held[n:]; len(f.held) == 0 {
			f.held = nil
		}
		return
	}
	f.data = f.data[:copy(f.data, f.data[n:])]
	k := 0
	for _, r := range f.ranges[:f.n] {
		if upto := r.upto - int32(n); upto > 0 {
			f.ranges[k].from, f.ranges[k].upto = max(r.from-int32(n), 0), upto
			k++
		}
	}
	f.n = k
}

// prefix returns the bytes without a gap from the start.
func (f *buffer) prefix() []byte {
	if f.held != nil {
		return f.held
	}
	if f.n == 0 || f.ranges[0].from != 0 {
		return nil
	}
	return f.data[:f.ranges[0].upto]
}

// Stream adds the packet's payload to the stream of its direction and returns
// the stream's bytes so far, without gap, from the first payload byte on. The
// result is bounded by Config.MaxReassembly and valid during the call.
func (c *Context) Stream() []byte {
	f := &c.w.buf[c.Dir()]
	if c.L4 != TCP {
		return c.B
	}
	seq := c.P.Seq
	if !f.on {
		f.base, f.on = seq, true
		if k := &c.S.track[c.Dir()]; k.hole() && int32(seq-k.from) > 0 {
			f.base = k.from
		}
	}
	off, limit := int(int32(seq-f.base)), c.E.cfg.MaxReassembly
	if f.held != nil {
		return f.held // another dissector has asked for this packet
	}
	if f.n == 0 && off == 0 && len(c.P.Payload()) <= limit {
		f.held, c.w.holding = c.P.Payload(), true
		return f.held
	}
	if off < 0 && !f.given && f.n > 0 && -off < limit {
		f.shift(-off) // the segments came in the wrong order
		f.base, off = seq, 0
	}
	f.put(off, c.P.Payload(), limit)
	return f.prefix()
}

// Consume says that the first n bytes of the stream are not needed again, by
// nobody: the flow has its name.
func (c *Context) Consume(n int) { c.w.buf[c.Dir()].consume(n) }

// shift makes room for n bytes before the first.
func (f *buffer) shift(n int) {
	f.data = grow(f.data, len(f.data)+n)
	copy(f.data[n:], f.data)
	for i := range f.ranges[:f.n] {
		f.ranges[i].from += int32(n)
		f.ranges[i].upto += int32(n)
	}
}
