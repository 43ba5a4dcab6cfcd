package dpi

import (
	"math/bits"
	"unsafe"

	"ntopgo/engine/decode"
	"ntopgo/engine/prefetch"
)

// State is what the engine remembers of a flow: small, because most flows are
// decided for most of their life. The working memory hangs off it until then.
type State struct {
	res  Result
	meta *Metadata
	w    *work
	// What packets without payload tell; a flow that has none needs no more.
	track   [2]tracker
	syn     synSeen
	flags   [2]uint8 // TCP flags of each direction
	seen    uint16   // packets
	owner   uint16   // dissector that named the flow and wants more, index + 1
	entropy float32  // of the payload that decided; 0 when nobody asked
	packets [2]uint8
	found   bool
	done    bool
	ruled   bool  // a rule of the user names the flow
	listed  bool  // a list of the user gives the category
	hostCat uint8 // category that the host name asks for

	firstCat uint8 // category at the packet that gave the name
}

// Result returns what is known so far, in the served numbering.
func (s *State) Result() Result { return s.res }

// Meta returns what was read out of the flow; nil when nothing was.
func (s *State) Meta() *Metadata { return s.meta }

// Entropy is the Shannon entropy, in bits per byte, of a payload at the start of
// the flow; 0 where nothing depended on it.
func (s *State) Entropy() float32 { return s.entropy }

// Done reports whether the engine needs no more packets of the flow.
func (s *State) Done() bool { return s.done }

// Heard says whether the engine was shown a payload, and has not decided.
func (s *State) Heard() bool { return s.w != nil }

// Prefetch asks for the memory of a state that Feed will need, PrefetchWork for
// that behind it, some time later. s may be nil.
func (s *State) Prefetch() { prefetch.Lines(unsafe.Pointer(s), prefetch.LinesOf(unsafe.Sizeof(*s))) }

// PrefetchWork is described at Prefetch.
func (s *State) PrefetchWork() {
	if s != nil && s.w != nil {
		prefetch.Lines(unsafe.Pointer(s.w), prefetch.LinesOf(unsafe.Sizeof(s.w.workHead)))
	}
}

// work is the memory of an undecided flow.
type work struct {
	workHead
	notes [maxNotes]uint64 // see noters
	buf   [2]buffer        // handshake bytes, by direction
	workTail
}

// workHead is what every packet needs.
type workHead struct {
	ctx      Context
	excluded bitset // dissectors that said no
	// interested holds dissectors that want to see the next packet, whatever its
	// first byte is.
	interested bitset
	ports      [8]uint16 // nports dissectors of the flow's ports
	payloads   [2]int    // packets with payload, by direction
	now        int64     // time of the last packet
	last       []byte    // payload that the entropy is taken of
	kept       *sample   // memory of last between packets
	uncertain  float32
	extra      int32
	steps      int32   // used up on the current packet
	current    uint16  // dissector being called
	claim      uint16  // dissector whose message goes on in the next packets, index + 1
	measured   bool    // uncertain holds the entropy of last already
	encrypted  bool    // the first payload looks encrypted throughout
	srtp       bool    // the handshake keys media, with certificates of its own
	held       [2]bool // segments wait in buf for one before them
	holding    bool    // a buffer holds memory of the packet at hand
	nports     uint8
	nnotes     uint8
	noters     [maxNotes]uint16 // nnotes dissectors that keep a note
}

// maxNotes is how many dissectors can keep a word of memory for a flow.
const maxNotes = 12

// workTail is what few flows need.
type workTail struct {
	hs       []byte // handshake messages put together from records
	quic     *quicKeys
	rule     Result // what a rule of the user says
	partial  uint16 // protocol that a dissector half saw
	partialM uint16
}

func (w *work) begin(e *Engine, t *Tuple) {
	w.nports = 0
	l4 := transport(t.Proto)
	if l4 == 0 {
		return
	}
	for _, p := range [2]uint16{t.SrvPort, t.CliPort} {
		for _, i := range e.x.ports[l4][p] {
			if int(w.nports) < len(w.ports) && !w.isByPort(i) {
				w.ports[w.nports] = uint16(i)
				w.nports++
			}
		}
	}
}

// byPort are the dissectors of the flow's ports.
func (w *work) byPort() []uint16 { return w.ports[:w.nports] }

func (w *work) isByPort(i int) bool {
	for _, p := range w.byPort() {
		if int(p) == i {
			return true
		}
	}
	return false
}

func (w *work) reset() {
	giveBack(w.hs)
	w.buf[0].reset()
	w.buf[1].reset()
	w.workHead, w.workTail = workHead{}, workTail{}
}

// tracker follows the sequence numbers of one direction of a TCP connection.
type tracker struct {
	next       uint32 // behind the highest byte seen
	from, upto uint32 // one hole below next; empty when equal
	on         bool
}

// hole reports that bytes before the highest one are missing.
func (k *tracker) hole() bool { return k.from != k.upto }

// repeated reports a segment that brings nothing new and remembers what the
// others bring.
func (k *tracker) repeated(p *decode.Packet) bool {
	begin, end := p.Seq, p.Seq+uint32(p.PayloadLen)
	if p.TCPFlags&decode.SYN != 0 {
		begin, end = begin+1, end+1
	}
	switch {
	case !k.on || p.TCPFlags&decode.SYN != 0:
		*k = tracker{next: end, on: true}
		return false
	case int32(end-k.next) > 0:
		if int32(begin-k.next) > 0 && k.from == k.upto {
			k.from, k.upto = k.next, begin
		}
		k.next = end
		return false
	case k.from != k.upto && int32(begin-k.from) >= 0 && int32(end-k.upto) <= 0:
		if begin == k.from {
			k.from = end
		} else {
			k.upto = begin
		}
		return false
	}
	return true
}

func trailing(v uint64) int { return bits.TrailingZeros64(v) }

// SwapDirections exchanges what is known of the two directions: the flow's
// client turned out to be its server. From then on Feed is told the new
// directions.
func (s *State) SwapDirections() {
	s.packets[0], s.packets[1] = s.packets[1], s.packets[0]
	if m := s.meta; m != nil {
		m.SSHClient, m.SSHServer = m.SSHServer, m.SSHClient
		m.HASSHClient, m.HASSHServer = m.HASSHServer, m.HASSHClient
	}
	s.track[0], s.track[1] = s.track[1], s.track[0]
	s.flags[0], s.flags[1] = s.flags[1], s.flags[0]
	w := s.w
	if w == nil {
		return
	}
	w.payloads[0], w.payloads[1] = w.payloads[1], w.payloads[0]
	w.held[0], w.held[1] = w.held[1], w.held[0]
	w.buf[0], w.buf[1] = w.buf[1], w.buf[0]
	if s.owner != 0 {
		w.nnotes = 0 // what its dissector noted of a direction it reads again
	}
}
