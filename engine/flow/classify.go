package flow

import (
	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
)

// protocolDNS is nDPI's number for DNS. Its flows are counted as DNS, whatever
// the name asked for belongs to.
const protocolDNS = 5

// Protocols whose messages are followed after the classifier has decided, by
// nDPI's numbers.
const (
	ProtocolHTTP   = 7
	ProtocolIEC104 = 245
)

// follow notes whether the payloads of r are looked at one by one.
func (r *Record) follow() {
	lower := r.Lower()
	r.set(industrial, lower == ProtocolIEC104)
	r.set(followed, lower == ProtocolHTTP || lower == ProtocolIEC104)
}

// applicationOf is the protocol under which a flow is counted.
func applicationOf(r dpi.Result) uint16 {
	if r.Master == protocolDNS {
		return protocolDNS // what a name belongs to is not what was spoken
	}
	if r.App == 0 {
		return r.Master
	}
	return r.App
}

func (t *Table) classify(r *Record, p *decode.Packet, fromClient bool) {
	l := t.findings(r)
	if l.class == nil {
		l.class = t.engine.NewState()
	}
	r.tell(&t.tuple)
	done := t.engine.Feed(l.class, &t.tuple, p, fromClient)
	if !done && r.is(over) && (l.class.Result() != (dpi.Result{}) || l.class.Heard()) {
		// The connection has ended: what its dissectors still hope to read will not
		// come, and must not be waited for with buffers in hand. One that said nothing
		// holds none; its ends may try again.
		t.engine.GiveUp(l.class, &t.tuple)
		done = true
	}
	t.adopt(r, l, done)
}

// adopt takes over what the classifier says of r, for good when it is done.
func (t *Table) adopt(r *Record, l *findings, done bool) {
	m := l.class.Meta()
	if m != nil && r.once(metaSeen) || done {
		if !r.is(namesNew) {
			r.set(namesNew, true)
			t.named = push(t.named, r.number)
		}
	}
	r.Result = l.class.Result()
	r.app, r.category = applicationOf(r.Result), r.Result.Category
	if !done {
		return
	}
	r.set(classified, true)
	r.follow()
	t.engine.Release(l.class)
	l.class = nil
	if m != nil {
		t.packing = m.Pack(t.packing[:0])
		l.meta = dpi.Packed(t.packing)
		t.engine.Recycle(m)
	}
	// What came before the classifier decided is counted now.
	t.l7Begins(r)
	up, down := r.Totals()
	sum := counters.Duplex{Sent: up, Rcvd: down}
	t.sums.L7.At(r.app).Add(sum)
	t.sums.L7.Flow(r.app)
	t.sums.Categories.At(uint16(r.category)).Add(sum)
	t.sums.Categories.Flow(uint16(r.category))
}

// Metadata is what the classifier has read of r, nil when that is nothing. It is
// valid until the next call and the flow's next packet.
func (t *Table) Metadata(r *Record) *dpi.Metadata { return t.MetadataIn(r, &t.unpacked) }

// MetadataIn is Metadata with room of the caller's: it is valid until that is used again.
func (t *Table) MetadataIn(r *Record, room *dpi.Metadata) *dpi.Metadata {
	l := t.findings(r)
	switch {
	case l.class != nil:
		return l.class.Meta()
	case l.meta == "":
		return nil
	}
	l.meta.Unpack(room)
	return room
}

func (t *Table) giveUp(r *Record) {
	if r.is(classified) {
		return
	}
	l := t.findings(r)
	if l.class == nil {
		l.class = t.engine.NewState()
	}
	r.tell(&t.tuple)
	t.engine.GiveUp(l.class, &t.tuple)
	t.adopt(r, l, true)
}
