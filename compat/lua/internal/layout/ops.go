package layout

import (
	"math"
	"unsafe"

	"ntopgo/compat/lua/internal/number"
)

// An operation executes one instruction and returns the next one with its
// operation, as go-lua's engine expects.
type operation func(*engine, instruction) (operation, instruction)

// Instruction numbers of Lua 5.2.
const (
	opMove = iota
	opLoadConstant
	opLoadConstantEx
	opLoadBool
	opLoadNil
	opGetUpValue
	opGetTableUp
	opGetTable
	opSetTableUp
	opSetUpValue
	opSetTable
	opNewTable
	opSelf
	opAdd
	opSub
	opMul
	opDiv
	opMod
	opPow
	opUnaryMinus
	opNot
	opLength
	opConcat
	opJump
	opEqual
	opLessThan
	opLessOrEqual
	opTest
	opTestSet
	opCall
	opTailCall
	opReturn
	opForLoop
	opForPrep
	opTForCall
	opTForLoop
	opSetList
	opClosure
	opVarArg
	opExtraArg
)

// install puts this package's instructions in the place of the VM's.
func install() {
	installHelpers()
	copy(original[:], jumpTable)
	replaced := map[int]operation{
		opMove: doMove, opLoadConstant: doLoadConstant, opGetUpValue: doGetUpValue,
		opGetTableUp: doGetTableUp, opGetTable: doGetTable, opSelf: doSelf,
		opSetTableUp: doSetTableUp, opSetTable: doSetTable, opNewTable: doNewTable,
		opAdd: doAdd, opSub: doSub, opMul: doMul, opDiv: doDiv, opMod: doMod, opPow: doPow,
		opUnaryMinus: doUnaryMinus, opLength: doLength, opConcat: doConcat,
		opJump: doJump, opEqual: doEqual, opLessThan: doLessThan, opLessOrEqual: doLessOrEqual,
		opTest: doTest, opTestSet: doTestSet,
		opCall: doCall, opTailCall: doTailCall,
		opForPrep: doForPrep, opForLoop: doForLoop, opTForCall: doTForCall,
		opSetList: doSetList, opClosure: doClosure,
	}
	for i, f := range replaced {
		jumpTable[i] = f
	}
	extended := make([]operation, 64)
	copy(extended, jumpTable)
	for i, f := range inlined {
		extended[i] = f
	}
	jumpTable = extended
	copy(dispatch[:], jumpTable)
}

// next fetches the following instruction.
func (e *engine) next() (operation, instruction) {
	ci := e.callInfo.luaCallInfo
	i := ci.code[ci.savedPC]
	ci.savedPC++
	return dispatch[i&63], i
}

func (e *engine) rk(field int) any {
	if field&256 != 0 {
		return e.constants[field&^256]
	}
	return e.frame[field]
}

func doMove(e *engine, i instruction) (operation, instruction) {
	e.frame[i.a()] = e.frame[i.b()]
	return e.next()
}

func doLoadConstant(e *engine, i instruction) (operation, instruction) {
	e.frame[i.a()] = e.constants[i.bx()]
	return e.next()
}

func doGetUpValue(e *engine, i instruction) (operation, instruction) {
	e.frame[i.a()] = e.closure.upValues[i.b()].get()
	return e.next()
}

func doNewTable(e *engine, i instruction) (operation, instruction) {
	e.frame[i.a()] = tableValue(NewTable(fromFloat8(i.b()), fromFloat8(i.c())))
	return e.next()
}

// fromFloat8 decodes a size hint: eeeeexxx stands for 1xxx * 2^(eeeee-1).
func fromFloat8(x int) int {
	if e := x >> 3 & 31; e != 0 {
		return (x&7 + 8) << (e - 1)
	}
	return x
}

// doSetList fills the list part of a table constructor.
func doSetList(e *engine, i instruction) (operation, instruction) {
	a, n, c := i.a(), i.b(), i.c()
	ci := e.callInfo
	if n == 0 {
		n = e.l.top - (ci.base() + a) - 1
	}
	if c == 0 {
		c = int(ci.code[ci.savedPC] >> 6)
		ci.savedPC++
	}
	t := (*Table)(dataOf(e.frame[a]))
	const perFlush = 50
	start := (c - 1) * perFlush
	for len(t.array) < start {
		t.array = append(t.array, nil)
	}
	t.array = append(t.array[:start], e.frame[a+1:a+1+n]...)
	if k := len(t.array); k > 0 && t.array[k-1] == nil {
		for k > 0 && t.array[k-1] == nil {
			k--
		}
		t.array = t.array[:k]
	}
	// Keyed fields of the same constructor may hold positions of the list.
	if len(t.hash) > 0 {
		for k := range t.hash {
			if f, ok := k.(float64); ok && f >= 1 && f <= float64(len(t.array)) && f == math.Trunc(f) {
				delete(t.hash, k)
			}
		}
		t.migrate()
	}
	e.l.top = ci.top
	return e.next()
}

