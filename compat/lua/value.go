package lua

// Values cross between Go and Lua as:
//
//	nil, bool, string, float64   as they are
//	int, int64, uint64, ...      Lua numbers
//	*Table                       a table; nested values follow the same rules
//	Function                     a Go function
//
// Anything else becomes its fmt.Sprint form.

// Table is a Lua table being built in Go or copied out of Lua. The order of
// keys is the order of insertion.
type Table struct {
	arr  []any
	keys []any
	vals []any
}

// NewTable returns an empty table with room for n keyed fields.
func NewTable(n int) *Table {
	if n == 0 {
		return &Table{}
	}
	return &Table{keys: make([]any, 0, n), vals: make([]any, 0, n)}
}

// Set adds key = v; a nil v is skipped, as assigning nil in Lua is. It does not
// look for an earlier value of key: the last one wins when the table reaches Lua.
func (t *Table) Set(key, v any) *Table {
	if v == nil {
		return t
	}
	t.keys = append(t.keys, key)
	t.vals = append(t.vals, v)
	return t
}

// SetStr adds key = v unless v is empty, as the original's helpers leave a
// NULL string out.
func (t *Table) SetStr(key, v string) *Table {
	if v == "" {
		return t
	}
	return t.Set(key, v)
}

// Append adds v as the next element of the array part (1-based in Lua).
func (t *Table) Append(v any) *Table {
	t.arr = append(t.arr, v)
	return t
}

// Len is the length of the array part.
func (t *Table) Len() int { return len(t.arr) }

// At returns array element i, 1-based, or nil.
func (t *Table) At(i int) any {
	if i < 1 || i > len(t.arr) {
		return nil
	}
	return t.arr[i-1]
}

// Get returns the value of a string key, or nil.
func (t *Table) Get(key string) any {
	for i := len(t.keys) - 1; i >= 0; i-- {
		if k, ok := t.keys[i].(string); ok && k == key {
			return t.vals[i]
		}
	}
	return nil
}

// Each calls f for every array element, then every keyed field, until f says no.
func (t *Table) Each(f func(key, v any) bool) {
	for i, v := range t.arr {
		if !f(i+1, v) {
			return
		}
	}
	for i, k := range t.keys {
		if !f(k, t.vals[i]) {
			return
		}
	}
}
