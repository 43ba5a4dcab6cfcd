package lua

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/translate"
)

// Config sets up a Runtime.
type Config struct {
	// Namespaces are installed as globals in every VM.
	Namespaces []Namespace
	// Print replaces the global print; nil prints to Stdout as Lua does.
	Print Function
	// Stdout and Stderr are io.stdout and io.stderr; nil is the process's.
	Stdout, Stderr io.Writer
	// Deadline ends a run that takes longer; 0 is no limit.
	Deadline time.Duration
	// MemoryLimit ends a run whose data grows beyond so many bytes; 0 is no limit.
	MemoryLimit int64
	// Logf gets a line for each Go panic met (once per function name); nil drops it.
	Logf func(format string, a ...any)
	// ReadFile reads Lua source, for require, dofile, loadfile and io.open for
	// reading. Nil is the file system.
	ReadFile func(path string) ([]byte, time.Time, error)
	// Stat tells size and modification time of what ReadFile reads, for the chunk
	// cache. Nil is the file system, or ReadFile when that is set.
	Stat func(path string) (int64, time.Time, error)
	// PackagePath is the initial package.path; empty is "./?.lua;./?/init.lua".
	PackagePath string
	// PoolSize VMs are kept ready in the background; 0 makes each when asked for.
	PoolSize int
	// Prepare runs on each new VM before it enters the pool, for example to
	// require common modules.
	Prepare func(vm *VM) error
	// Snapshots remembers the loading of modules: the first machine that
	// requires one runs it, later ones get a copy of what it left behind, as long
	// as everything it asked of bindings and files while it ran would be answered
	// the same. What it does with the globals of a request runs for each request.
	// See template.go.
	Snapshots bool
	// Repeatable says whether a binding ("ntop.getPref") only reads, so that
	// calling it again tells whether a snapshot still holds. Modules that call
	// others while they load are not remembered. Nil is: none.
	Repeatable func(name string) bool
	// Missing gives the source of modules that no file of package.path has; "" for
	// those that it does not know either. Nil knows none.
	Missing func(name string) string
	// NoTwins runs every module's own Lua code, also where a native twin exists.
	NoTwins bool
}

// Runtime makes VMs that share compiled chunks. It is safe for concurrent use;
// the VMs are not.
type Runtime struct {
	cfg Config

	mu     sync.Mutex
	chunks map[string]*cached
	bytes  int64

	namespaces []namespaceValues
	print      any // nil when print is the library's own
	templates  templates

	panics   atomic.Int64
	loggedMu sync.Mutex
	logged   map[string]bool

	pool chan *VM
	stop chan struct{}
	done sync.WaitGroup
}

type namespaceValues struct {
	name      string
	functions *layout.Table // never written to: machines share it
}

type cached struct {
	size  int64
	mtime time.Time
	proto *layout.Prototype
	twin  twin // nil for all but a few known modules
}

// NewRuntime makes a runtime. When the linked go-lua is not the one this package
// was written for, only its compiler is used, and Logf is told.
func NewRuntime(cfg Config) (*Runtime, error) {
	fatal, own := layout.Check()
	if fatal != nil {
		return nil, fmt.Errorf("lua: %w", fatal)
	}
	if cfg.Stdout == nil {
		cfg.Stdout = os.Stdout
	}
	if cfg.Stderr == nil {
		cfg.Stderr = os.Stderr
	}
	if cfg.Logf == nil {
		cfg.Logf = func(string, ...any) {}
	}
	if own != nil {
		cfg.Logf("lua: scripts run on states of this program: %v", own)
	}
	if cfg.PackagePath == "" {
		cfg.PackagePath = "./?.lua;./?/init.lua"
	}
	setSources(&cfg)
	r := &Runtime{cfg: cfg, chunks: map[string]*cached{}, logged: map[string]bool{}, stop: make(chan struct{})}
	for _, ns := range cfg.Namespaces {
		v := namespaceValues{name: ns.Name, functions: layout.NewTable(0, len(ns.Functions))}
		for name, fn := range ns.Functions {
			v.functions.SetStr(name, layout.Shareable(r.wrap(ns.Name+"."+name, fn)))
		}
		v.functions.Share() // lists the keys while nobody else reads
		r.namespaces = append(r.namespaces, v)
	}
	if cfg.Print != nil {
		r.print = layout.Shareable(r.wrap("print", cfg.Print))
	}
	r.templates.init(r)
	if cfg.PoolSize > 0 {
		r.pool = make(chan *VM, cfg.PoolSize)
		r.done.Add(1)
		go r.keepPool()
	}
	return r, nil
}

