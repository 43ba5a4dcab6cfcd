package flow

// EachUnnumbered calls fn for the flows that began since the last call and have
// not ended.
func (t *Table) EachUnnumbered(fn func(r *Record)) {
	for _, n := range t.unnamed {
		if r := t.record(n); r.is(inUse) {
			fn(r)
		}
	}
	t.unnamed = t.unnamed[:0]
}
