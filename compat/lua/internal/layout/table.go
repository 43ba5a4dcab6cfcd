package layout

import (
	"math"

	"ntopgo/compat/lua/internal/number"
)

// NewTable makes a table with room for n list elements and m other fields.
func NewTable(n, m int) *Table {
	var t *Table
	if m > 0 {
		both := &struct {
			t Table
			f fields
		}{}
		both.f.entries = make([]entry, 0, m)
		t = &both.t
		t.fields = &both.f
	} else {
		t = &Table{}
	}
	if n > 0 {
		t.array = make([]any, 0, n)
	}
	return t
}

// Value is t as a Lua value.
func (t *Table) Value() any { return tableValue(t) }

// AsTable returns the table that v is, or nil.
func AsTable(v any) *Table { return asTable(v) }

// Meta returns the metatable, or nil.
func (t *Table) Meta() *Table { return t.metaTable }

// SetMeta sets or, with nil, removes the metatable.
func (t *Table) SetMeta(m *Table) { t.metaTable = m }

// Get is a raw read.
func (t *Table) Get(k any) any {
	switch n := k.(type) {
	case string:
		return t.getString(k, 0)
	case int64:
		return t.GetInt(n)
	case float64:
		if i, ok := number.FloatToInt(n); ok {
			return t.GetInt(i)
		}
	case nil:
		return nil
	}
	if t.fields == nil {
		return nil
	}
	return t.fields.at(t.fields.find(k, hashOf(k)))
}

// getString is a raw read of a string key; h is its hash, 0 when not known.
func (t *Table) getString(k any, h uint32) any {
	f := t.fields
	if f == nil || len(f.entries) == 0 {
		return nil
	}
	if h == 0 {
		h = hashString(k.(string))
	}
	if i := f.findString(k, h); i >= 0 {
		return f.entries[i].value
	}
	return nil
}

func (f *fields) at(i int) any {
	if i < 0 {
		return nil
	}
	return f.entries[i].value
}

// GetInt is a raw read of an integer key.
func (t *Table) GetInt(k int64) any {
	if uint64(k-1) < uint64(len(t.array)) {
		return t.array[k-1]
	}
	f := t.fields
	if f == nil || f.live == 0 {
		return nil
	}
	return f.at(f.findInt(k))
}

// findInt is find without a boxed key.
func (f *fields) findInt(k int64) int {
	h := hashInt(k)
	if f.index == nil {
		for i := range f.entries {
			if e := &f.entries[i]; e.hash == h && e.isInt(k) {
				return i
			}
		}
		return -1
	}
	mask := uint32(len(f.index) - 1)
	for p := h & mask; ; p = (p + 1) & mask {
		n := f.index[p]
		if n == 0 {
			return -1
		}
		if e := &f.entries[n-1]; e.hash == h && e.isInt(k) {
			return int(n - 1)
		}
	}
}

func (e *entry) isInt(k int64) bool {
	w := wordsOf(&e.key)
	return w.typ == intType && *(*int64)(w.data) == k
}

// GetStr is a raw read of a string key.
func (t *Table) GetStr(k string) any {
	if t.fields == nil {
		return nil
	}
	return t.getString(k, 0)
}

// Set is a raw write; k must be neither nil nor NaN (see ValidKey).
func (t *Table) Set(k, v any) {
	switch n := k.(type) {
	case int64:
		t.SetInt(n, v)
		return
	case float64:
		if i, ok := number.FloatToInt(n); ok {
			t.SetInt(i, v)
			return
		}
	case string:
		t.setString(k, 0, v)
		return
	}
	h := hashOf(k)
	i := -1
	if t.fields != nil {
		i = t.fields.find(k, h)
	}
	t.setField(i, k, h, v)
}

// SetStr is a raw write of a string key.
func (t *Table) SetStr(k string, v any) { t.setString(k, 0, v) }

// setString is a raw write of a string key; h is its hash, 0 when not known.
func (t *Table) setString(k any, h uint32, v any) {
	if h == 0 {
		h = hashString(k.(string))
	}
	i := -1
	if t.fields != nil {
		i = t.fields.findString(k, h)
	}
	t.setField(i, k, h, v)
}

// setField stores v in the entry at position i, or in a new one when i < 0.
func (t *Table) setField(i int, k any, h uint32, v any) {
	if t.flags != 0 {
		t.writable()
		t.flags = 0
	}
	f := t.fields
	if i >= 0 {
		e := &f.entries[i]
		switch {
		case v == nil && e.value != nil:
			f.live--
		case v != nil && e.value == nil:
			f.live++
			f.first = min(f.first, i)
		}
		e.value = v
		return
	}
	if v == nil {
		return
	}
	if f == nil {
		f = &fields{entries: make([]entry, 0, 4)}
		t.fields = f
	}
	f.add(k, h, v)
}

// SetInt is a raw write of an integer key. The list part grows only at its end
// and then takes over what follows from the hash part, so growth is linear.
func (t *Table) SetInt(k int64, v any) {
	if t.flags&shared != 0 {
		t.own()
	}
	n := int64(len(t.array))
	switch {
	case uint64(k-1) < uint64(n):
		t.array[k-1] = v
		if v == nil && k == n {
			k--
			for k > 0 && t.array[k-1] == nil {
				k--
			}
			t.array = t.array[:k]
		}
	case k == n+1 && v != nil:
		t.array = append(t.array, v)
		if t.fields != nil && t.fields.live > 0 {
			t.take(k)
			t.migrate()
		}
	default:
		h, i := hashInt(k), -1
		if t.fields != nil {
			i = t.fields.findInt(k)
		}
		if i >= 0 || v != nil {
			t.setField(i, Int(k), h, v)
		}
	}
}

