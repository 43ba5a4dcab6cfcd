package layout

import (
	"strconv"
	"strings"

	lua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/number"
)

// A string constant that starts with Mark stands for another constant, which Go
// source given to go-lua's parser cannot express: Mark + "I" + decimal is an
// integer, Mark + "F" + float a float, Mark + "H" + name a helper function.
// Other strings that start with Mark are written Mark + "S" + string.
const Mark = "\x00\x01lua54:"

// helpers are the operations 5.2 has no instruction for.
var helpers = map[string]any{}

// SetHelper adds a function that translated source can call by name.
func SetHelper(name string, f any) { helpers[name] = f }

// Compile compiles 5.2 source (the translator's output). l is only scratch: the
// prototype belongs to no VM. The error is go-lua's message, with chunk and line.
func Compile(l *lua.State, source, chunkName string) (*Prototype, error) {
	top := l.Top()
	defer l.SetTop(top)
	if err := l.Load(strings.NewReader(source), chunkName, "t"); err != nil {
		msg, _ := Arg(l, l.Top()).(string)
		if msg == "" {
			msg = err.Error()
		}
		return nil, CompileError(msg)
	}
	p := (*Closure)(dataOf(Arg(l, l.Top()))).prototype
	p.finish()
	return p, nil
}

// CompileError is a message of the parser.
type CompileError string

func (e CompileError) Error() string { return string(e) }

func (p *Prototype) finish() {
	for i, c := range p.constants {
		switch c := c.(type) {
		case float64:
			if n, ok := number.FloatToInt(c); ok {
				p.constants[i] = Int(n)
			}
		case string:
			if strings.HasPrefix(c, Mark) {
				p.constants[i] = marked(c[len(Mark):])
			}
		}
	}
	p.inline()
	for i := range p.prototypes {
		p.prototypes[i].finish()
	}
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

// Size is the approximate memory of p in bytes.
func (p *Prototype) Size() int {
	n := 256 + len(p.code)*8 + len(p.constants)*16 + len(p.localVariables)*40
	for i := range p.prototypes {
		n += p.prototypes[i].Size()
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