// migrate moves what follows the list part from the hash part into it.
func (t *Table) migrate() {
	for {
		key := intKey(int64(len(t.array)) + 1)
		v, ok := t.hash[key]
		if !ok {
			return
		}
		t.array = append(t.array, v)
		delete(t.hash, key)
	}
}

func doJump(e *engine, i instruction) (operation, instruction) {
	if i.sbx() < 0 {
		e.l.tick()
	}
	if i.a() == 0 {
		e.callInfo.savedPC += i.sbx()
		return e.next()
	}
	return original[opJump](e, i)
}

// branch follows or skips the jump after a test.
func (e *engine) branch(take bool) (operation, instruction) {
	ci := e.callInfo.luaCallInfo
	if !take {
		ci.savedPC++
		return e.next()
	}
	j := ci.code[ci.savedPC]
	ci.savedPC++
	return doJump(e, j)
}

func doTest(e *engine, i instruction) (operation, instruction) {
	return e.branch(Truthy(e.frame[i.a()]) == (i.c() != 0))
}

func doTestSet(e *engine, i instruction) (operation, instruction) {
	v := e.frame[i.b()]
	take := Truthy(v) == (i.c() != 0)
	if take {
		e.frame[i.a()] = v
	}
	return e.branch(take)
}

func doCall(e *engine, i instruction) (operation, instruction) {
	e.l.tick()
	if f := e.frame[i.a()]; !isFunction(f) {
		e.callable(f, i.a())
	}
	return original[opCall](e, i)
}

func doTailCall(e *engine, i instruction) (operation, instruction) {
	e.l.tick()
	if f := e.frame[i.a()]; !isFunction(f) {
		e.callable(f, i.a())
	}
	return original[opTailCall](e, i)
}

// callable raises the error of calling f unless a metamethod takes the call.
func (e *engine) callable(f any, reg int) {
	if mt := e.l.metaOf(f); mt != nil && isFunction(mt.hash["__call"]) {
		return
	}
	e.l.typeError(f, "call", reg)
}

// doClosure makes a function. The VM reuses an earlier one when the captured
// values look alike, which mixes up variables, so no cache is kept here.
func doClosure(e *engine, i instruction) (operation, instruction) {
	p := &e.closure.prototype.prototypes[i.bx()]
	c := &Closure{prototype: p, upValues: make([]*upValue, len(p.upValues))}
	base := e.callInfo.base()
	for k := range p.upValues {
		d := &p.upValues[k]
		if d.isLocal {
			c.upValues[k] = e.l.capture(base + d.index)
		} else {
			c.upValues[k] = e.closure.upValues[d.index]
		}
	}
	e.frame[i.a()] = pack(closureType, unsafe.Pointer(c))
	return e.next()
}

// capture finds or makes the open upvalue of a stack slot. It drops closed
// entries on the way: the VM's own closing leaves some of them in the list.
func (m *state) capture(slot int) *upValue {
	p := &m.upValues
	for u := *p; u != nil; u = *p {
		if typeOf(u.upValue.home) != locationType {
			*p = u.next
			continue
		}
		if (*stackLocation)(dataOf(u.upValue.home)).index == slot {
			return u.upValue
		}
		p = &u.next
	}
	uv := &upValue{home: pack(locationType, unsafe.Pointer(&stackLocation{m, slot}))}
	m.upValues = &openUpValue{uv, m.upValues}
	return uv
}

func doForPrep(e *engine, i instruction) (operation, instruction) {
	a := i.a()
	f := e.frame[a : a+4]
	if prepInt(e, f) || prepFloat(e, f) {
		return e.next() // the body follows
	}
	e.callInfo.savedPC += i.sbx() + 1 // past the loop instruction
	return e.next()
}

