package flow

import (
	"unsafe"

	"ntopgo/engine/prefetch"
)

// What Process will need of a flow is asked for in steps, each of which reads what
// the one before has asked for. Whoever works on many packets takes the steps of
// each some packets apart, so that memory is waited for while others are counted.

// PrefetchSlot begins: it asks for the place of the flow with this hash.
func (t *Table) PrefetchSlot(hash uint32) {
	prefetch.Lines(unsafe.Pointer(&t.index.slots[hash&t.index.mask()]), 1)
}

// What of a record every packet needs, and what only those do of which the classifier has not decided.
const (
	hotLines  = 6
	coldLines = int(unsafe.Sizeof(Record{}))/prefetch.LineSize - hotLines
)

// PrefetchRecord asks for the flow itself. It is nil when there is none yet.
func (t *Table) PrefetchRecord(hash uint32) *Record {
	r := t.maybe(hash)
	if r != nil {
		prefetch.Lines(unsafe.Pointer(r), 1)
		prefetch.Lines(unsafe.Pointer(&r.second), 1)
	}
	return r
}

// PrefetchCounters asks for the counters of the direction in which a packet of r goes,
// and whether the classifier is at work. It says whether the next steps have
// something to do, and whether somebody will read the payload. events says that the
// packet will bring some.
func (t *Table) PrefetchCounters(r *Record, reverse, events bool) (undecided, read bool) {
	way := toClient
	if r.fromClient(reverse) {
		way = toServer
	}
	prefetch.Lines(unsafe.Pointer(&r.dir[way]), 2)
	if events && r.pending != 0 {
		prefetch.Lines(unsafe.Pointer(t.gains.at(r.pending)), 1)
	}
	if r.is(classified) {
		return false, r.is(followed)
	}
	prefetch.Lines(unsafe.Add(unsafe.Pointer(r), hotLines*prefetch.LineSize), coldLines)
	return true, true
}

// prefetchCounters asks for what collecting the gains of r looks at.
func (r *Record) prefetchCounters() { prefetch.Lines(unsafe.Pointer(r), hotLines) }

// PrefetchFindings asks for where the classifier's state is named.
func (t *Table) PrefetchFindings(r *Record) { prefetch.Lines(unsafe.Pointer(t.findings(r)), 1) }

// PrefetchState asks for what the classifier knows of r.
func (t *Table) PrefetchState(r *Record) { t.findings(r).class.Prefetch() }

// PrefetchWork asks for the classifier's working memory.
func (t *Table) PrefetchWork(r *Record) { t.findings(r).class.PrefetchWork() }
