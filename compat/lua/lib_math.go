package lua

import (
	"math"
	"math/bits"
	"math/rand/v2"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/internal/number"
)

// rng is xoshiro256**, the generator of Lua 5.4, so that a seeded script gets
// the numbers it got before.
type rng struct{ s [4]uint64 }

func newRNG() *rng {
	g := &rng{}
	g.seed(rand.Uint64(), rand.Uint64())
	return g
}

func (g *rng) seed(a, b uint64) {
	g.s = [4]uint64{a, 0xff, b, 0}
	for range 16 {
		g.next()
	}
}

func (g *rng) next() uint64 {
	s := &g.s
	r := bits.RotateLeft64(s[1]*5, 7) * 9
	t := s[1] << 17
	s[2] ^= s[0]
	s[3] ^= s[1]
	s[1] ^= s[2]
	s[0] ^= s[3]
	s[2] ^= t
	s[3] = bits.RotateLeft64(s[3], 45)
	return r
}

// project maps v into [0, n] as Lua 5.4 does.
func (g *rng) project(v, n uint64) uint64 {
	if n&(n+1) == 0 {
		return v & n
	}
	limit := uint64(1)<<bits.Len64(n) - 1
	for v &= limit; v > n; v = g.next() & limit {
	}
	return v
}

// mathFunctions is made once: some of its functions are closures, and each has
// to be one value in all machines.
var mathFunctions = map[string]libFunc{
	"abs": mathAbs, "ceil": mathCeil, "floor": mathFloor, "fmod": mathFmod, "modf": mathModf,
	"max": mathMax, "min": mathMin, "tointeger": mathToInteger, "type": mathType, "ult": mathUlt,
	"random": mathRandom, "randomseed": mathRandomSeed, "log": mathLog, "atan": mathAtan,
	"exp": float1(math.Exp), "sqrt": float1(math.Sqrt), "sin": float1(math.Sin), "cos": float1(math.Cos),
	"tan": float1(math.Tan), "asin": float1(math.Asin), "acos": float1(math.Acos),
	"deg": float1(func(x float64) float64 { return x * (180 / math.Pi) }),
	"rad": float1(func(x float64) float64 { return x * (math.Pi / 180) }),
	"pow": func(l *golua.State) int { return ret(l, layout.Arith(l, "__pow", checkFloat(l, 1), checkFloat(l, 2))) },
}

func init() {
	libraries["math"] = func(vm *VM) *layout.Table {
		vm.random = newRNG()
		t := layout.NewTable(0, 32)
		t.SetStr("pi", math.Pi)
		t.SetStr("huge", math.Inf(1))
		t.SetStr("maxinteger", int64(math.MaxInt64))
		t.SetStr("mininteger", int64(math.MinInt64))
		register(t, mathFunctions)
		return t
	}
}

func float1(f func(float64) float64) libFunc {
	return func(l *golua.State) int { return ret(l, f(checkFloat(l, 1))) }
}

func mathAbs(l *golua.State) int {
	if n, ok := layout.Arg(l, 1).(int64); ok {
		if n < 0 {
			n = -n
		}
		return ret(l, layout.Int(n))
	}
	return ret(l, math.Abs(checkFloat(l, 1)))
}

func mathFloor(l *golua.State) int { return rounded(l, math.Floor) }
func mathCeil(l *golua.State) int  { return rounded(l, math.Ceil) }

func rounded(l *golua.State, f func(float64) float64) int {
	n := checkNumber(l, 1)
	if x, ok := n.(float64); ok {
		x = f(x)
		if i, ok := number.FloatToInt(x); ok {
			return ret(l, layout.Int(i))
		}
		return ret(l, x)
	}
	return ret(l, n)
}

func mathFmod(l *golua.State) int {
	a, b := checkNumber(l, 1), checkNumber(l, 2)
	if i, ok := a.(int64); ok {
		if j, ok := b.(int64); ok {
			if j == 0 {
				argError(l, 2, "zero")
			}
			if j == -1 {
				return ret(l, layout.Int(0))
			}
			return ret(l, layout.Int(i%j))
		}
	}
	return ret(l, math.Mod(checkFloat(l, 1), checkFloat(l, 2)))
}