// prepInt prepares an integer loop. It reports false when there is none to run:
// f[3] is then left for prepFloat to decide, which sees f[1] == nil as "done".
func prepInt(e *engine, f []any) bool {
	init, ok := f[0].(int64)
	if !ok {
		return false
	}
	step, ok := f[2].(int64)
	if !ok {
		return false
	}
	if step == 0 {
		e.l.fail("'for' step is zero")
	}
	var limit int64
	switch v := f[1].(type) {
	case int64:
		limit = v
	case float64:
		var run bool
		if limit, run = clip(v, step); !run {
			f[1] = nil
			return false
		}
	default:
		n, ok := forNumber(f[1])
		if !ok {
			e.l.forError("limit", f[1])
		}
		var run bool
		if limit, run = clip(n, step); !run {
			f[1] = nil
			return false
		}
	}
	if step > 0 && init > limit || step < 0 && init < limit {
		f[1] = nil
		return false
	}
	f[1], f[3] = Int(limit), f[0]
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

func prepFloat(e *engine, f []any) bool {
	if f[1] == nil && isInt(f[0]) && isInt(f[2]) {
		return false // an integer loop that does not run
	}
	limit, ok := forNumber(f[1])
	if !ok {
		e.l.forError("limit", f[1])
	}
	step, ok := forNumber(f[2])
	if !ok {
		e.l.forError("step", f[2])
	}
	init, ok := forNumber(f[0])
	if !ok {
		e.l.forError("initial", f[0])
	}
	if step == 0 {
		e.l.fail("'for' step is zero")
	}
	if !(step > 0 && init <= limit || step < 0 && limit <= init) {
		return false
	}
	f[0], f[1], f[2], f[3] = init, limit, step, init
	return true
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

func doForLoop(e *engine, i instruction) (operation, instruction) {
	e.l.tick()
	a := i.a()
	f := e.frame[a : a+4]
	if step, ok := f[2].(int64); ok {
		idx, limit := f[0].(int64), f[1].(int64)
		if step > 0 && uint64(limit-idx) >= uint64(step) || step < 0 && uint64(idx-limit) >= -uint64(step) {
			v := Int(idx + step)
			f[0], f[3] = v, v
			e.callInfo.savedPC += i.sbx()
		}
		return e.next()
	}
	step, limit := f[2].(float64), f[1].(float64)
	if idx := f[0].(float64) + step; step > 0 && idx <= limit || step < 0 && limit <= idx {
		var v any = idx
		f[0], f[3] = v, v
		e.callInfo.savedPC += i.sbx()
	}
	return e.next()
}

// NextFunction and IpairsFunction are the iterator functions of pairs and
// ipairs; a generic for over them runs without calls. compat/lua sets them.
var nextFunction, ipairsFunction any

// SetIterators tells the for instruction which functions are next and the
// iterator of ipairs.
func SetIterators(next, ipairs any) { nextFunction, ipairsFunction = next, ipairs }

func doTForCall(e *engine, i instruction) (operation, instruction) {
	e.l.tick()
	a := i.a()
	f := e.frame[a]
	if it, ok := f.(*Iterator); ok {
		return e.advance(it, a, i.c())
	}
	if nextFunction != nil && f == nextFunction && e.frame[a+2] == nil {
		if t := asTable(e.frame[a+1]); t != nil {
			it := &Iterator{t: t}
			e.frame[a] = it // the slot is not visible to the program
			return e.advance(it, a, i.c())
		}
	}
	if ipairsFunction != nil && f == ipairsFunction {
		if n, ok := e.frame[a+2].(int64); ok {
			if t := asTable(e.frame[a+1]); t != nil {
				return e.advanceList(t, n+1, a, i.c())
			}
		}
	}
	if !isFunction(f) {
		if mt := e.l.metaOf(f); mt == nil || mt.hash["__call"] == nil {
			e.l.fail("attempt to call a %s value", e.l.namedType(f))
		}
	}
	return original[opTForCall](e, i)
}

func (e *engine) advance(it *Iterator, a, want int) (operation, instruction) {
	k, v, ok := it.Next()
	if !ok {
		k, v = nil, nil
	}
	return e.loop(k, v, a, want)
}

func (e *engine) advanceList(t *Table, n int64, a, want int) (operation, instruction) {
	v := t.GetInt(n)
	if v == nil && t.metaTable != nil {
		v = e.l.index(tableValue(t), Int(n), -1)
		e.frame = e.callInfo.frame
	}
	if v == nil {
		return e.loop(nil, nil, a, want)
	}
	return e.loop(Int(n), v, a, want)
}

// loop stores the loop variables and does the TFORLOOP that follows.
func (e *engine) loop(k, v any, a, want int) (operation, instruction) {
	e.frame[a+3] = k
	if want > 1 {
		e.frame[a+4] = v
		for j := 2; j < want; j++ {
			e.frame[a+3+j] = nil
		}
	}
	ci := e.callInfo.luaCallInfo
	j := ci.code[ci.savedPC]
	ci.savedPC++
	if k != nil {
		e.frame[a+2] = k
		ci.savedPC += j.sbx()
	}
	return e.next()
}

func doUnaryMinus(e *engine, i instruction) (operation, instruction) {
	switch b := e.frame[i.b()].(type) {
	case int64:
		e.frame[i.a()] = Int(-b)
	case float64:
		e.frame[i.a()] = -b
	default:
		v := e.l.arith(opUnaryMinus, b, b, i.b(), i.b())
		e.frame = e.callInfo.frame
		e.frame[i.a()] = v
	}
	return e.next()
}

func doAdd(e *engine, i instruction) (operation, instruction) {
	b, c := e.rk(i.b()), e.rk(i.c())
	switch x := b.(type) {
	case int64:
		switch y := c.(type) {
		case int64:
			e.frame[i.a()] = Int(x + y)
			return e.next()
		case float64:
			e.frame[i.a()] = float64(x) + y
			return e.next()
		}
	case float64:
		switch y := c.(type) {
		case float64:
			e.frame[i.a()] = x + y
			return e.next()
		case int64:
			e.frame[i.a()] = x + float64(y)
			return e.next()
		}
	}
	return e.slowArith(opAdd, b, c, i)
}

func doSub(e *engine, i instruction) (operation, instruction) {
	b, c := e.rk(i.b()), e.rk(i.c())
	switch x := b.(type) {
	case int64:
		switch y := c.(type) {
		case int64:
			e.frame[i.a()] = Int(x - y)
			return e.next()
		case float64:
			e.frame[i.a()] = float64(x) - y
			return e.next()
		}
	case float64:
		switch y := c.(type) {
		case float64:
			e.frame[i.a()] = x - y
			return e.next()
		case int64:
			e.frame[i.a()] = x - float64(y)
			return e.next()
		}
	}
	return e.slowArith(opSub, b, c, i)
}

func doMul(e *engine, i instruction) (operation, instruction) {
	b, c := e.rk(i.b()), e.rk(i.c())
	switch x := b.(type) {
	case int64:
		switch y := c.(type) {
		case int64:
			e.frame[i.a()] = Int(x * y)
			return e.next()
		case float64:
			e.frame[i.a()] = float64(x) * y
			return e.next()
		}
	case float64:
		switch y := c.(type) {
		case float64:
			e.frame[i.a()] = x * y
			return e.next()
		case int64:
			e.frame[i.a()] = x * float64(y)
			return e.next()
		}
	}
	return e.slowArith(opMul, b, c, i)
}

func doDiv(e *engine, i instruction) (operation, instruction) {
	b, c := e.rk(i.b()), e.rk(i.c())
	if x, ok := toFloat(b); ok {
		if y, ok := toFloat(c); ok {
			e.frame[i.a()] = x / y
			return e.next()
		}
	}
	return e.slowArith(opDiv, b, c, i)
}

func doPow(e *engine, i instruction) (operation, instruction) {
	b, c := e.rk(i.b()), e.rk(i.c())
	if x, ok := toFloat(b); ok {
		if y, ok := toFloat(c); ok {
			e.frame[i.a()] = pow(x, y)
			return e.next()
		}
	}
	return e.slowArith(opPow, b, c, i)
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

func doMod(e *engine, i instruction) (operation, instruction) {
	b, c := e.rk(i.b()), e.rk(i.c())
	if x, ok := b.(int64); ok {
		if y, ok := c.(int64); ok && y != 0 {
			e.frame[i.a()] = Int(number.ModInt(x, y))
			return e.next()
		}
	}
	return e.slowArith(opMod, b, c, i)
}

func (e *engine) slowArith(op int, b, c any, i instruction) (operation, instruction) {
	v := e.l.arith(op, b, c, i.b(), i.c())
	e.frame = e.callInfo.frame
	e.frame[i.a()] = v
	return e.next()
}
