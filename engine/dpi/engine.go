package dpi

import (
	"fmt"
	"sync"
	"sync/atomic"

	"ntopgo/engine/decode"
	"ntopgo/engine/memory"
)

// Config of an Engine. The zero value is usable: defaults are in brackets.
type Config struct {
	TableYear     int // which numbering is served, 2024 or 2026 [2024]
	MaxPacketsTCP int // packets with payload to look at before giving up [32]
	MaxPacketsUDP int // likewise for everything else [32]
	// MaxPackets bounds all packets looked at, with or without payload [80].
	MaxPackets int
	// MaxReassembly bounds the handshake bytes kept per flow and direction [16384].
	MaxReassembly int
	// MaxSteps bounds the work on one packet: a dissector call costs one step, and
	// one more for each 512 bytes it may read, four at most [1024].
	MaxSteps int
	// OnPanic hears of the first panic of each dissector; it may be nil.
	OnPanic func(dissector string, value any)
	// CacheSize is how many endpoints the engine remembers the application of, so
	// that a flow without a name of its own takes that of its neighbour. 0 is off
	// [0]: with several shards the answers would depend on which runs first.
	CacheSize int
	// NoGuess turns guesses by port and address off.
	NoGuess bool
	// KeepCategory leaves a flow the category that it had when it got its name,
	// whatever later packets tell, as ntopng does and nDPI does not.
	KeepCategory bool
}

// Stats counts what the engine did, for all flows.
type Stats struct {
	Panics    uint64 // dissector calls that panicked
	Exhausted uint64 // packets on which not every candidate was asked
}

// Engine names flows. It is shared by all shards; only Load and
// SetProtocolCategory change it after New. The states it hands out belong to one
// goroutine at a time.
type Engine struct {
	*core
	near *shelves
}

// core is what an engine and its workers share.
type core struct {
	cfg      Config
	base     *tables  // without the user's additions
	remap    []uint16 // 2024 id to served id; nil when they are the same
	x        *index
	hosts    *hostTable
	hostCats *hostTable
	certs    []certPattern
	addrs    *addressTable
	ports    [3]map[uint16]uint16 // default port to protocol

	live       atomic.Pointer[tables] // what is served now
	loading    sync.Mutex             // held by whoever replaces live
	categories map[uint16]uint8       // of protocols, as the user moved them; under loading

	states, works, metas, samples sync.Pool
	cache                         *endpointCache
	panics                        atomic.Uint64
	exhausted                     atomic.Uint64
	panicked                      []atomic.Bool
}

// maxEarly is how many segments behind a gap at the start of a stream are kept
// without asking the dissectors, which want to see the start first.
const maxEarly = 3

// New builds an engine.
func New(cfg Config) (*Engine, error) {
	setDefault(&cfg.TableYear, 2024)
	setDefault(&cfg.MaxPacketsTCP, 32)
	setDefault(&cfg.MaxPacketsUDP, 32)
	setDefault(&cfg.MaxPackets, 80)
	setDefault(&cfg.MaxReassembly, 16384)
	setDefault(&cfg.MaxSteps, 1024)
	e := &Engine{core: &core{cfg: cfg, categories: map[uint16]uint8{}}}
	e.near = newShelves(e.core, 0)
	rows := protocols2024[:]
	switch cfg.TableYear {
	case 2024:
	case 2026:
		rows = protocols2026[:]
		e.remap = make([]uint16, len(protocols2024))
		for i := range e.remap {
			e.remap[i] = uint16(i)
		}
		for _, m := range remap2026 {
			e.remap[m[0]] = m[1]
		}
	default:
		return nil, fmt.Errorf("dpi: no protocol table of the year %d (2024 and 2026 exist)", cfg.TableYear)
	}
	e.base = newTables(rows, e.remap)
	e.live.Store(e.base)
	if len(registered) > maxDissectors {
		return nil, fmt.Errorf("dpi: %d dissectors, at most %d", len(registered), maxDissectors)
	}
	e.x = newIndex(protocols2024[:])
	e.panicked = make([]atomic.Bool, len(e.x.all))
	var err error
	if e.hosts, err = parseHosts(hostPatterns); err != nil {
		return nil, err
	}
	if e.hostCats, err = parseHostCategories(hostCategoryPatterns); err != nil {
		return nil, err
	}
	if e.certs, err = parseCerts(certPatterns); err != nil {
		return nil, err
	}
	if e.addrs, err = builtinAddresses(); err != nil {
		return nil, err
	}
	e.ports = defaultPorts(protocols2024[:])
	e.cache = newEndpointCache(cfg.CacheSize)
	e.states.New = func() any { return memory.New[State]() }
	e.works.New = func() any { return memory.New[work]() }
	e.samples.New = e.newSample
	e.metas.New = func() any { return memory.New[Metadata]() }
	return e, nil
}

