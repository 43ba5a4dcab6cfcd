package layout

import (
	"fmt"
	"strings"

	lua "github.com/Shopify/go-lua"
)

// Thrown is the panic that carries a Lua error value up to the protected call
// that catches it.
type Thrown struct {
	Value     any
	Traceback string // set by the message handler when asked for
}

func (t *Thrown) Error() string {
	if s, ok := t.Value.(string); ok {
		return s
	}
	return "(error object is a " + TypeName(t.Value) + " value)"
}

// Throw raises v as it is.
func Throw(l *lua.State, v any) {
	mirror(l).throw(v)
}

// handlerOwner is what an Owner implements to see errors where they happen.
type handlerOwner interface {
	// HandleError returns the value that the catching call is to report. It is
	// called on the stack of the error.
	HandleError(l *lua.State, v any) any
}

func (m *state) throw(v any) {
	if h, ok := m.error.(handlerOwner); ok {
		v = h.HandleError(m.public(), v)
	}
	panic(&Thrown{Value: v})
}

// Raise raises a message with the position of the function at the given level
// in front: 1 is the function that called the running Go function.
func Raise(l *lua.State, level int, format string, args ...any) {
	msg := format
	if len(args) > 0 {
		msg = fmt.Sprintf(format, args...)
	}
	Throw(l, Where(l, level)+msg)
}

// frame is the record of a level of the stack, 0 being the running function.
// Twins are passed over.
func (m *state) frame(level int) *callInfo {
	ci := m.callInfo
	for ; level > 0 && ci != nil && ci != &m.baseCallInfo; level-- {
		for ci = ci.previous; ci != nil && isTwin(m.stack[ci.function]); {
			ci = ci.previous
		}
	}
	return ci
}

// Where is "chunk:line: " of the function at a level, or "".
func Where(l *lua.State, level int) string {
	m := mirror(l)
	ci := m.frame(level)
	if ci == nil || ci == &m.baseCallInfo {
		return ""
	}
	return m.where(ci)
}

func (m *state) where(ci *callInfo) string {
	if !ci.isLua() {
		return ""
	}
	p := m.protoOf(ci)
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", ChunkID(p.source), p.line(ci.savedPC-1))
}

func (m *state) protoOf(ci *callInfo) *Prototype {
	if c := asClosure(m.stack[ci.function]); c != nil {
		return c.prototype
	}
	return nil
}

func (p *Prototype) line(pc int) int {
	if pc < 0 {
		pc = 0
	}
	if pc < len(p.lineInfo) {
		return int(p.lineInfo[pc])
	}
	return -1
}

// fail raises a message at the current line of the running Lua function.
func (m *state) fail(format string, args ...any) {
	m.throw(m.where(m.callInfo) + fmt.Sprintf(format, args...))
}

// idSize is the longest printed chunk name, as in Lua 5.4's LUA_IDSIZE.
const idSize = 60

// ChunkID is the printed form of a chunk name.
func ChunkID(source string) string {
	if source == "" {
		return "?"
	}
	switch source[0] {
	case '=':
		if len(source) <= idSize {
			return source[1:]
		}
		return source[1:idSize]
	case '@':
		if len(source) <= idSize {
			return source[1:]
		}
		return "..." + source[len(source)-(idSize-4):]
	}
	first, _, cut := strings.Cut(source, "\n")
	const frame = len(`[string "..."]`) + 1
	if len(first) > idSize-frame {
		first, cut = first[:idSize-frame], true
	}
	if cut {
		first += "..."
	}
	return `[string "` + first + `"]`
}

// typeError reports an operation on a value of the wrong type; operand is the
// RK or register field the value came from, -1 when unknown.
func (m *state) typeError(v any, verb string, operand int) {
	m.fail("attempt to %s a %s value%s", verb, m.namedType(v), m.describe(operand))
}

// namedType is type(v), or __name of its metatable.
func (m *state) namedType(v any) string {
	if _, ok := v.(*upValue); ok {
		return "light userdata" // of debug.upvalueid
	}
	if mt := m.metaOf(v); mt != nil {
		if s, ok := mt.GetStr("__name").(string); ok {
			return s
		}
	}
	return TypeName(v)
}

// NamedType is the type name that error messages use.
func NamedType(l *lua.State, v any) string { return mirror(l).namedType(v) }

// describe says where the operand of the current instruction came from:
// " (local 'x')", " (field 'y')" and so on.
func (m *state) describe(operand int) string {
	ci := m.callInfo
	if operand < 0 || !ci.isLua() {
		return ""
	}
	p := m.protoOf(ci)
	if p == nil {
		return ""
	}
	var kind, name string
	if operand&256 != 0 {
		if s, ok := p.constants[operand&^256].(string); ok {
			kind, name = "constant", s
		}
	} else {
		kind, name = p.objectName(operand, ci.savedPC-1)
	}
	if kind == "" {
		return ""
	}
	return " (" + kind + " '" + name + "')"
}

func upValueName(p *Prototype, i int) string {
	if i < len(p.upValues) && p.upValues[i].name != "" {
		return p.upValues[i].name
	}
	return "?"
}

