package layout

import (
	lua "github.com/Shopify/go-lua"
)

// Reachable estimates the bytes of everything that the states hold, stopping
// once the sum passes max.
func Reachable(max int64, states ...*lua.State) int64 {
	w := walker{max: max, seen: map[any]bool{}}
	for _, l := range states {
		m := mirror(l)
		w.value(tableValue(m.global.registry))
		for _, mt := range m.global.metaTables {
			w.value(tableValue(mt))
		}
		for _, v := range m.stack[:min(m.top+lua.MinStack, len(m.stack))] {
			w.value(v)
		}
	}
	for len(w.todo) > 0 && w.sum <= max {
		v := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		w.contents(v)
	}
	return w.sum
}

type walker struct {
	sum, max int64
	seen     map[any]bool
	todo     []any
}

func (w *walker) value(v any) {
	switch v := v.(type) {
	case nil, bool:
	case int64, float64:
		w.sum += 8
	case string:
		w.sum += int64(len(v))
	default:
		if !w.seen[v] {
			w.seen[v] = true
			w.todo = append(w.todo, v)
		}
	}
}

func (w *walker) contents(v any) {
	switch typeOf(v) {
	case tableType:
		t := (*Table)(dataOf(v))
		w.sum += 80 + int64(cap(t.array))*16
		for _, x := range t.array {
			w.value(x)
		}
		if f := t.fields; f != nil {
			w.sum += int64(cap(f.entries))*40 + int64(len(f.index))*4
			for i := 0; i < len(f.entries) && w.sum <= w.max; i++ {
				w.value(f.entries[i].key)
				w.value(f.entries[i].value)
			}
		}
		w.value(tableValue(t.metaTable))
	case closureType:
		c := (*Closure)(dataOf(v))
		w.sum += 64 + int64(len(c.upValues))*40
		for _, u := range c.upValues {
			if typeOf(u.home) != locationType {
				w.value(u.home)
			}
		}
	case userDataType:
		w.sum += 64
	}
}
