package lua

import (
	"errors"
	"iter"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// coroutine is a Lua thread: a state of its own whose code runs inside an
// iterator, so that a switch is a cheap hand-over between goroutines.
type coroutine struct {
	l        *golua.State
	self     any // the Lua value
	fn       any
	status   string
	next     func() (struct{}, bool)
	stop     func()
	yield    func(struct{}) bool
	transfer []any
	failed   *failure
	parent   *coroutine
	depth    int
	handlers []handler
}

// LuaType makes type() answer "thread".
func (*coroutine) LuaType() string { return "thread" }

// maxCoroutineDepth bounds coroutines that resume one another.
const maxCoroutineDepth = 190

var errCoroutineClosed = errors.New("coroutine closed")

func init() {
	libraries["coroutine"] = func(vm *VM) *layout.Table {
		vm.coroutines = map[*coroutine]bool{}
		t := layout.NewTable(0, 8)
		register(t, map[string]libFunc{
			"create": coCreate, "resume": coResume, "yield": coYield, "status": coStatus, "wrap": coWrap,
			"isyieldable": coIsYieldable, "running": coRunning, "close": coClose,
		})
		return t
	}
}

func (vm *VM) newCoroutine(fn any) *coroutine {
	co := &coroutine{l: layout.NewThread(vm.l), fn: fn, status: "suspended"}
	co.self = layout.UserData(co, nil)
	vm.coroutines[co] = true
	return co
}

// body runs the coroutine's function; it is the iterator's function.
func (co *coroutine) body(vm *VM) iter.Seq[struct{}] {
	return func(yield func(struct{}) bool) {
		co.yield = yield
		args := co.transfer
		co.transfer = nil
		layout.Push(co.l, co.fn)
		if !layout.Reserve(co.l, len(args)+2*golua.MinStack) {
			co.failed = &failure{value: "stack overflow"}
			return
		}
		for _, a := range args {
			layout.Push(co.l, a)
		}
		if err := layout.Run(co.l, len(args)); err != nil {
			co.failed = vm.caught(err)
			if k := co.failed.killed; k != nil && k.cause == errCoroutineClosed {
				co.failed = vm.closeVariables(co, false, nil)
			}
			return
		}
		co.transfer = append([]any(nil), layout.Args(co.l)...)
	}
}

// closeVariables closes what a coroutine that was ended, or that failed with v,
// left to be closed. It returns the failure that remains.
func (vm *VM) closeVariables(co *coroutine, failed bool, v any) (f *failure) {
	defer func() {
		if r := recover(); r != nil {
			k, ok := r.(*killed)
			if !ok {
				panic(r)
			}
			f = &failure{killed: k}
		}
	}()
	if failed, v = layout.CloseAfter(co.l, 0, failed, v, vm.errorValue); failed {
		return &failure{value: v}
	}
	return nil
}

// resume runs co until it yields or ends.
func (vm *VM) resume(co *coroutine, args []any) ([]any, *failure) {
	if co.status != "suspended" {
		kind := "non-suspended"
		if co.status == "dead" {
			kind = "dead"
		}
		return nil, &failure{value: "cannot resume " + kind + " coroutine"}
	}
	co.parent, co.depth = vm.current, 1
	if co.parent != nil {
		co.depth = co.parent.depth + 1
		if co.depth > maxCoroutineDepth {
			return nil, &failure{value: "C stack overflow"}
		}
		co.parent.status = "normal"
	}
	if co.next == nil {
		co.next, co.stop = iter.Pull(co.body(vm))
	}
	co.transfer, co.status = args, "running"
	outer := vm.handlers
	vm.handlers, vm.current = co.handlers, co
	_, alive := co.next()
	co.handlers, vm.handlers, vm.current = vm.handlers, outer, co.parent
	if co.parent != nil {
		co.parent.status = "running"
	}
	co.status = "suspended"
	if !alive {
		co.status = "dead"
		delete(vm.coroutines, co)
		if co.failed != nil {
			if co.failed.killed != nil {
				panic(co.failed.killed)
			}
			return nil, co.failed
		}
	}
	out := co.transfer
	co.transfer = nil
	return out, nil
}

func (vm *VM) closeCoroutines() {
	for co := range vm.coroutines {
		vm.stopCoroutine(co)
	}
}

// stopCoroutine unwinds a suspended coroutine and closes its variables.
func (vm *VM) stopCoroutine(co *coroutine) {
	delete(vm.coroutines, co)
	if co.stop != nil {
		outer, current := vm.handlers, vm.current
		vm.handlers, vm.current, co.status = []handler{{}}, co, "running"
		co.stop()
		vm.handlers, vm.current = outer, current
	}
	co.status = "dead"
}

func checkCoroutine(l *golua.State, i int) *coroutine {
	d, _ := layout.Data(layout.Arg(l, i))
	co, ok := d.(*coroutine)
	if !ok {
		typeError(l, i, "thread")
	}
	if vm := vmOf(l); co.l == vm.l && vm.current != nil {
		co.status = "normal"
	} else if co.l == vm.l {
		co.status = "running"
	}
	return co
}

func coCreate(l *golua.State) int { return ret(l, vmOf(l).newCoroutine(checkFunction(l, 1)).self) }

func coResume(l *golua.State) int {
	co := checkCoroutine(l, 1)
	args := append([]any(nil), layout.Args(l)[1:]...)
	out, fail := vmOf(l).resume(co, args)
	if fail != nil {
		return ret(l, false, fail.value)
	}
	layout.SetTop(l, 0)
	layout.Push(l, true)
	return 1 + ret(l, out...)
}

func coWrap(l *golua.State) int {
	co := vmOf(l).newCoroutine(checkFunction(l, 1))
	return ret(l, layout.Function(func(l *golua.State) int {
		vm := vmOf(l)
		out, fail := vm.resume(co, append([]any(nil), layout.Args(l)...))
		if fail != nil {
			v := fail.value
			if co.failed != nil {
				if f := vm.closeVariables(co, true, v); f.killed != nil {
					panic(f.killed)
				} else {
					v = f.value
				}
			}
			if s, ok := v.(string); ok {
				v = layout.Where(l, 1) + s
			}
			layout.Throw(l, v)
		}
		layout.SetTop(l, 0)
		return ret(l, out...)
	}))
}

func coYield(l *golua.State) int {
	vm := vmOf(l)
	co := vm.current
	if co == nil || co.l != l {
		layout.Raise(l, 1, "attempt to yield from outside a coroutine")
	}
	co.transfer = append([]any(nil), layout.Args(l)...)
	if !co.yield(struct{}{}) {
		panic(&killed{cause: errCoroutineClosed})
	}
	in := co.transfer
	co.transfer = nil
	layout.SetTop(l, 0)
	return ret(l, in...)
}

func coStatus(l *golua.State) int { return ret(l, checkCoroutine(l, 1).status) }

func coIsYieldable(l *golua.State) int {
	if layout.ArgCount(l) > 0 {
		return ret(l, checkCoroutine(l, 1).l != vmOf(l).l)
	}
	return ret(l, vmOf(l).current != nil)
}

func coRunning(l *golua.State) int {
	vm := vmOf(l)
	if vm.current != nil {
		return ret(l, vm.current.self, false)
	}
	if vm.mainThread == nil {
		co := &coroutine{l: vm.l, status: "running"}
		vm.mainThread = layout.UserData(co, nil)
	}
	return ret(l, vm.mainThread, true)
}

func coClose(l *golua.State) int {
	co := checkCoroutine(l, 1)
	vm := vmOf(l)
	var fail *failure
	switch co.status {
	case "suspended":
		vm.stopCoroutine(co)
		fail = co.failed
	case "dead":
		if f := co.failed; f != nil && f.killed == nil {
			fail = vm.closeVariables(co, true, f.value)
		}
	default:
		layout.Raise(l, 1, "cannot close a %s coroutine", co.status)
	}
	co.failed = nil
	switch {
	case fail == nil:
		return ret(l, true)
	case fail.killed != nil:
		panic(fail.killed)
	}
	return ret(l, false, fail.value)
}