// take removes and returns the field of an integer key.
func (t *Table) take(k int64) any {
	f := t.fields
	i := f.findInt(k)
	if i < 0 || f.entries[i].value == nil {
		return nil
	}
	v := f.entries[i].value
	f.entries[i].value = nil
	f.live--
	return v
}

// migrate moves what follows the list part from the hash part into it.
func (t *Table) migrate() {
	for t.fields.live > 0 {
		v := t.take(int64(len(t.array)) + 1)
		if v == nil {
			return
		}
		t.array = append(t.array, v)
	}
}

// setList stores consecutive elements of a constructor from position start on.
func (t *Table) setList(start int, vs []any) {
	if t.flags&shared != 0 {
		t.own()
	}
	for len(t.array) < start {
		t.array = append(t.array, nil)
	}
	t.array = append(t.array[:start], vs...)
	k := len(t.array)
	for k > 0 && t.array[k-1] == nil {
		k--
	}
	t.array = t.array[:k]
	// Keyed fields of the same constructor may hold positions of the list.
	if t.fields != nil && t.fields.live > 0 {
		for i := start; i < k; i++ {
			t.take(int64(i + 1))
		}
		t.migrate()
	}
}

// ValidKey says whether k can be a key, and why not.
func ValidKey(k any) (string, bool) {
	switch k := k.(type) {
	case nil:
		return "index is nil", false
	case float64:
		if math.IsNaN(k) {
			return "index is NaN", false
		}
	}
	return "", true
}

// Len is the raw length: a border.
func (t *Table) Len() int64 {
	j := int64(len(t.array))
	if j > 0 && t.array[j-1] == nil {
		i := int64(0)
		for j-i > 1 {
			m := (i + j) / 2
			if t.array[m-1] == nil {
				j = m
			} else {
				i = m
			}
		}
		return i
	}
	if t.fields == nil || t.fields.live == 0 {
		return j
	}
	i := j
	for j++; t.GetInt(j) != nil; {
		i = j
		if j > math.MaxInt64/2 {
			break
		}
		j *= 2
	}
	for j-i > 1 {
		m := i + (j-i)/2
		if t.GetInt(m) == nil {
			j = m
		} else {
			i = m
		}
	}
	return i
}

// Count is the number of fields, for sizing.
func (t *Table) Count() (list, hash int) {
	if t.fields != nil {
		hash = t.fields.live
	}
	return len(t.array), hash
}

// each calls f with the fields of the hash part.
func (t *Table) each(f func(k, v any)) {
	if t.fields == nil {
		return
	}
	for i := range t.fields.entries {
		if e := &t.fields.entries[i]; e.value != nil {
			f(e.key, e.value)
		}
	}
}

// Iterator walks a table: the list part in order, then the hash part. Fields
// may be changed or cleared meanwhile; those added are not seen.
type Iterator struct {
	t    *Table
	i    int // next position
	end  int // where the hash part ended when the walk reached it
	hash bool
	base *entry // first entry then: another one tells that entries moved
	last any
}

// Iterate starts at the first field.
func (t *Table) Iterate() *Iterator { return &Iterator{t: t} }

// Next returns the next field; ok is false at the end.
func (it *Iterator) Next() (k, v any, ok bool) {
	t := it.t
	if !it.hash {
		for it.i < len(t.array) {
			it.i++
			if v := t.array[it.i-1]; v != nil {
				return Int(int64(it.i)), v, true
			}
		}
		it.enterHash()
	}
	f := t.fields
	if f == nil || len(f.entries) == 0 {
		return nil, nil, false
	}
	if &f.entries[0] != it.base {
		it.relocate()
	}
	for end := min(it.end, len(f.entries)); it.i < end; {
		e := &f.entries[it.i]
		it.i++
		if e.value != nil {
			it.last = e.key
			return e.key, e.value, true
		}
	}
	return nil, nil, false
}

func (it *Iterator) enterHash() {
	it.hash, it.i = true, 0
	if f := it.t.fields; f != nil && len(f.entries) > 0 {
		it.base, it.end, it.i = &f.entries[0], len(f.entries), f.first
	}
}

// relocate finds the place again after entries moved: keys were added.
func (it *Iterator) relocate() {
	f := it.t.fields
	it.base = &f.entries[0]
	if it.last == nil {
		return
	}
	if i := it.t.position(it.last); i >= 0 {
		it.end += i + 1 - it.i
		it.i = i + 1
	}
}

// position is where the hash part has a key, -1 when it has not.
func (t *Table) position(k any) int {
	if t.fields == nil {
		return -1
	}
	if s, ok := k.(string); ok {
		return t.fields.findString(k, hashString(s))
	}
	return t.fields.find(k, hashOf(k))
}

// Next is Lua's next(t, k); found is false when k is no key of t.
func (t *Table) Next(k any) (nk, nv any, found bool) {
	it := Iterator{t: t}
	if k == nil {
		nk, nv, _ = it.Next()
		if it.last != nil && t.flags&shared == 0 {
			t.fields.first = it.i - 1
		}
		return nk, nv, true
	}
	if n, ok := toKeyInt(k); ok {
		// Up to the capacity: the list part shrinks when its end is cleared.
		if uint64(n-1) < uint64(cap(t.array)) && t.position(Int(n)) < 0 {
			it.i = int(n)
			nk, nv, _ = it.Next()
			return nk, nv, true
		}
		k = Int(n)
	}
	i := t.position(k)
	if i < 0 {
		return nil, nil, false
	}
	it.enterHash()
	it.i = i + 1
	nk, nv, _ = it.Next()
	return nk, nv, true
}

func toKeyInt(k any) (int64, bool) {
	switch k := k.(type) {
	case int64:
		return k, true
	case float64:
		return number.FloatToInt(k)
	}
	return 0, false
}