func setSources(cfg *Config) {
	switch {
	case cfg.ReadFile == nil:
		cfg.ReadFile = readFile
		if cfg.Stat == nil {
			cfg.Stat = statFile
		}
	case cfg.Stat == nil:
		read := cfg.ReadFile
		cfg.Stat = func(path string) (int64, time.Time, error) {
			b, t, err := read(path)
			return int64(len(b)), t, err
		}
	}
}

func readFile(path string) ([]byte, time.Time, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	b, err := io.ReadAll(f)
	return b, st.ModTime(), err
}

func statFile(path string) (int64, time.Time, error) {
	st, err := os.Stat(path)
	if err != nil {
		return 0, time.Time{}, err
	}
	if st.IsDir() {
		return 0, time.Time{}, fmt.Errorf("%s is a directory", path)
	}
	return st.Size(), st.ModTime(), nil
}

// VM returns a machine for one request: a prepared one from the pool, or a new
// one. The caller closes it.
func (r *Runtime) VM(ctx context.Context) (*VM, error) {
	if r.pool != nil {
		select {
		case vm, ok := <-r.pool:
			if ok {
				return vm, nil
			}
		default:
		}
	}
	if ctx != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return r.prepared()
}

func (r *Runtime) prepared() (*VM, error) {
	vm := r.newVM()
	if r.cfg.Prepare != nil {
		if err := r.cfg.Prepare(vm); err != nil {
			vm.Close()
			return nil, err
		}
	}
	return vm, nil
}

// keepPool fills the pool whenever a machine was taken.
func (r *Runtime) keepPool() {
	defer r.done.Done()
	for {
		vm, err := r.prepared()
		if err != nil {
			r.cfg.Logf("lua: cannot prepare a machine: %v", err)
			select {
			case <-r.stop:
				return
			case <-time.After(time.Second):
			}
			continue
		}
		select {
		case r.pool <- vm:
		case <-r.stop:
			vm.Close()
			return
		}
	}
}

// Close ends the background work. Machines in use stay usable.
func (r *Runtime) Close() {
	r.mu.Lock()
	select {
	case <-r.stop:
		r.mu.Unlock()
		return
	default:
	}
	close(r.stop)
	r.mu.Unlock()
	r.done.Wait()
	if r.pool != nil {
		for {
			select {
			case vm := <-r.pool:
				vm.Close()
			default:
				return
			}
		}
	}
}

// Panics is the number of Go panics that became Lua errors.
func (r *Runtime) Panics() int64 { return r.panics.Load() }

func (r *Runtime) panicked(name string, what any) {
	r.panics.Add(1)
	r.loggedMu.Lock()
	first := !r.logged[name]
	r.logged[name] = true
	r.loggedMu.Unlock()
	if first {
		r.cfg.Logf("lua: panic in %s: %v", name, what)
	}
}

// maxChunkBytes bounds the chunk cache by its approximate size.
const maxChunkBytes = 512 << 20

// chunk returns the compiled form of a file, from the cache while size and
// modification time stay the same.
func (r *Runtime) chunk(path string) (*layout.Prototype, error) {
	c, err := r.cachedChunk(path)
	if err != nil {
		return nil, err
	}
	return c.proto, nil
}

func (r *Runtime) cachedChunk(path string) (*cached, error) {
	size, mtime, err := r.cfg.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s", path)
	}
	r.mu.Lock()
	c := r.chunks[path]
	r.mu.Unlock()
	if c != nil && c.size == size && c.mtime.Equal(mtime) {
		return c, nil
	}
	src, mtime, err := r.cfg.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	p, err := r.compile(string(src), "@"+path)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	if r.bytes > maxChunkBytes {
		r.chunks, r.bytes = map[string]*cached{}, 0
	}
	c = &cached{int64(len(src)), mtime, p, twins[sourceHash(src)]}
	r.chunks[path] = c
	r.bytes += int64(p.Size())
	r.mu.Unlock()
	return c, nil
}

// compile translates and compiles source text.
func (r *Runtime) compile(src, chunkname string) (*layout.Prototype, error) {
	out, lines, err := translate.Source(src, layout.ChunkID(chunkname))
	if err != nil {
		return nil, err
	}
	return layout.Compile(out, chunkname, lines)
}
