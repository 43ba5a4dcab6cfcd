package layout

import (
	"strconv"

	lua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/number"
)

// maxMetaChain bounds __index and __newindex chains, as Lua's MAXTAGLOOP.
const maxMetaChain = 2000

// Index is v[k] with metamethods.
func Index(l *lua.State, v, k any) any { return mirror(l).index(v, k, -1) }

// SetIndex is t[k] = v with metamethods.
func SetIndex(l *lua.State, t, k, v any) { mirror(l).setIndex(t, k, v, -1) }

func (m *state) index(v, k any, operand int) any {
	for range maxMetaChain {
		var tm any
		if t := asTable(v); t != nil {
			if r := t.Get(k); r != nil {
				return r
			}
			if t.metaTable == nil {
				return nil
			}
			if tm = t.metaTable.event(evIndex); tm == nil {
				return nil
			}
		} else if tm = m.metaField(v, "__index"); tm == nil {
			m.raiseType(v, "index", operand)
		}
		if isFunction(tm) {
			return m.call1(tm, v, k)
		}
		v, operand = tm, -1
	}
	m.raise("'__index' chain too long; possible loop")
	return nil
}

func (m *state) setIndex(tv, k, v any, operand int) {
	for range maxMetaChain {
		var tm any
		if t := asTable(tv); t != nil {
			if t.metaTable != nil && t.Get(k) == nil {
				tm = t.metaTable.event(evNewIndex)
			}
			if tm == nil {
				if msg, ok := ValidKey(k); !ok {
					m.raise("%s", "table "+msg)
				}
				t.Set(k, v)
				return
			}
		} else if tm = m.metaField(tv, "__newindex"); tm == nil {
			m.raiseType(tv, "index", operand)
		}
		if isFunction(tm) {
			m.call0(tm, tv, k, v)
			return
		}
		tv, operand = tm, -1
	}
	m.raise("'__newindex' chain too long; possible loop")
}

// method is a raw read of a string key with plain __index tables followed; nil
// leaves the rest to index.
func (m *state) method(tv, k any, h uint32) any {
	t := asTable(tv)
	if t == nil {
		if mt := m.metaOf(tv); mt != nil {
			t = asTable(mt.event(evIndex))
		}
	}
	for range maxMetaChain {
		if t == nil {
			return nil
		}
		if v := t.getString(k, h); v != nil {
			return v
		}
		if t.metaTable == nil {
			return nil
		}
		t = asTable(t.metaTable.event(evIndex))
	}
	return nil
}

// indexUp is index of a captured table.
func (m *state) indexUp(cl *Closure, tv any, up int, k any) any {
	if asTable(tv) == nil && m.metaOf(tv) == nil {
		m.fail("attempt to index a %s value (upvalue '%s')", m.namedType(tv), upValueName(cl.prototype, up))
	}
	return m.index(tv, k, -1)
}

// setIndexUp is setIndex of a captured table.
func (m *state) setIndexUp(cl *Closure, tv any, up int, k, v any) {
	if asTable(tv) == nil && m.metaOf(tv) == nil {
		m.fail("attempt to index a %s value (upvalue '%s')", m.namedType(tv), upValueName(cl.prototype, up))
	}
	m.setIndex(tv, k, v, -1)
}

// Length is #v with metamethods.
func Length(l *lua.State, v any) any { return mirror(l).length(v, -1) }

func (m *state) length(v any, operand int) any {
	if s, ok := v.(string); ok {
		return Int(int64(len(s)))
	}
	t := asTable(v)
	if t != nil && t.metaTable == nil {
		return Int(t.Len())
	}
	if f := m.metaField(v, "__len"); f != nil {
		return m.call1(f, v, v)
	}
	if t != nil {
		return Int(t.Len())
	}
	m.raiseType(v, "get length of", operand)
	return nil
}

// RawEqual is Lua's == without metamethods.
func RawEqual(a, b any) bool {
	switch x := a.(type) {
	case int64:
		switch y := b.(type) {
		case int64:
			return x == y
		case float64:
			n, ok := number.FloatToInt(y)
			return ok && n == x
		}
		return false
	case float64:
		switch y := b.(type) {
		case float64:
			return x == y
		case int64:
			n, ok := number.FloatToInt(x)
			return ok && n == y
		}
		return false
	}
	return a == b
}

// Equal is Lua's ==.
func Equal(l *lua.State, a, b any) bool { return mirror(l).equal(a, b) }

