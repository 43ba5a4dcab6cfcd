// Package layout is the only place that looks inside Shopify/go-lua's
// unexported state. It holds mirrors of the VM's structures, checks them once
// against the linked version, and runs the VM's instructions itself, as Lua 5.4
// does: numbers have their integer subtype, tables grow and iterate in linear
// time, closures are never taken for one another, metamethods and error messages
// are 5.4's. When the linked version is another one, it does so on states of its
// own and leaves everything unexported alone.
//
// It knows values, tables, calls and errors; libraries, files, limits and
// everything an exported name of compat/lua speaks of stay outside.
package layout

//lint:file-ignore U1000 the mirrors repeat every field of the mirrored types

import (
	"unsafe"

	lua "github.com/Shopify/go-lua"
)

// The mirrors have the fields of go-lua's types in the same order; check.go
// compares names, kinds and offsets.

type state struct {
	error                 error
	shouldYield           bool
	top                   int
	global                *globalState
	callInfo              *callInfo
	oldPC                 int
	stackLast             int
	stack                 []any
	nonYieldableCallCount int
	nestedGoCallCount     int
	hookMask              byte
	allowHook             bool
	internalHook          bool
	baseHookCount         int
	hookCount             int
	hooker                lua.Hook
	upValues              *openUpValue
	errorFunction         int
	baseCallInfo          callInfo
	protectFunction       func()
}

type globalState struct {
	mainThread         *state
	tagMethodNames     [17]string
	metaTables         [9]*Table
	registry           *Table
	panicFunction      lua.Function
	version            *float64
	memoryErrorMessage string
}

type callInfo struct {
	function, top, resultCount int
	previous, next             *callInfo
	callStatus                 byte
	*luaCallInfo
	*goCallInfo
}

type luaCallInfo struct {
	frame   []any
	savedPC int
	code    []instruction
}

type goCallInfo struct {
	context, extra, oldErrorFunction int
	continuation                     lua.Function
	oldAllowHook, shouldYield        bool
	error                            error
}

// Table is a Lua table. It has a hash part of its own (fields.go) in the place
// where the VM's table remembers its keys; the VM's map stays empty.
type Table struct {
	array     []any
	_         map[any]any
	metaTable *Table
	flags     byte
	fields    *fields
	_         [2]uintptr
}

// tableShape is the VM's own table.
type tableShape struct {
	array         []any
	hash          map[any]any
	metaTable     *tableShape
	flags         byte
	iterationKeys []any
}

type upValue struct{ home any }

type openUpValue struct {
	upValue *upValue
	next    *openUpValue
}

// stackLocation is where an open upvalue's value is: a slot of a stack.
type stackLocation struct {
	state *state
	index int
}

// Closure is a Lua function: a prototype and what it captured.
type Closure struct {
	prototype *Prototype
	upValues  []*upValue
}

type goClosure struct {
	function lua.Function
	upValues []any
}

type goFunction struct{ Function lua.Function }

type userData struct {
	metaTable, env *Table
	data           any
}

type localVariable struct {
	name           string
	startPC, endPC int
}

type upValueDesc struct {
	name    string
	isLocal bool
	index   int
}

// closureShape is the VM's own closure; Closure differs in what follows its
// prototype.
type closureShape struct {
	prototype *proto
	upValues  []*upValue
}

// proto is the VM's compiled function.
type proto struct {
	constants                    []any
	code                         []instruction
	prototypes                   []proto
	lineInfo                     []int32
	localVariables               []localVariable
	upValues                     []upValueDesc
	cache                        *closureShape
	source                       string
	lineDefined, lastLineDefined int
	parameterCount, maxStackSize int
	isVarArg                     bool
}

// Prototype is a compiled function: the VM's, so that the VM can call it, and
// what the instructions of this package want besides. It is not written to after
// Compile, so one prototype serves any number of VMs at once.
type Prototype struct {
	proto
	children []*Prototype // in the place of prototypes
	hashes   []uint32     // of constants that are strings, otherwise 0
}

// engine is what an instruction gets; its layout cannot be reached by
// reflection, so check.go proves it by running a program.
type engine struct {
	frame     []any
	closure   *Closure
	constants []any
	callInfo  *callInfo
	l         *state
}

type instruction uint32

func (i instruction) op() int  { return int(i & 63) }
func (i instruction) a() int   { return int(i >> 6 & 255) }
func (i instruction) b() int   { return int(i >> 23 & 511) }
func (i instruction) c() int   { return int(i >> 14 & 511) }
func (i instruction) bx() int  { return int(i >> 14) }
func (i instruction) sbx() int { return int(i>>14) - (1<<18-1)>>1 }

// Bits of callInfo.callStatus.
const (
	statusLua     = 1 << 0
	statusReentry = 1 << 2 // called from the loop that runs its caller
	statusTail    = 1 << 6
)

// isLua looks at the status only: a record that served a Lua function keeps its
// luaCallInfo for the next one.
func (ci *callInfo) isLua() bool { return ci.callStatus&statusLua != 0 }
func (ci *callInfo) base() int   { return ci.top - len(ci.frame) }

// eface is Go's representation of an interface value.
type eface struct{ typ, data unsafe.Pointer }

func wordsOf(v *any) *eface { return (*eface)(unsafe.Pointer(v)) }

func typeOf(v any) unsafe.Pointer { return wordsOf(&v).typ }
func dataOf(v any) unsafe.Pointer { return wordsOf(&v).data }

// Type words of the VM's own value types, learnt in check.go.
var tableType, closureType, goFunctionType, goClosureType, userDataType, threadType, locationType unsafe.Pointer

func mirror(l *lua.State) *state    { return (*state)(unsafe.Pointer(l)) }
func (l *state) public() *lua.State { return (*lua.State)(unsafe.Pointer(l)) }

func pack(typ, data unsafe.Pointer) (v any) {
	w := wordsOf(&v)
	w.data, w.typ = data, typ
	return v
}

func tableValue(t *Table) any {
	if t == nil {
		return nil
	}
	return pack(tableType, unsafe.Pointer(t))
}

func asTable(v any) *Table {
	if typeOf(v) == tableType {
		return (*Table)(dataOf(v))
	}
	return nil
}

func isFunction(v any) bool {
	t := typeOf(v)
	return t == closureType || t == goFunctionType || t == goClosureType
}

func ptr[T any](p *T) unsafe.Pointer { return unsafe.Pointer(p) }
