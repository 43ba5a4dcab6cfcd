package lua

import (
	"math"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

func init() {
	libraries["table"] = func(*VM) *layout.Table {
		t := layout.NewTable(0, 8)
		register(t, map[string]libFunc{
			"concat": tabConcat, "insert": tabInsert, "move": tabMove, "pack": tabPack,
			"remove": tabRemove, "sort": tabSort, "unpack": tabUnpack,
		})
		return t
	}
}

// list is a table argument that the table library works on: raw when it has no
// metatable, through metamethods otherwise.
type list struct {
	l   *golua.State
	v   any
	raw *layout.Table
}

func checkList(l *golua.State, i int) list {
	v := layout.Arg(l, i)
	t := layout.AsTable(v)
	if t != nil && t.Meta() == nil {
		return list{l, v, t}
	}
	if t == nil && layout.MetaField(l, v, "__index") == nil {
		typeError(l, i, "table")
	}
	return list{l, v, nil}
}

func (t list) get(i int64) any {
	if t.raw != nil {
		return t.raw.GetInt(i)
	}
	return layout.Index(t.l, t.v, layout.Int(i))
}

func (t list) set(i int64, v any) {
	if t.raw != nil {
		t.raw.SetInt(i, v)
		return
	}
	layout.SetIndex(t.l, t.v, layout.Int(i), v)
}

func (t list) len() int64 {
	if t.raw != nil {
		return t.raw.Len()
	}
	n, ok := layout.ToInteger(layout.Length(t.l, t.v))
	if !ok {
		layout.Raise(t.l, 1, "object length is not an integer")
	}
	return n
}

func tabConcat(l *golua.State) int {
	t := checkList(l, 1)
	sep := optStr(l, 2, "")
	i := optInt(l, 3, 1)
	var j int64
	if layout.Arg(l, 4) == nil {
		j = t.len()
	} else {
		j = checkInt(l, 4)
	}
	var b []byte
	for k := i; k <= j; k++ {
		v := t.get(k)
		s, ok := layout.ToString(v)
		if !ok {
			layout.Raise(l, 1, "invalid value (%s) at index %d in table for 'concat'", layout.NamedType(l, v), k)
		}
		b = append(b, s...)
		if k < j {
			b = append(b, sep...)
		}
		if len(b) > 1<<20 {
			layout.Charge(l, len(b))
		}
		layout.Tick(l)
		if k == j { // j may be the largest integer
			break
		}
	}
	return ret(l, string(b))
}

func tabInsert(l *golua.State) int {
	t := checkList(l, 1)
	e := t.len() + 1
	switch layout.ArgCount(l) {
	case 2:
		t.set(e, layout.Arg(l, 2))
	case 3:
		pos := checkInt(l, 2)
		if uint64(pos)-1 >= uint64(e) {
			argError(l, 2, "position out of bounds")
		}
		for i := e; i > pos; i-- {
			t.set(i, t.get(i-1))
		}
		t.set(pos, layout.Arg(l, 3))
	default:
		layout.Raise(l, 1, "wrong number of arguments to 'insert'")
	}
	return 0
}

func tabRemove(l *golua.State) int {
	t := checkList(l, 1)
	n := t.len()
	pos := n
	if layout.ArgCount(l) > 1 {
		pos = checkInt(l, 2)
		if uint64(n)+1-uint64(pos) > uint64(n) && n+1 != pos && !(n == 0 && pos == 0) {
			argError(l, 1, "position out of bounds")
		}
	}
	v := t.get(pos)
	for ; pos < n; pos++ {
		t.set(pos, t.get(pos+1))
	}
	t.set(pos, nil)
	return ret(l, v)
}

func tabMove(l *golua.State) int {
	src := checkList(l, 1)
	f, e, d := checkInt(l, 2), checkInt(l, 3), checkInt(l, 4)
	dst := src
	if layout.Arg(l, 5) != nil {
		dst = checkList(l, 5)
	}
	if e >= f {
		if !(f > 0 || e < math.MaxInt64+f) {
			argError(l, 3, "too many elements to move")
		}
		if d > math.MaxInt64-(e-f) {
			argError(l, 4, "destination wrap around")
		}
		if d > e || d <= f || dst.v != src.v {
			for i := int64(0); i <= e-f; i++ {
				dst.set(d+i, src.get(f+i))
				layout.Tick(l)
			}
		} else {
			for i := e - f; i >= 0; i-- {
				dst.set(d+i, src.get(f+i))
				layout.Tick(l)
			}
		}
	}
	return ret(l, dst.v)
}

func tabPack(l *golua.State) int {
	args := layout.Args(l)
	t := layout.NewTable(len(args), 1)
	for i, v := range args {
		t.SetInt(int64(i+1), v)
	}
	t.SetStr("n", integer(len(args)))
	return ret(l, t.Value())
}

func tabUnpack(l *golua.State) int {
	i := optInt(l, 2, 1)
	var j int64
	if layout.Arg(l, 3) == nil {
		n, ok := layout.ToInteger(layout.Length(l, layout.Arg(l, 1)))
		if !ok {
			layout.Raise(l, 1, "object length is not an integer")
		}
		j = n
	} else {
		j = checkInt(l, 3)
	}
	if i > j {
		return 0
	}
	n := uint64(j) - uint64(i)
	if n >= 1e6-200 || !layout.Reserve(l, int(n)+1) {
		layout.Raise(l, 1, "too many results to unpack")
	}
	v := layout.Arg(l, 1)
	t := layout.AsTable(v)
	raw := t != nil && t.Meta() == nil
	for k := i; ; k++ {
		if raw {
			layout.Push(l, t.GetInt(k))
		} else {
			layout.Push(l, layout.Index(l, v, layout.Int(k)))
		}
		if k == j {
			break
		}
	}
	return int(n) + 1
}

func tabSort(l *golua.State) int {
	t := checkList(l, 1)
	n := t.len()
	if n < 2 {
		return 0
	}
	if n >= 1<<31-1 {
		argError(l, 1, "array too big")
	}
	var cmp any
	if layout.Arg(l, 2) != nil {
		cmp = checkFunction(l, 2)
	}
	vals := make([]any, n)
	for i := range vals {
		vals[i] = t.get(int64(i + 1))
	}
	s := &sorter{l: l, v: vals, cmp: cmp, strings: cmp == nil && allStrings(vals)}
	s.sort(0, int(n)-1, 0)
	for i, v := range vals {
		t.set(int64(i+1), v)
	}
	return 0
}

func allStrings(vs []any) bool {
	for _, v := range vs {
		if _, ok := v.(string); !ok {
			return false
		}
	}
	return true
}
