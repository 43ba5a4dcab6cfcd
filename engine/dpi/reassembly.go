package dpi

import "sync"

// maxRanges bounds the separate pieces that a buffer keeps.
const maxRanges = 8

// buffer puts the pieces of a byte stream together, in whatever order they
// come, up to a limit. The zero value is empty.
type buffer struct {
	data   []byte
	ranges [maxRanges]struct{ from, upto int } // filled parts, ascending, apart from each other
	n      int
	base   uint32 // TCP sequence number of data[0]
	on     bool   // base is set
	given  int    // bytes handed to the caller as consumed
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
	from, upto := off, off+len(b)
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

// block is the memory that a stream begins with: most handshakes need no more.
// Blocks are not kept with the working memory of a flow, as few flows at a time
// have a use for them.
type block [2048]byte

var blocks = sync.Pool{New: func() any { return new(block) }}

// grow makes b n bytes long. What it had is kept, what is new may hold anything.
func grow(b []byte, n int) []byte {
	switch {
	case n <= cap(b):
		return b[:n]
	case cap(b) == 0 && n <= len(block{}):
		return blocks.Get().(*block)[:n]
	}
	out := append(b[:len(b):len(b)], make([]byte, n-len(b))...)
	giveBack(b)
	return out
}

// giveBack takes the memory of b for the next stream; b must not be used again.
func giveBack(b []byte) {
	if cap(b) == len(block{}) {
		blocks.Put((*block)(b[:cap(b)]))
	}
}

// prefix returns the bytes without a gap from the start.
func (f *buffer) prefix() []byte {
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
	off := int(int32(seq - f.base))
	if off < 0 && f.given == 0 && f.n > 0 && -off < c.E.cfg.MaxReassembly {
		f.shift(-off) // the segments came in the wrong order
		f.base, off = seq, 0
	}
	f.put(off, c.P.Payload, c.E.cfg.MaxReassembly)
	return f.prefix()
}

// shift makes room for n bytes before the first.
func (f *buffer) shift(n int) {
	f.data = grow(f.data, len(f.data)+n)
	copy(f.data[n:], f.data)
	for i := range f.ranges[:f.n] {
		f.ranges[i].from += n
		f.ranges[i].upto += n
	}
}
