package flow

import (
	"sync/atomic"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
)

// Limit bounds the flows of all tables of an interface together.
type Limit struct {
	Max     int64 // 0: no limit
	n       atomic.Int64
	refused atomic.Uint64
}

// Len is the number of flows now; refused how many packets found no room for
// the flow that they would have started.
func (l *Limit) Len() (n int, refused uint64) { return int(l.n.Load()), l.refused.Load() }

func (l *Limit) take() bool {
	if n := l.n.Add(1); l.Max > 0 && n > l.Max {
		l.n.Add(-1)
		l.refused.Add(1)
		return false
	}
	return true
}

// Table is the flow table of one shard.
type Table struct {
	flows  map[Key]*Flow
	limit  *Limit
	engine *dpi.Engine
	hooks  Hooks
	dirty  []*Flow
	total  uint64
}

// Hooks tie a table to what surrounds it.
type Hooks struct {
	// New is called for a new flow before its first packet is counted.
	New func(f *Flow, p *decode.Packet)
	// Swapped is called after client and server of a flow were exchanged.
	Swapped func(f *Flow)
}

// NewTable returns an empty table; both hooks are needed.
func NewTable(limit *Limit, engine *dpi.Engine, hooks Hooks) *Table {
	return &Table{flows: map[Key]*Flow{}, limit: limit, engine: engine, hooks: hooks}
}

// Process counts p, which weighs n bytes, into its flow, made when missing, and
// shows it to the classifier. It returns nil when there is no room for a new
// flow.
func (t *Table) Process(p *decode.Packet, n int) (f *Flow, isNew bool) {
	k, _ := KeyOf(p)
	f = t.flows[k]
	if f == nil {
		if !t.limit.take() {
			return nil, false
		}
		f = New(k, p)
		t.flows[k] = f
		t.total++
		isNew = true
		f.CheckSwap(p)
		t.hooks.New(f, p)
	} else if f.SwapDue(p) {
		t.hooks.Swapped(f)
	}
	fromClient := f.FromClient(p)
	f.Count(p, fromClient, n)
	if !f.Classified && (!p.Fragment || p.FirstFrag) {
		t.classify(f, p, fromClient)
	}
	if !f.dirty {
		f.dirty = true
		t.dirty = append(t.dirty, f)
	}
	return f, isNew
}

func (t *Table) classify(f *Flow, p *decode.Packet, fromClient bool) {
	if f.class == nil {
		f.class = t.engine.NewState()
	}
	tuple := f.Tuple()
	done := t.engine.Feed(f.class, &tuple, p, fromClient)
	f.Result, f.Meta = f.class.Result(), f.class.Meta()
	if done {
		t.settle(f)
	}
}

// settle ends the classification of f.
func (t *Table) settle(f *Flow) {
	f.Classified = true
	if f.class != nil {
		t.engine.Release(f.class)
		f.class = nil
	}
}

// GiveUp lets the classifier guess for every flow that it has not decided;
// there will be no more packets.
func (t *Table) GiveUp() {
	for _, f := range t.flows {
		t.giveUp(f)
	}
}

func (t *Table) giveUp(f *Flow) {
	if f.Classified {
		return
	}
	if f.class == nil {
		f.class = t.engine.NewState()
	}
	tuple := f.Tuple()
	t.engine.GiveUp(f.class, &tuple)
	f.Result, f.Meta = f.class.Result(), f.class.Meta()
	t.settle(f)
	if !f.dirty {
		f.dirty = true
		t.dirty = append(t.dirty, f)
	}
}

// Delta is what a flow gained since the previous roll-up.
type Delta struct {
	ToServer, ToClient             counters.Traffic
	L7ToServer, L7ToClient         counters.Traffic // zero until the flow is classified
	IssuesToServer, IssuesToClient counters.TCPIssues
	ShapeToServer, ShapeToClient   counters.PacketShape
}

// RollUp calls apply with each flow that changed since the last call and what
// it gained.
func (t *Table) RollUp(apply func(f *Flow, d *Delta)) {
	var d Delta
	for i, f := range t.dirty {
		f.dirty = false
		d = Delta{}
		f.ToServer.take(f.Classified, &d.ToServer, &d.L7ToServer, &d.IssuesToServer, &d.ShapeToServer)
		f.ToClient.take(f.Classified, &d.ToClient, &d.L7ToClient, &d.IssuesToClient, &d.ShapeToClient)
		apply(f, &d)
		t.dirty[i] = nil
	}
	t.dirty = t.dirty[:0]
}

func (d *Dir) take(classified bool, traffic, l7 *counters.Traffic, issues *counters.TCPIssues, shape *counters.PacketShape) {
	r := &d.reported
	*traffic, r.traffic = d.Traffic.Sub(r.traffic), d.Traffic
	if classified {
		*l7, r.l7 = d.Traffic.Sub(r.l7), d.Traffic
	}
	*issues, r.issues = d.Issues.Sub(r.issues), d.Issues
	for i := range shape.Sizes {
		shape.Sizes[i] = d.Shape.Sizes[i] - r.shape.Sizes[i]
	}
	shape.Syn, shape.SynAck = d.Shape.Syn-r.shape.Syn, d.Shape.SynAck-r.shape.SynAck
	shape.FinAck, shape.Rst = d.Shape.FinAck-r.shape.FinAck, d.Shape.Rst-r.shape.Rst
	r.shape = d.Shape
}

// Purge takes flows out whose last packet is before limit (nanoseconds), after
// a last guess by the classifier and a last roll-up through apply, and hands
// each to ended.
func (t *Table) Purge(limit int64, apply func(f *Flow, d *Delta), ended func(f *Flow)) int {
	var gone []*Flow
	for _, f := range t.flows {
		if f.LastSeen < limit {
			t.giveUp(f)
			gone = append(gone, f)
		}
	}
	if len(gone) == 0 {
		return 0
	}
	t.RollUp(apply)
	for _, f := range gone {
		delete(t.flows, f.Key)
		t.limit.n.Add(-1)
		ended(f)
	}
	return len(gone)
}

// Each calls fn for every flow until it says no.
func (t *Table) Each(fn func(f *Flow) bool) {
	for _, f := range t.flows {
		if !fn(f) {
			return
		}
	}
}

// Len is the number of flows; total how many were ever started.
func (t *Table) Len() (n int, total uint64) { return len(t.flows), t.total }