func mathModf(l *golua.State) int {
	if n, ok := layout.Arg(l, 1).(int64); ok {
		return ret(l, n, 0.0)
	}
	f := checkFloat(l, 1)
	if math.IsInf(f, 0) {
		return ret(l, f, 0.0)
	}
	whole := math.Trunc(f)
	if n, ok := number.FloatToInt(whole); ok {
		return ret(l, layout.Int(n), f-whole)
	}
	return ret(l, whole, f-whole)
}

func mathMax(l *golua.State) int {
	return extreme(l, func(a, b any) bool { return layout.Less(l, a, b) })
}
func mathMin(l *golua.State) int {
	return extreme(l, func(a, b any) bool { return layout.Less(l, b, a) })
}

func extreme(l *golua.State, better func(best, v any) bool) int {
	if layout.ArgCount(l) == 0 {
		argError(l, 1, "value expected")
	}
	best := checkNumber(l, 1)
	for i := 2; i <= layout.ArgCount(l); i++ {
		if v := checkNumber(l, i); better(best, v) {
			best = v
		}
	}
	return ret(l, best)
}

func mathToInteger(l *golua.State) int {
	switch v := checkAny(l, 1).(type) {
	case int64:
		return ret(l, v)
	case float64, string:
		if n, ok := layout.ToInteger(v); ok {
			return ret(l, layout.Int(n))
		}
	}
	return ret(l, nil)
}

func mathType(l *golua.State) int {
	switch checkAny(l, 1).(type) {
	case int64:
		return ret(l, "integer")
	case float64:
		return ret(l, "float")
	}
	return ret(l, nil)
}

func mathUlt(l *golua.State) int { return ret(l, uint64(checkInt(l, 1)) < uint64(checkInt(l, 2))) }

func mathLog(l *golua.State) int {
	x := checkFloat(l, 1)
	if layout.Arg(l, 2) == nil {
		return ret(l, math.Log(x))
	}
	switch b := checkFloat(l, 2); b {
	case 2:
		return ret(l, math.Log2(x))
	case 10:
		return ret(l, math.Log10(x))
	default:
		return ret(l, math.Log(x)/math.Log(b))
	}
}

func mathAtan(l *golua.State) int {
	x := 1.0
	if layout.Arg(l, 2) != nil {
		x = checkFloat(l, 2)
	}
	return ret(l, math.Atan2(checkFloat(l, 1), x))
}

func mathRandom(l *golua.State) int {
	impure(l, "math.random")

	g := vmOf(l).random
	v := g.next()
	lo, hi := int64(1), int64(0)
	switch layout.ArgCount(l) {
	case 0:
		return ret(l, float64(v>>11)*(0.5/(1<<52)))
	case 1:
		if hi = checkInt(l, 1); hi == 0 {
			return ret(l, layout.Int(int64(v)))
		}
	case 2:
		lo, hi = checkInt(l, 1), checkInt(l, 2)
	default:
		layout.Raise(l, 1, "wrong number of arguments")
	}
	if lo > hi {
		argError(l, 1, "interval is empty")
	}
	return ret(l, layout.Int(int64(g.project(v, uint64(hi)-uint64(lo))+uint64(lo))))
}

func mathRandomSeed(l *golua.State) int {
	impure(l, "math.randomseed")

	g := vmOf(l).random
	if layout.ArgCount(l) == 0 {
		a, b := rand.Uint64(), rand.Uint64()
		g.seed(a, b)
		return ret(l, int64(a), int64(b))
	}
	var a int64
	switch n := checkNumber(l, 1).(type) {
	case int64:
		a = n
	case float64:
		if i, ok := number.FloatToInt(n); ok {
			a = i
		} else {
			a = int64(math.Float64bits(n))
		}
	}
	b := optInt(l, 2, 0)
	g.seed(uint64(a), uint64(b))
	return ret(l, a, b)
}
