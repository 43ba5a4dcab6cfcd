package layout

import (
	"math"

	"ntopgo/compat/lua/internal/number"
)

// maxExact bounds the integers that a float64 holds exactly. Keys within it are
// stored as float64, as the VM's own functions do; others as int64.
const maxExact = 1 << 53

// NewTable makes a table with room for n list elements and m other fields.
func NewTable(n, m int) *Table {
	t := &Table{}
	if n > 0 {
		t.array = make([]any, 0, n)
	}
	if m > 8 {
		t.hash = make(map[any]any, m)
	} else {
		t.hash = make(map[any]any)
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
	switch k := k.(type) {
	case string:
		return t.hash[k]
	case int64:
		return t.GetInt(k)
	case float64:
		if n, ok := number.FloatToInt(k); ok {
			return t.GetInt(n)
		}
	case nil:
		return nil
	}
	return t.hash[k]
}

// GetInt is a raw read of an integer key.
func (t *Table) GetInt(k int64) any {
	if uint64(k-1) < uint64(len(t.array)) {
		return t.array[k-1]
	}
	if len(t.hash) == 0 {
		return nil
	}
	return t.hash[intKey(k)]
}

// GetStr is a raw read of a string key.
func (t *Table) GetStr(k string) any { return t.hash[k] }

func intKey(k int64) any {
	if -maxExact <= k && k <= maxExact {
		return float64(k)
	}
	return k
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
	}
	t.setHash(k, v)
}

// SetStr is a raw write of a string key.
func (t *Table) SetStr(k string, v any) { t.setHash(k, v) }

func (t *Table) setHash(k, v any) {
	if t.flags != 0 {
		t.writable()
		t.flags = 0
	}
	if v == nil {
		delete(t.hash, k)
		return
	}
	if t.iterationKeys == nil {
		t.hash[k] = v
		return
	}
	n := len(t.hash)
	t.hash[k] = v
	if len(t.hash) != n {
		t.iterationKeys = nil // a new key; running iterations keep their own copy
	}
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
		if len(t.hash) > 0 {
			delete(t.hash, intKey(k))
			for {
				k++
				key := intKey(k)
				w, ok := t.hash[key]
				if !ok {
					break
				}
				t.array = append(t.array, w)
				delete(t.hash, key)
			}
		}
	default:
		t.setHash(intKey(k), v)
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
	if len(t.hash) == 0 {
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
func (t *Table) Count() (list, hash int) { return len(t.array), len(t.hash) }

// keys returns the keys of the hash part in an order that stays the same until
// a key is added. The slice is not to be written to.
func (t *Table) keys() []any {
	if t.iterationKeys == nil && len(t.hash) > 0 {
		ks := make([]any, 0, len(t.hash))
		for k := range t.hash {
			ks = append(ks, k)
		}
		t.iterationKeys = ks
	}
	return t.iterationKeys
}

// plainKey turns a stored key into the Lua value: an integral float is an integer.
func plainKey(k any) any {
	if f, ok := k.(float64); ok {
		if n, ok := number.FloatToInt(f); ok {
			return Int(n)
		}
	}
	return k
}

// Iterator walks a table: the list part in order, then the hash part. Fields
// may be changed or cleared meanwhile.
type Iterator struct {
	t    *Table
	i    int
	keys []any
	hash bool
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
		it.hash, it.i = true, 0
		it.keys = t.keys()
	}
	for it.i < len(it.keys) {
		k := it.keys[it.i]
		it.i++
		v := t.hash[k]
		if v == nil {
			v = t.Get(k) // the list part may have taken it over meanwhile
		}
		if v != nil {
			return plainKey(k), v, true
		}
	}
	return nil, nil, false
}

// Next is Lua's next(t, k) without iterator state; found is false when k is no
// key of t. The keys' positions are searched, so a loop should use Iterator.
func (t *Table) Next(k any) (nk, nv any, found bool) {
	it := Iterator{t: t}
	if k == nil {
		if len(t.array) == 0 && t.iterationKeys == nil && len(t.hash) > 16 {
			// Only the emptiness test next(t) == nil is likely; do not list all keys.
			it.keys = t.keys()
			it.hash = true
		}
		nk, nv, _ = it.Next()
		return nk, nv, true
	}
	if n, ok := toKeyInt(k); ok {
		// Up to the capacity: the list part shrinks when its end is cleared.
		if uint64(n-1) < uint64(cap(t.array)) {
			it.i = int(n)
			nk, nv, _ = it.Next()
			return nk, nv, true
		}
		k = intKey(n)
	}
	it.hash, it.keys = true, t.keys()
	for i, have := range it.keys {
		if have == k {
			it.i = i + 1
			nk, nv, _ = it.Next()
			return nk, nv, true
		}
	}
	return nil, nil, false
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
