package layout

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"

	lua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/number"
)

// A string constant that starts with Mark stands for another constant, which Go
// source given to go-lua's parser cannot express: Mark + "I" + decimal is an
// integer, Mark + "F" + float a float, Mark + "H" + name a helper function.
// Other strings that start with Mark are written Mark + "S" + string.
const Mark = "\x00\x01lua54:"

// HiddenLocal is how the names of locals start that the source does not have.
const HiddenLocal = "_for_state_"

// helpers are the operations 5.2 has no instruction for.
var helpers = map[string]any{}

// SetHelper adds a function that translated source can call by name.
func SetHelper(name string, f any) { helpers[name] = f }

// CallLines corrects the lines of calls in a function: the compiler gives a call
// the line on which its expression starts, Lua that of its arguments.
type CallLines struct {
	Lines     map[int]int // by the number of the call in the function, from 0
	Functions []*CallLines
}

// inner returns what is known of the i-th function inside.
func (c *CallLines) inner(i int) *CallLines {
	if c == nil || i >= len(c.Functions) {
		return nil
	}
	return c.Functions[i]
}

// apply sets the lines of p's calls.
func (c *CallLines) apply(p *Prototype) {
	if c == nil || len(c.Lines) == 0 {
		return
	}
	p.lineInfo = append([]int32(nil), p.lineInfo...)
	n := 0
	for pc, i := range p.code {
		if i.op() != opCall && i.op() != opTailCall {
			continue
		}
		if line, ok := c.Lines[n]; ok && pc < len(p.lineInfo) {
			p.lineInfo[pc] = int32(line)
		}
		n++
	}
}

// Compile compiles 5.2 source (the translator's output). The prototype belongs
// to no VM. The error is go-lua's message, with chunk and line.
func Compile(source, chunkName string, lines *CallLines) (*Prototype, error) {
	l := lua.NewState()
	if err := l.Load(strings.NewReader(source), chunkName, "t"); err != nil {
		msg, _ := l.ToString(-1)
		if msg == "" {
			msg = err.Error()
		}
		return nil, CompileError(msg)
	}
	if portable {
		var chunk bytes.Buffer
		if err := l.Dump(&chunk); err != nil {
			return nil, err
		}
		p, err := readChunk(chunk.Bytes())
		if err != nil {
			return nil, err
		}
		return checked(p, lines)
	}
	m := mirror(l)
	return checked((*closureShape)(dataOf(m.stack[m.top-1])).prototype, lines)
}

// maxRegisters is how many registers an instruction can name.
const maxRegisters = 250

// checked refuses what needs more registers, which the compiler lets through.
func checked(p *proto, lines *CallLines) (*Prototype, error) {
	if line := p.tooLarge(); line >= 0 {
		return nil, CompileError(fmt.Sprintf("%s:%d: function or expression needs too many registers", ChunkID(p.source), line))
	}
	return finish(p, lines), nil
}

// tooLarge is the line of a function with too many registers, -1 when none has.
func (p *proto) tooLarge() int {
	if p.maxStackSize > maxRegisters {
		return max(p.lineDefined, 1)
	}
	for i := range p.prototypes {
		if line := p.prototypes[i].tooLarge(); line >= 0 {
			return line
		}
	}
	return -1
}

// CompileError is a message of the parser.
type CompileError string

func (e CompileError) Error() string { return string(e) }

// finish makes a Prototype of what the compiler made.
func finish(c *proto, lines *CallLines) *Prototype {
	p := &Prototype{proto: *c}
	p.cache, p.prototypes = nil, nil
	p.constants = make([]any, len(c.constants))
	p.hashes = make([]uint32, len(c.constants))
	for i, v := range c.constants {
		v = constant(v)
		if s, ok := v.(string); ok {
			v, p.hashes[i] = intern(s)
		}
		p.constants[i] = v
	}
	for i := range c.prototypes {
		p.children = append(p.children, finish(&c.prototypes[i], lines.inner(i)))
	}
	lines.apply(p)
	p.inline()
	return p
}

// constant is the constant that the compiler's value stands for.
func constant(v any) any {
	switch c := v.(type) {
	case float64:
		if n, ok := number.FloatToInt(c); ok {
			return Int(n)
		}
	case string:
		if strings.HasPrefix(c, Mark) {
			return marked(c[len(Mark):])
		}
	}
	return v
}

func marked(s string) any {
	switch s[0] {
	case 'I':
		n, _ := strconv.ParseInt(s[1:], 10, 64)
		return Int(n)
	case 'F':
		f, _ := strconv.ParseFloat(s[1:], 64)
		return f
	case 'H':
		return helpers[s[1:]]
	}
	return s[1:]
}

// interned holds the short strings of compiled source, so that equal ones are
// one value: fields are mostly found by comparing pointers.
var interned = struct {
	sync.RWMutex
	strings map[string]any
}{strings: map[string]any{}}

// Bounds of interned: scripts can compile any number of strings.
const (
	maxInterned       = 1 << 16
	maxInternedLength = 48
)

// intern returns s as a value, and its hash.
func intern(s string) (any, uint32) {
	h := hashString(s)
	if len(s) > maxInternedLength {
		return s, h
	}
	interned.RLock()
	v, ok := interned.strings[s]
	interned.RUnlock()
	if ok {
		return v, h
	}
	interned.Lock()
	defer interned.Unlock()
	if v, ok := interned.strings[s]; ok {
		return v, h
	}
	v = strings.Clone(s)
	if len(interned.strings) < maxInterned {
		interned.strings[s] = v
	}
	return v, h
}

// Size is the approximate memory of p in bytes.
func (p *Prototype) Size() int {
	n := 320 + len(p.code)*8 + len(p.constants)*20 + len(p.localVariables)*40
	for _, c := range p.children {
		n += c.Size()
	}
	return n
}

// NewClosure makes a function of l from a main chunk; its _ENV is l's globals.
func NewClosure(l *lua.State, p *Prototype) any {
	c := &Closure{prototype: p, upValues: make([]*upValue, len(p.upValues))}
	for i := range c.upValues {
		c.upValues[i] = &upValue{}
	}
	if len(c.upValues) > 0 {
		c.upValues[0].home = tableValue(Globals(l))
	}
	return pack(closureType, ptr(c))
}

// SetEnv makes env the environment of a function from NewClosure.
func SetEnv(f, env any) {
	if c := asClosure(f); c != nil && len(c.upValues) > 0 {
		c.upValues[0].home = env
	}
}

func asClosure(v any) *Closure {
	if typeOf(v) == closureType {
		return (*Closure)(dataOf(v))
	}
	return nil
}