func setDefault(p *int, v int) {
	if *p == 0 {
		*p = v
	}
}

// Stats returns what was counted so far.
func (e *Engine) Stats() Stats { return Stats{Panics: e.panics.Load(), Exhausted: e.exhausted.Load()} }

// NewState returns the state of a new flow.
func (e *Engine) NewState() *State {
	s := e.near.states.get()
	*s = State{}
	return s
}

// Release takes a state back. It must not be used afterwards; its Metadata may.
func (e *Engine) Release(s *State) {
	e.drop(s)
	e.near.states.put(s)
}

// Recycle takes the Metadata of a released state back.
func (e *Engine) Recycle(m *Metadata) {
	if m != nil {
		*m = Metadata{}
		e.near.metas.put(m)
	}
}

// drop gives the working memory of an undecided flow back.
func (e *Engine) drop(s *State) {
	if s.w != nil {
		e.unlook(s.w)
		s.w.reset()
		e.near.works.put(s.w)
		s.w = nil
	}
}

// Feed looks at one packet of the flow and returns true when no more are
// needed. Once it did it costs nothing to call and does nothing.
func (e *Engine) Feed(s *State, t *Tuple, p *decode.Packet, fromClient bool) bool {
	if s.done {
		if dir := direction(fromClient); s.packets[dir] == 0 {
			s.packets[dir] = 1
			s.res.Risks &^= 1 << riskUnidirectionalTraffic
		}
		return true
	}
	l4 := transport(t.Proto)
	if s.w == nil && (len(p.Payload()) > 0 || l4 == 0 || e.Custom() != nil) {
		s.w = e.near.works.get()
		s.w.begin(e, t)
		e.force(s, t)
	}
	dir := direction(fromClient)
	if s.packets[dir] < 255 {
		s.packets[dir]++
	}
	if l4 == 0 {
		e.networkProtocol(s, t, p)
		return e.finish(s, t)
	}
	if l4 == TCP {
		s.tcpFlags(p, dir)
		s.syn.note(p)
	}
	if len(p.Payload()) == 0 {
		if l4 == TCP && p.TCPFlags&decode.SYN != 0 {
			s.track[dir].repeated(p)
		}
		if s.w != nil && !s.found {
			e.lookAtNothing(s.w)
		}
		return e.limit(s, t)
	}
	w := s.w
	w.now = p.Time
	if l4 == TCP && s.track[dir].repeated(p) {
		return e.limit(s, t)
	}
	w.payloads[dir]++
	c := &w.ctx
	c.E, c.S, c.T, c.P, c.B, c.FromClient, c.L4, c.w = e, s, t, p, p.Payload(), fromClient, l4, w
	if s.owner != 0 {
		return e.extra(s, t)
	}
	if l4 == TCP && w.payloads[dir] <= maxEarly && s.track[dir].hole() {
		w.ctx.Stream() // kept until the segment before it comes
		w.held[dir] = true
		return e.limit(s, t)
	}
	if w.held[dir] {
		w.held[dir] = false
		if b := w.ctx.Stream(); len(b) > 0 {
			w.ctx.B = b
		}
	}
	w.look(w.ctx.B)
	e.ask(s, l4)
	if s.found {
		s.firstCat = s.res.Category
		e.entropyRisk(s)
		e.unlook(w)
	} else {
		e.keep(w)
	}
	if n := w.payloads[0] + w.payloads[1]; !s.found && n <= 5 {
		content(s, p.Payload())
		w.encrypted = w.encrypted || n == 1 && l4 == TCP && s.flags[0]&s.flags[1]&decode.SYN != 0 && encrypted(p.Payload())
	}
	w.ctx.P, w.ctx.B = nil, nil
	if s.found && s.owner == 0 {
		return e.finish(s, t)
	}
	return e.limit(s, t)
}

// extra hands a packet to the dissector that has named the flow already.
func (e *Engine) extra(s *State, t *Tuple) bool {
	i := int(s.owner) - 1
	d := e.x.all[i]
	v := e.call(s.w, i)
	s.w.extra++
	most := d.Extra
	if most == 0 {
		most = 8
	}
	if v != FoundMore && v != More || int(s.w.extra) >= most {
		return e.finish(s, t)
	}
	return e.limit(s, t)
}

