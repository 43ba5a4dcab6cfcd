package lua

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// ScriptError is what ended a script.
type ScriptError struct {
	Message   string // as Lua reports it, usually with "file:line: " in front
	Traceback string // Lua stack at the error, innermost first; may be empty
	File      string // file of the innermost position in Message, if it has one
	Line      int
	Err       error // ErrDeadline or ErrMemory when a bound ended the script, or the context's error
}

// Error is the message without the traceback.
func (e *ScriptError) Error() string { return e.Message }

// Unwrap returns Err.
func (e *ScriptError) Unwrap() error { return e.Err }

// Bounds that end a run; see ScriptError.Err.
var (
	ErrDeadline = errors.New("script ran past its deadline")
	ErrMemory   = errors.New("script used more memory than it may")
)

// killed is the panic that ends a run; no pcall catches it.
type killed struct {
	cause     error
	where     string
	traceback string
}

func (k *killed) Error() string { return k.where + k.cause.Error() }

// handler is what HandleError does for the innermost protected call.
type handler struct {
	fn        any  // message handler of xpcall
	traceback bool // keep a traceback: nobody in Lua catches
	active    bool
}

// HandleError implements layout's hook: it sees every error where it happens.
func (o *owner) HandleError(l *golua.State, v any) any {
	vm := o.vm
	n := len(vm.handlers)
	if n == 0 {
		return v
	}
	h := &vm.handlers[n-1]
	if h.traceback {
		vm.lastTraceback = traceback(l, "", 0)
		return v
	}
	if h.fn == nil || h.active {
		return v
	}
	h.active = true
	defer func() {
		if len(vm.handlers) >= n {
			vm.handlers[n-1].active = false
		}
	}()
	r := layout.Call(l, h.fn, 1, v)
	return r[0]
}

// failure is a caught error: the Lua value, or the end of the run.
type failure struct {
	value  any
	killed *killed
}

// caught turns what a protected call of go-lua returned into a failure.
func (vm *VM) caught(err error) *failure {
	switch e := err.(type) {
	case *layout.Thrown:
		return &failure{value: e.Value}
	case *killed:
		return &failure{killed: e}
	case golua.RuntimeError:
		return &failure{value: cStack(string(e))}
	}
	if err == golua.ErrorError {
		return &failure{value: "error in error handling"}
	}
	if f, ok := err.(*layout.Fault); ok {
		vm.rt.panicked("the virtual machine", fmt.Sprintf("%v\n%s", f.Err, f.Stack))
	}
	return &failure{value: "internal error: " + err.Error()}
}

// closeAfter closes the variables that a caught error left to be closed above the
// n-th value of l. The end of a run closes nothing.
func (vm *VM) closeAfter(l *golua.State, n int, fail *failure) {
	if fail.killed == nil {
		_, fail.value = layout.CloseAfter(l, n, true, fail.value, vm.errorValue)
	}
}

// errorValue is the Lua value of what a protected call returned; the end of a run
// goes on.
func (vm *VM) errorValue(err error) any {
	f := vm.caught(err)
	if f.killed != nil {
		panic(f.killed)
	}
	return f.value
}

// cStack gives the VM's own overflow message its usual name.
func cStack(s string) string {
	return strings.Replace(s, "Go stack overflow", "C stack overflow", 1)
}

// protected calls f on l's stack and catches errors. The end of the run is
// passed on as a panic unless the call is the outermost one.
func (vm *VM) protected(l *golua.State, f any, args []any, h handler) ([]any, *failure) {
	if !layout.Callable(l, f) {
		return nil, &failure{value: "attempt to call a " + layout.NamedType(l, f) + " value"}
	}
	base := layout.Top(l)
	if !layout.Reserve(l, len(args)+2*golua.MinStack) {
		return nil, &failure{value: "stack overflow"}
	}
	layout.Push(l, f)
	for _, a := range args {
		layout.Push(l, a)
	}
	depth := len(vm.handlers)
	vm.handlers = append(vm.handlers, h)
	call := layout.ProtectedCall
	if depth == 0 && l == vm.l {
		call = layout.Run
	}
	err := call(l, len(args))
	vm.handlers = vm.handlers[:depth]
	if err != nil {
		fail := vm.caught(err)
		if fail.killed != nil && depth > 0 {
			panic(fail.killed)
		}
		vm.closeAfter(l, base, fail)
		layout.SetTop(l, base)
		return nil, fail
	}
	n := layout.Top(l) - base
	out := make([]any, n)
	for i := range out {
		out[i] = layout.Arg(l, base+1+i)
	}
	layout.SetTop(l, base)
	return out, nil
}

// scriptError makes the exported error of a failure.
func (vm *VM) scriptError(f *failure, tb string) *ScriptError {
	e := &ScriptError{Traceback: tb}
	if f.killed != nil {
		e.Message, e.Err, e.Traceback = f.killed.Error(), f.killed.cause, f.killed.traceback
	} else {
		e.Message = vm.messageOf(f.value)
	}
	e.File, e.Line = position(e.Message)
	return e
}

// messageOf is the text of an error value.
func (vm *VM) messageOf(v any) string {
	if s, ok := layout.ToString(v); ok {
		return s
	}
	if layout.MetaField(vm.l, v, "__tostring") != nil {
		out, fail := vm.protected(vm.l, layout.Function(baseToString), []any{v}, handler{})
		if fail == nil && len(out) > 0 {
			if s, ok := out[0].(string); ok {
				return s
			}
		}
	}
	return "(error object is a " + layout.TypeName(v) + " value)"
}

// position reads "file:line:" off the start of a message.
func position(msg string) (string, int) {
	from := 0
	for {
		i := strings.IndexByte(msg[from:], ':')
		if i < 0 {
			return "", 0
		}
		i += from
		j := i + 1
		for j < len(msg) && msg[j] >= '0' && msg[j] <= '9' {
			j++
		}
		if j > i+1 && j < len(msg) && msg[j] == ':' {
			n, _ := strconv.Atoi(msg[i+1 : j])
			return msg[:i], n
		}
		from = i + 1
	}
}

// traceback is debug.traceback's text from a level on.
func traceback(l *golua.State, msg string, level int) string {
	var b strings.Builder
	if msg != "" {
		b.WriteString(msg)
		b.WriteByte('\n')
	}
	b.WriteString("stack traceback:")
	const first, last = 10, 11
	total := layout.Depth(l) - level
	for i := 0; i < total; i++ {
		if i == first && total > first+last {
			fmt.Fprintf(&b, "\n\t...\t(skipping %d levels)", total-first-last)
			i = total - last
		}
		f, _ := layout.FrameAt(l, level+i)
		b.WriteString("\n\t" + frameText(f))
	}
	return b.String()
}

func frameText(f layout.Frame) string {
	s := layout.ChunkID(f.Source)
	if f.Go {
		s = "[C]"
	}
	s += ":"
	if f.Line > 0 {
		s += strconv.Itoa(f.Line) + ":"
	}
	switch {
	case f.Name != "" && f.Kind != "":
		s += " in " + f.Kind + " '" + f.Name + "'"
	case f.Main:
		s += " in main chunk"
	case f.Go:
		s += " in ?"
	default:
		s += fmt.Sprintf(" in function <%s:%d>", layout.ChunkID(f.Source), f.Defined)
	}
	if f.Tail {
		s += "\n\t(...tail calls...)"
	}
	return s
}