func (p *Prototype) localName(reg, pc int) (string, bool) {
	for i := range p.localVariables {
		v := &p.localVariables[i]
		if v.startPC > pc {
			break
		}
		if pc < v.endPC {
			if reg == 0 {
				return v.name, true
			}
			reg--
		}
	}
	return "", false
}

// lastSet finds the instruction that gave reg its value before pc, -1 when the
// value may come from a jump.
func (p *Prototype) lastSet(reg, lastPC int) int {
	set, jump := -1, 0
	for pc := 0; pc < lastPC; pc++ {
		i := p.code[pc]
		a, hit := i.a(), false
		switch i.op() {
		case opLoadNil:
			hit = a <= reg && reg <= a+i.b()
		case opTForCall:
			hit = reg >= a+2
		case opCall, opTailCall:
			hit = reg >= a
		case opJump:
			if d := pc + 1 + i.sbx(); pc < d && d <= lastPC && d > jump {
				jump = d
			}
		case opSetTable, opSetTableUp, opSetUpValue, opEqual, opLessThan, opLessOrEqual, opTest, opReturn, opSetList, opTForLoop, opExtraArg:
		case opSelf:
			hit = reg == a || reg == a+1
		case opForLoop, opForPrep:
			hit = reg >= a && reg <= a+3
		case opVarArg:
			hit = reg >= a && (i.b() == 0 || reg < a+i.b()-1)
		default:
			hit = reg == a
		}
		if hit {
			set = pc
			if pc < jump {
				set = -1
			}
		}
	}
	return set
}

func (p *Prototype) objectName(reg, pc int) (kind, name string) {
	if n, ok := p.localName(reg, pc); ok {
		if strings.HasPrefix(n, "(") {
			return "", ""
		}
		return "local", n
	}
	at := p.lastSet(reg, pc)
	if at < 0 {
		return "", ""
	}
	i := p.code[at]
	switch i.op() {
	case opMove:
		if i.b() < i.a() {
			return p.objectName(i.b(), at)
		}
	case opGetTableUp:
		return p.fieldKind(upValueName(p, i.b())), p.keyName(i.c(), at)
	case opGetTable:
		env, _ := p.localName(i.b(), at)
		return p.fieldKind(env), p.keyName(i.c(), at)
	case opGetUpValue:
		return "upvalue", upValueName(p, i.b())
	case opLoadConstant:
		if s, ok := p.constants[i.bx()].(string); ok {
			return "constant", s
		}
	case opSelf:
		return "method", p.keyName(i.c(), at)
	}
	return "", ""
}

func (p *Prototype) fieldKind(table string) string {
	if table == "_ENV" {
		return "global"
	}
	return "field"
}

func (p *Prototype) keyName(k, pc int) string {
	if k&256 != 0 {
		switch c := p.constants[k&^256].(type) {
		case string:
			return c
		case int64:
			if c >= 0 && c <= 255 {
				return "integer index"
			}
		}
		return "?"
	}
	if kind, name := p.objectName(k, pc); kind == "constant" {
		return name
	}
	return "?"
}

// FunctionName says how the function at a level was called: its name and kind
// ("global", "local", "method", "field", "upvalue"), or "".
func FunctionName(l *lua.State, level int) (kind, name string) {
	m := mirror(l)
	ci := m.frame(level)
	if ci == nil || ci == &m.baseCallInfo {
		return "", ""
	}
	return m.callName(ci)
}

func (m *state) callName(ci *callInfo) (kind, name string) {
	caller := ci.previous
	for caller != nil && isTwin(m.stack[caller.function]) {
		caller = caller.previous
	}
	if caller == nil || !caller.isLua() || ci.callStatus&statusTail != 0 {
		return "", ""
	}
	p := m.protoOf(caller)
	pc := caller.savedPC - 1
	if p == nil || pc < 0 || pc >= len(p.code) {
		return "", ""
	}
	i := p.code[pc]
	switch i.op() {
	case opCall, opTailCall:
		return p.objectName(i.a(), pc)
	case opReturn, opJump:
		return "metamethod", "close"
	case opTForCall:
		return "for iterator", "for iterator"
	case opSelf, opGetTableUp, opGetTable:
		return "metamethod", "index"
	case opSetTable, opSetTableUp:
		return "metamethod", "newindex"
	case opConcat:
		return "metamethod", "concat"
	case opEqual:
		return "metamethod", "eq"
	case opLength:
		return "metamethod", "len"
	case opUnaryMinus:
		return "metamethod", "unm"
	case opLessThan:
		return "metamethod", "lt"
	case opLessOrEqual:
		return "metamethod", "le"
	case opAdd, opSub, opMul, opDiv, opMod, opPow:
		return "metamethod", arithEvents[i.op()-opAdd][2:]
	}
	if op, ok := inlinedOp(i.op()); ok {
		return "metamethod", eventOf(op)[2:]
	}
	return "", ""
}

// Frame describes an active function.
type Frame struct {
	Func                       any
	Source                     string // with '@', '=' or the text
	Line, Defined, LastDefined int
	Kind, Name                 string
	Main, Go, Tail, VarArg     bool
	Params, UpValues           int
}

