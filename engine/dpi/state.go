package dpi

import (
	"math/bits"

	"ntopgo/engine/decode"
)

// State is what the engine remembers of a flow: small, because most flows are
// decided for most of their life. The working memory hangs off it until then.
type State struct {
	res     Result
	meta    *Metadata
	w       *work
	owner   uint16 // dissector that named the flow and wants more, index + 1
	packets [2]uint8
	found   bool
	done    bool
	hostCat uint8 // category that the host name asks for
}

// Result returns what is known so far, in the served numbering.
func (s *State) Result() Result { return s.res }

// Meta returns what was read out of the flow; nil when nothing was.
func (s *State) Meta() *Metadata { return s.meta }

// Done reports whether the engine needs no more packets of the flow.
func (s *State) Done() bool { return s.done }

// work is the memory of an undecided flow.
type work struct {
	ctx      Context
	excluded bitset
	byPort   []uint16 // dissectors of the flow's ports
	ports    [8]uint16
	payloads [2]int // packets with payload, by direction
	seen     int
	extra    int
	current  int // dissector being called
	next     [2]uint32
	haveNext [2]bool
	notes    [12]note
	nnotes   int
	buf      [2]buffer
	excl     [8]uint64 // protocols whose dissector said no
	partial  uint16    // protocol that a dissector half saw
	partialM uint16
}

// note is a word of memory that belongs to one dissector.
type note struct {
	dissector int
	value     uint64
}

func (w *work) begin(e *Engine, t *Tuple) {
	w.byPort = w.ports[:0]
	l4 := transport(t.Proto)
	if l4 == 0 {
		return
	}
	for _, p := range [2]uint16{t.SrvPort, t.CliPort} {
		for _, i := range e.x.ports[l4][p] {
			if len(w.byPort) < cap(w.byPort) && !w.isByPort(i) {
				w.byPort = append(w.byPort, uint16(i))
			}
		}
	}
}

func (w *work) isByPort(i int) bool {
	for _, p := range w.byPort {
		if int(p) == i {
			return true
		}
	}
	return false
}

func (w *work) reset() {
	b := w.buf
	*w = work{}
	for i := range b {
		if cap(b[i].data) <= 4096 { // keep ordinary handshakes' memory, not the worst case's
			w.buf[i].data = b[i].data[:0]
		}
	}
}

// retransmitted reports a segment that brings nothing new and remembers the
// end of one that does.
func (w *work) retransmitted(dir int, p *decode.Packet) bool {
	end := p.Seq + uint32(p.PayloadLen)
	if p.TCPFlags&decode.SYN != 0 {
		end++
	}
	if w.haveNext[dir] && int32(end-w.next[dir]) <= 0 {
		return true
	}
	w.next[dir], w.haveNext[dir] = end, true
	return false
}

func trailing(v uint64) int { return bits.TrailingZeros64(v) }
