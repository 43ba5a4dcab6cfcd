package layout

import (
	"math"

	"ntopgo/compat/lua/internal/number"
)

// intLoop and floatLoop are the state of a numeric for. They stand in the first
// of the registers that a loop keeps for itself.
type intLoop struct {
	index, step int64
	left        uint64 // iterations to come
}

type floatLoop struct{ index, limit, step float64 }

// prepareLoop turns start, limit and step in f into the loop's state and the
// first value of the variable; false when there is nothing to run.
func (m *state) prepareLoop(f []any) bool {
	init, ok := f[0].(int64)
	if step, isInt := f[2].(int64); ok && isInt {
		return m.prepareInt(f, init, step)
	}
	limit, ok := forNumber(f[1])
	if !ok {
		m.forError("limit", f[1])
	}
	step, ok := forNumber(f[2])
	if !ok {
		m.forError("step", f[2])
	}
	start, ok := forNumber(f[0])
	if !ok {
		m.forError("initial", f[0])
	}
	if step == 0 {
		m.fail("'for' step is zero")
	}
	if !(step > 0 && start <= limit || step < 0 && limit <= start) {
		return false
	}
	f[0], f[3] = &floatLoop{start, limit, step}, start
	return true
}

func (m *state) prepareInt(f []any, init, step int64) bool {
	if step == 0 {
		m.fail("'for' step is zero")
	}
	limit, run := f[1].(int64)
	if !run {
		n, ok := forNumber(f[1])
		if !ok {
			m.forError("limit", f[1])
		}
		if limit, run = clip(n, step); !run {
			return false
		}
	}
	var left uint64
	switch {
	case step > 0 && init <= limit:
		left = (uint64(limit) - uint64(init)) / uint64(step)
	case step < 0 && init >= limit:
		left = (uint64(init) - uint64(limit)) / (uint64(-(step + 1)) + 1)
	default:
		return false
	}
	f[3] = f[0]
	f[0] = &intLoop{init, step, left}
	return true
}

// clip turns a float limit into the integer limit that loops alike.
func clip(v float64, step int64) (int64, bool) {
	switch {
	case math.IsNaN(v):
		return 0, false
	case v >= 9223372036854775808.0:
		return math.MaxInt64, step > 0
	case v < -9223372036854775808.0:
		return math.MinInt64, step < 0
	case step > 0:
		return int64(math.Floor(v)), true
	}
	return int64(math.Ceil(v)), true
}

func (m *state) forError(what string, v any) {
	if what == "initial" {
		what = "initial value"
	}
	m.fail("bad 'for' %s (number expected, got %s)", what, m.namedType(v))
}

// forNumber is toFloat with numeric strings.
func forNumber(v any) (float64, bool) {
	if s, ok := v.(string); ok {
		n, ok := number.Parse(s)
		if !ok {
			return 0, false
		}
		v = n
	}
	return toFloat(v)
}

func isInt(v any) bool { _, ok := v.(int64); return ok }

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// nextFunction and ipairsFunction are the iterator functions of pairs and
// ipairs; a generic for over them runs without calls. compat/lua sets them.
var nextFunction, ipairsFunction any

// SetIterators tells the for instruction which functions are next and the
// iterator of ipairs.
func SetIterators(next, ipairs any) { nextFunction, ipairsFunction = next, ipairs }

// iterate does one step of a generic for: frame[a] is called with the two
// values after it, want results go to frame[a+3] and on.
func (m *state) iterate(ci *callInfo, frame []any, a, want int) {
	f := frame[a]
	if it, ok := f.(*Iterator); ok {
		it.step(frame, a, want)
		return
	}
	switch {
	case f == nextFunction && f != nil && frame[a+2] == nil:
		if t := asTable(frame[a+1]); t != nil {
			it := &Iterator{t: t}
			frame[a] = it // the register is not visible to the program
			it.step(frame, a, want)
			return
		}
	case f == ipairsFunction && f != nil:
		n, ok := frame[a+2].(int64)
		if t := asTable(frame[a+1]); ok && t != nil {
			v := t.GetInt(n + 1)
			if v == nil && t.metaTable != nil {
				v = m.index(tableValue(t), Int(n+1), -1)
				frame = ci.frame
			}
			if v == nil {
				assign(frame[a+3:], nil, nil, want)
			} else {
				assign(frame[a+3:], Int(n+1), v, want)
			}
			return
		}
	}
	if !isFunction(f) && m.metaField(f, "__call") == nil {
		m.fail("attempt to call a %s value", m.namedType(f))
	}
	copy(frame[a+3:a+6], frame[a:a+3])
	m.top = ci.base() + a + 6
	m.call(m.top-3, want)
	m.top = ci.top
}

func (it *Iterator) step(frame []any, a, want int) {
	k, v, ok := it.Next()
	if !ok {
		k, v = nil, nil
	}
	assign(frame[a+3:], k, v, want)
}

// assign stores two loop variables and nil in further ones.
func assign(vars []any, k, v any, want int) {
	vars[0] = k
	if want > 1 {
		vars[1] = v
		for j := 2; j < want; j++ {
			vars[j] = nil
		}
	}
}

// fromFloat8 decodes a size hint: eeeeexxx stands for 1xxx * 2^(eeeee-1).
func fromFloat8(x int) int {
	if e := x >> 3 & 31; e != 0 {
		return (x&7 + 8) << (e - 1)
	}
	return x
}

// pow is exact where C's pow is and math.Pow is off by a bit: powers of ten.
func pow(x, y float64) float64 {
	if y == 2 {
		return x * x
	}
	if x == 10 && y == math.Trunc(y) && math.Abs(y) < 400 {
		return math.Pow10(int(y))
	}
	return math.Pow(x, y)
}