// Depth is the number of active functions.
func Depth(l *lua.State) int {
	m := mirror(l)
	n := 0
	for ci := m.callInfo; ci != nil && ci != &m.baseCallInfo; ci = ci.previous {
		if ci == m.callInfo || !isTwin(m.stack[ci.function]) {
			n++
		}
	}
	return n
}

// FrameAt describes the function at a level (0: the running Go function); ok is
// false when the stack is not that deep.
func FrameAt(l *lua.State, level int) (f Frame, ok bool) {
	m := mirror(l)
	ci := m.frame(level)
	if ci == nil || ci == &m.baseCallInfo || level < 0 {
		return f, false
	}
	f = FunctionInfo(m.stack[ci.function])
	if ci.isLua() && !f.Go {
		f.Line = m.protoOf(ci).line(ci.savedPC - 1)
	}
	f.Tail = ci.callStatus&statusTail != 0
	f.Kind, f.Name = m.callName(ci)
	return f, true
}

// FunctionInfo describes a function that need not be active.
func FunctionInfo(fn any) Frame {
	f := Frame{Func: fn, Line: -1}
	c := asClosure(fn)
	if c == nil {
		f.Go, f.Source, f.Defined, f.LastDefined, f.VarArg = true, "=[C]", -1, -1, true
		return f
	}
	p := c.prototype
	f.Source, f.Defined, f.LastDefined = p.source, p.lineDefined, p.lastLineDefined
	f.Main = p.lineDefined == 0
	f.VarArg, f.Params, f.UpValues = p.isVarArg, p.parameterCount, len(p.upValues)
	return f
}

// Local returns local variable n (1-based) of the function at a level; negative
// numbers are its extra arguments.
func Local(l *lua.State, level, n int) (name string, v any, ok bool) {
	m := mirror(l)
	name, slot := m.local(level, n)
	if slot < 0 {
		return "", nil, false
	}
	return name, m.stack[slot], true
}

// SetLocal assigns what Local returns.
func SetLocal(l *lua.State, level, n int, v any) (name string, ok bool) {
	m := mirror(l)
	name, slot := m.local(level, n)
	if slot < 0 {
		return "", false
	}
	m.stack[slot] = v
	return name, true
}

// local finds the stack slot of a local variable, -1 when there is none.
func (m *state) local(level, n int) (name string, slot int) {
	ci := m.frame(level)
	var inner *callInfo
	if ci != m.callInfo && ci != nil {
		inner = ci.next
	}
	if ci == nil || ci == &m.baseCallInfo || n == 0 {
		return "", -1
	}
	if !ci.isLua() {
		end := m.top
		if inner != nil {
			end = inner.function
		}
		if slot = ci.function + n; n > 0 && slot < end {
			return "(C temporary)", slot
		}
		return "", -1
	}
	p := m.protoOf(ci)
	if n < 0 {
		if extra := ci.base() - ci.function - 1 - p.parameterCount; p.isVarArg && -n <= extra {
			return "(vararg)", ci.base() - extra - n - 1
		}
		return "", -1
	}
	if name, ok := p.localName(n-1, ci.savedPC-1); ok {
		return name, ci.base() + n - 1
	}
	end := ci.top
	if inner != nil {
		end = inner.function
	}
	if slot = ci.base() + n - 1; slot < end {
		return "(temporary)", slot
	}
	return "", -1
}

// UpValue returns captured variable n (1-based) of a Lua function.
func UpValue(fn any, n int) (name string, v any, ok bool) {
	c := asClosure(fn)
	if c == nil || n < 1 || n > len(c.upValues) {
		return "", nil, false
	}
	return upValueName(c.prototype, n-1), c.upValues[n-1].get(), true
}

// SetUpValue assigns captured variable n of a Lua function.
func SetUpValue(fn any, n int, v any) (name string, ok bool) {
	c := asClosure(fn)
	if c == nil || n < 1 || n > len(c.upValues) {
		return "", false
	}
	c.upValues[n-1].set(v)
	return upValueName(c.prototype, n-1), true
}

// UpValueID is the identity of a captured variable.
func UpValueID(fn any, n int) (any, bool) {
	c := asClosure(fn)
	if c == nil || n < 1 || n > len(c.upValues) {
		return nil, false
	}
	return c.upValues[n-1], true
}

// JoinUpValues makes variable n1 of f1 be variable n2 of f2.
func JoinUpValues(f1 any, n1 int, f2 any, n2 int) bool {
	a, b := asClosure(f1), asClosure(f2)
	if a == nil || b == nil || n1 < 1 || n2 < 1 || n1 > len(a.upValues) || n2 > len(b.upValues) {
		return false
	}
	a.upValues[n1-1] = b.upValues[n2-1]
	return true
}

// UserDataFor wraps an identity so that equal identities are equal Lua values.
func UserDataFor(id any) any {
	u, ok := id.(*upValue)
	if !ok {
		return nil
	}
	return u // no Lua operation looks inside it
}