// ask calls the candidates of a packet until one names the flow.
func (e *Engine) ask(s *State, l4 L4) {
	w := s.w
	b := w.ctx.B[0]
	w.steps = 0
	if i := int(w.claim) - 1; i >= 0 {
		if e.try(s, i) || !w.excluded.has(i) {
			return
		}
		w.claim = 0
	}
	for _, i := range w.byPort() {
		if !w.excluded.has(int(i)) && (e.x.first[b].has(int(i)) || w.interested.has(int(i))) && e.try(s, int(i)) {
			return
		}
	}
	for k := range w.excluded {
		set := e.x.byL4[l4][k] & (e.x.first[b][k] | w.interested[k]) &^ w.excluded[k]
		for ; set != 0; set &= set - 1 {
			i := k<<6 + trailing(set)
			if !w.isByPort(i) && e.try(s, i) {
				return
			}
		}
	}
}

// try calls one dissector; true when it named the flow.
func (e *Engine) try(s *State, i int) bool {
	w, d := s.w, e.x.all[i]
	if len(w.ctx.B) < d.Min {
		return false
	}
	cost := 1 + min(len(w.ctx.B)/512, 3)
	if w.steps += int32(cost); int(w.steps) > e.cfg.MaxSteps {
		if int(w.steps)-cost <= e.cfg.MaxSteps {
			e.exhausted.Add(1)
		}
		return false
	}
	switch e.call(w, i) {
	case No:
		w.excluded.set(i)
	case More:
		w.interested.set(i)
		if d.MaxPackets > 0 && w.payloads[0]+w.payloads[1] >= d.MaxPackets {
			w.excluded.set(i)
		}
	case Found:
		return true
	case FoundMore:
		s.owner = uint16(i) + 1
		return true
	}
	return false
}

// call runs a dissector and turns a panic into a No.
func (e *Engine) call(w *work, i int) (v Verdict) {
	defer func() {
		if r := recover(); r != nil {
			e.panics.Add(1)
			if !e.panicked[i].Swap(true) && e.cfg.OnPanic != nil {
				e.cfg.OnPanic(e.x.all[i].Name, r)
			}
			v = No
		}
	}()
	w.current = uint16(i)
	return e.x.all[i].Func(&w.ctx)
}

// limit ends the search when the packet budget is used up.
func (e *Engine) limit(s *State, t *Tuple) bool {
	most := e.cfg.MaxPacketsUDP
	if t.Proto == decode.ProtoTCP {
		most = e.cfg.MaxPacketsTCP
	}
	s.seen++
	if (s.w == nil || s.w.payloads[0]+s.w.payloads[1] < most) && int(s.seen) < e.cfg.MaxPackets {
		if w := s.w; w != nil && w.holding {
			w.holding = false
			w.buf[0].settle(e.cfg.MaxReassembly)
			w.buf[1].settle(e.cfg.MaxReassembly)
		}
		return false
	}
	e.GiveUp(s, t)
	return true
}

// finish settles category and risks and gives the working memory back.
func (e *Engine) finish(s *State, t *Tuple) bool {
	e.settle(s, t)
	e.drop(s)
	s.done = true
	return true
}

// GiveUp ends the search: what is still unknown is guessed from what dissectors
// half saw, then from the port, then from the address.
func (e *Engine) GiveUp(s *State, t *Tuple) {
	if s.done {
		return
	}
	if t.Proto == decode.ProtoTCP {
		s.tcpIssues()
	}
	if w := s.w; w != nil && t.Proto == decode.ProtoTCP {
		w.probing(e, s)
		if !s.found && w.encrypted {
			s.res.Risks |= 1 << riskFullyEncrypted
		}
	}
	if !s.found {
		if s.w != nil {
			e.entropyRisk(s)
			plainText(s)
		}
		e.guess(s, t)
	}
	e.finish(s, t)
}

// direction is 0 for packets of the client, 1 for the others.
func direction(fromClient bool) int {
	if fromClient {
		return 0
	}
	return 1
}

func transport(proto uint8) L4 {
	switch proto {
	case decode.ProtoTCP:
		return TCP
	case decode.ProtoUDP:
		return UDP
	}
	return 0
}

// served translates a 2024 id to the served numbering.
func (e *Engine) served(id uint16) uint16 {
	if e.remap == nil || int(id) >= len(e.remap) {
		return id
	}
	return e.remap[id]
}
