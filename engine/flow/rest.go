package flow

import "sync/atomic"

// Rest is the gains that flows have left when no packet will follow. Several goroutines
// may take parts of it at the same time, while nothing else is done with the table.
type Rest struct {
	t          *Table
	head, tail uint64 // numbers of the queue, which the last may be beyond 32 bits of
	next       atomic.Uint64
}

// RestPart is room for a part of a Rest.
type RestPart [gainsPart]Pending

// Rest is what is left now. Who has taken all of it calls Drop.
func (t *Table) Rest() *Rest {
	r := &Rest{t: t, head: uint64(t.gains.head)}
	r.tail = r.head + uint64(t.gains.len())
	r.next.Store(r.head / gainsPart)
	return r
}

// Left says whether there is a part that nobody has taken.
func (r *Rest) Left() bool { return max(r.next.Load()*gainsPart, r.head) < r.tail }

// Take moves the next part into room; ok is false when there is none.
func (r *Rest) Take(room *RestPart) (part []Pending, ok bool) {
	n := r.next.Add(1) - 1 // of a row of places that lie in one chunk
	from, end := max(n*gainsPart, r.head), min((n+1)*gainsPart, r.tail)
	if from >= end {
		return nil, false
	}
	q := &r.t.gains
	at := uint32(from) % gainsPlaces
	items := q.chunks[(uint32(from)-q.first)/gainsPlaces].items[at : at+uint32(end-from)]
	return r.t.collect(items, (*[gainsPart]Pending)(room)), true
}

// Drop takes what was taken out of the table.
func (r *Rest) Drop() { r.t.gains.drop(uint32(r.tail - r.head)) }
