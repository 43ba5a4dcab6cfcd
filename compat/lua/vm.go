package lua

import (
	"context"
	"fmt"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// VM runs scripts one after another on one goroutine. It is used for one
// request or one periodic run and closed.
type VM struct {
	rt     *Runtime
	l      *golua.State
	host   any
	closed bool

	handlers      []handler
	lastTraceback string
	current       *coroutine
	random        *rng
	coroutines    map[*coroutine]bool
	mainThread    any
	files         *fileSet

	bounds bounds

	given   map[string]bool // globals that SetGlobal set
	rec     *recording      // not nil while a template is made
	adopted bool            // a template was taken, or could not be
	taken   bool            // a template was taken

	script   string             // the file that RunFile runs
	required []string           // what it required after the template's first module
	arrivals map[string]arrival // what came with the template and was not required yet
}

// owner ties a go-lua state to its VM; see layout.SetOwner.
type owner struct{ vm *VM }

func (o *owner) Error() string { return "lua: error outside a protected call" }

func vmOf(l *golua.State) *VM { return layout.Owner(l).(*owner).vm }

// newVM makes a machine with libraries, namespaces and print.
func (r *Runtime) newVM() *VM {
	vm := &VM{rt: r, l: layout.NewState(), given: map[string]bool{}}
	layout.SetOwner(vm.l, &owner{vm})
	layout.SetTick(vm.l, ticks, func(l *golua.State) { vm.tick(l) })
	vm.open()
	return vm
}

// SetHost attaches the request's context for bindings; see Host.
func (vm *VM) SetHost(v any) { vm.host = v }

// Host returns what SetHost attached.
func (vm *VM) Host() any { return vm.host }

// SetGlobal sets a global variable to a Go value (see value.go).
func (vm *VM) SetGlobal(name string, v any) error {
	if vm.closed {
		return errClosed
	}
	vm.given[name] = true
	layout.Globals(vm.l).SetStr(name, toLua(v))
	return nil
}

// Global returns a global variable as a Go value.
func (vm *VM) Global(name string) any { return fromLua(layout.Globals(vm.l).GetStr(name)) }

var errClosed = fmt.Errorf("lua: machine is closed")

// SetPackagePath replaces package.path.
func (vm *VM) SetPackagePath(path string) {
	if pkg := layout.AsTable(layout.Globals(vm.l).GetStr("package")); pkg != nil {
		pkg.SetStr("path", path)
	}
}

// PrependPath puts path (one or more ';'-separated templates) before package.path.
func (vm *VM) PrependPath(path string) {
	pkg := layout.AsTable(layout.Globals(vm.l).GetStr("package"))
	if pkg == nil {
		return
	}
	if old, ok := pkg.GetStr("path").(string); ok && old != "" {
		path += ";" + old
	}
	pkg.SetStr("path", path)
}

// RunFile runs a script file. The error is a *ScriptError.
func (vm *VM) RunFile(ctx context.Context, path string) error {
	return vm.RunFileArgs(ctx, path)
}

// RunFileArgs runs a script file whose "..." are args.
func (vm *VM) RunFileArgs(ctx context.Context, path string, args ...any) error {
	p, err := vm.rt.chunk(path)
	if err != nil {
		return asScriptError(err)
	}
	vm.script = path
	defer vm.learnScript()
	_, err = vm.run(ctx, layout.NewClosure(vm.l, p), args)
	return err
}

// RunString runs source text. chunkname is what messages show: "@file" for a
// file name, "=text" for a literal; anything else is quoted as a string.
func (vm *VM) RunString(ctx context.Context, code, chunkname string) error {
	p, err := vm.rt.compile(code, chunkname)
	if err != nil {
		return asScriptError(err)
	}
	_, err = vm.run(ctx, layout.NewClosure(vm.l, p), nil)
	return err
}

// CallGlobal calls a global function and returns its results as Go values.
func (vm *VM) CallGlobal(ctx context.Context, name string, args ...any) ([]any, error) {
	f := layout.Globals(vm.l).GetStr(name)
	if f == nil {
		return nil, &ScriptError{Message: fmt.Sprintf("attempt to call a nil value (global '%s')", name)}
	}
	out, err := vm.run(ctx, f, args)
	if err != nil {
		return nil, err
	}
	for i, v := range out {
		out[i] = fromLua(v)
	}
	return out, nil
}

// run calls f within the bounds of a run.
func (vm *VM) run(ctx context.Context, f any, args []any) ([]any, error) {
	if vm.closed {
		return nil, &ScriptError{Message: errClosed.Error(), Err: errClosed}
	}
	if ctx == nil {
		ctx = context.Background()
	}
	if d := vm.rt.cfg.Deadline; d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d) // ends commands that a script waits for
		defer cancel()
	}
	vm.bounds.begin(ctx, vm.rt.cfg.MemoryLimit)
	in := make([]any, len(args))
	for i, a := range args {
		in[i] = toLua(a)
	}
	vm.lastTraceback = ""
	out, fail := vm.protected(vm.l, f, in, handler{traceback: true})
	if fail != nil {
		if fail.killed != nil {
			vm.Close()
		}
		return nil, vm.scriptError(fail, vm.lastTraceback)
	}
	return out, nil
}

// Close releases files and coroutines that the scripts left open.
func (vm *VM) Close() {
	if vm.closed {
		return
	}
	vm.closed = true
	vm.files.closeAll()
	vm.closeCoroutines()
}

func asScriptError(err error) *ScriptError {
	msg := err.Error()
	file, line := position(msg)
	return &ScriptError{Message: msg, File: file, Line: line, Err: err}
}