func (m *state) equal(a, b any) bool {
	if RawEqual(a, b) {
		return true
	}
	ta := typeOf(a)
	if ta != typeOf(b) || ta != tableType && ta != userDataType {
		return false
	}
	if m.metaOf(a) == nil && m.metaOf(b) == nil {
		return false
	}
	v, ok := m.binaryMeta(a, b, "__eq")
	return ok && Truthy(v)
}

// Less is a < b.
func Less(l *lua.State, a, b any) bool { return mirror(l).less(a, b) }

func (m *state) less(a, b any) bool {
	switch x := a.(type) {
	case int64:
		switch y := b.(type) {
		case int64:
			return x < y
		case float64:
			return number.LessIntFloat(x, y)
		}
	case float64:
		switch y := b.(type) {
		case float64:
			return x < y
		case int64:
			return number.LessFloatInt(x, y)
		}
	case string:
		if y, ok := b.(string); ok {
			return x < y
		}
	}
	if v, ok := m.binaryMeta(a, b, "__lt"); ok {
		return Truthy(v)
	}
	m.orderError(a, b)
	return false
}

func (m *state) lessEqual(a, b any) bool {
	switch x := a.(type) {
	case int64:
		switch y := b.(type) {
		case int64:
			return x <= y
		case float64:
			return number.LessEqualIntFloat(x, y)
		}
	case float64:
		switch y := b.(type) {
		case float64:
			return x <= y
		case int64:
			return number.LessEqualFloatInt(x, y)
		}
	case string:
		if y, ok := b.(string); ok {
			return x <= y
		}
	}
	if v, ok := m.binaryMeta(a, b, "__le"); ok {
		return Truthy(v)
	}
	if v, ok := m.binaryMeta(b, a, "__lt"); ok {
		return !Truthy(v)
	}
	m.orderError(a, b)
	return false
}

func (m *state) orderError(a, b any) {
	x, y := m.namedType(a), m.namedType(b)
	if x == y {
		m.raise("attempt to compare two %s values", x)
	}
	m.raise("attempt to compare %s with %s", x, y)
}

// NumberString is tostring of a number.
func NumberString(v any) (string, bool) {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return number.FormatFloat(v), true
	}
	return "", false
}

// ToString converts a string or number.
func ToString(v any) (string, bool) {
	if s, ok := v.(string); ok {
		return s, true
	}
	return NumberString(v)
}

// chargeOwner is what an Owner implements to bound memory.
type chargeOwner interface{ Charge(l *lua.State, bytes int) }

// Charge announces an allocation before it is made.
func Charge(l *lua.State, n int) { mirror(l).charge(n) }

func (m *state) charge(n int) {
	if n < 4096 {
		return
	}
	if c, ok := m.error.(chargeOwner); ok {
		c.Charge(m.public(), n)
	}
}

// concat joins parts from the right, as .. associates.
func (m *state) concat(parts []any, reg int) any {
	if len(parts) == 2 {
		if x, ok := parts[0].(string); ok {
			if y, ok := parts[1].(string); ok {
				m.charge(len(x) + len(y))
				return x + y
			}
		}
	}
	size := 0
	for k := len(parts) - 1; ; k-- {
		if k < 0 {
			return m.join(parts, size)
		}
		switch s := parts[k].(type) {
		case string:
			size += len(s)
			continue
		case int64, float64:
			size += 24
			continue
		}
		break
	}
	// Something needs a metamethod: go pair by pair.
	vals := append([]any(nil), parts...)
	acc := vals[len(vals)-1]
	for k := len(vals) - 2; k >= 0; k-- {
		x, ok1 := ToString(vals[k])
		y, ok2 := ToString(acc)
		if ok1 && ok2 {
			m.charge(len(x) + len(y))
			acc = x + y
			continue
		}
		v, ok := m.binaryMeta(vals[k], acc, "__concat")
		if !ok {
			bad, at := vals[k], reg+k
			if ok1 {
				bad, at = acc, reg+k+1
			}
			m.raiseType(bad, "concatenate", at)
		}
		acc = v
	}
	return acc
}

func (m *state) join(parts []any, size int) any {
	m.charge(size)
	var few [256]byte
	buf := few[:0]
	if size > len(few) {
		buf = make([]byte, 0, size)
	}
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			buf = append(buf, p...)
		case int64:
			buf = strconv.AppendInt(buf, p, 10)
		case float64:
			buf = append(buf, number.FormatFloat(p)...)
		}
	}
	return string(buf)
}
