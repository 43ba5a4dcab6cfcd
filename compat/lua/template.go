package lua

import (
	"maps"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// A template is a module that was loaded once, with what it required: a
// snapshot of what the loading left behind, and what it depended on. A machine
// that requires the module as its first one gets a copy instead of running the
// module again, when nothing it depended on has changed:
//
//   - files: those that were run, and the directories searched for them;
//   - bindings: each call is made again and has to return the same;
//   - globals that were read but not set have to be absent;
//   - globals set to strings, and package.path, are part of the key.
//
// Statements of a module that use the globals of a request (set to tables) are
// not run while the template is made but after each copy, in their order. A
// module that does anything else that may differ next time, such as reading the
// clock, the environment or a file, has no template.
//
// What a script requires after the first module is learnt when it runs and
// becomes part of its next template, except modules that allow none. See
// follow.go.
type template struct {
	snapshot *layout.Snapshot
	where    any // what require returns beside the module
	record   *recording
	followed map[string]arrival
}

// recording is what a module did while its template was made.
type recording struct {
	request map[string]bool // globals of the request
	calls   []observation
	known   map[string]bool // calls by name and arguments
	files   map[string]stamp
	dirs    map[string]time.Time
	absent  map[string]bool
	late    map[string]bool // globals found absent after a statement was put off

	deferred []any
	lines    map[string]map[int]bool // statements to put off, by file

	impure string       // why there can be no template
	needs  *statementAt // a statement that has to be put off

	following string // the module being loaded after the first, or the last one
}

type statementAt struct {
	file string
	line int
}

type stamp struct {
	size  int64
	mtime time.Time
}

// observation is one call of a binding.
type observation struct {
	fn      any
	args    []any
	results []any
}

// templates are a runtime's templates by module and circumstances.
type templates struct {
	rt *Runtime

	mu       sync.Mutex
	base     *layout.Base
	families map[string]*family
	lines    map[string]map[int]bool // learnt: statements to put off
	scripts  map[string]*script
	excluded map[string]string // modules that are not followed, and why
	uses     int64
	hits     int64
	misses   int64
}

// family is the templates of one module under one key: they differ in what
// bindings returned.
type family struct {
	members  []*template
	building bool
	retry    time.Time
	reason   string // why the last attempt failed
	used     int64  // when, in uses of any family
}

const (
	maxFamilies   = 12
	maxMembers    = 2
	templateRetry = 30 * time.Second
	// templatePause bounds how often templates are made when no member fits.
	templatePause = time.Second
	// maxDeferred bounds how many statements are put off, each found by a run.
	maxDeferred = 8
)

func init() {
	layout.SetHelper("defer", layout.StaticFunction(func(l *golua.State) int {
		f, rec := layout.Arg(l, 1), vmOf(l).rec
		if rec == nil {
			layout.Call(l, f, 0)
			return 0
		}
		rec.deferred = append(rec.deferred, f)
		return 0
	}))
}

func (t *templates) init(r *Runtime) {
	t.rt = r
	t.families, t.lines = map[string]*family{}, map[string]map[int]bool{}
	t.scripts, t.excluded = map[string]*script{}, map[string]string{}
}

// adopt stands in for loading a module; ok is false when it has to be loaded.
func (vm *VM) adopt(l *golua.State, name string) (out []any, ok bool) {
	t := &vm.rt.templates
	if !vm.rt.cfg.Snapshots || vm.rec != nil || vm.adopted || l != vm.l {
		return nil, false
	}
	vm.adopted = true
	base := t.learn()
	if !base.Fresh(l, "path") {
		return nil, false
	}
	follow := t.following(vm.script)
	key := vm.templateKey(name) + "\n" + strings.Join(follow, "\n")
	t.mu.Lock()
	f := t.family(key)
	members := append([]*template(nil), f.members...)
	t.mu.Unlock()
	for _, m := range members {
		if vm.fits(l, m.record) {
			return vm.take(l, f, m, name)
		}
	}
	m := t.build(vm, f, name, follow)
	if m == nil || !vm.fits(l, m.record) {
		t.count(false)
		return nil, false
	}
	return vm.take(l, f, m, name)
}

// family finds or makes a family; the one unused for longest gives way.
func (t *templates) family(key string) *family {
	t.uses++
	f := t.families[key]
	if f == nil {
		if len(t.families) >= maxFamilies {
			oldest := ""
			for k, f := range t.families {
				if oldest == "" || f.used < t.families[oldest].used {
					oldest = k
				}
			}
			delete(t.families, oldest)
		}
		f = &family{}
		t.families[key] = f
	}
	f.used = t.uses
	return f
}

func (t *templates) count(hit bool) {
	t.mu.Lock()
	if hit {
		t.hits++
	} else {
		t.misses++
	}
	t.mu.Unlock()
}

// SnapshotUse is how many machines got a copy of a snapshot, how many that asked
// did not, and why the modules without one have none.
func (r *Runtime) SnapshotUse() (hits, misses int64, reasons []string) {
	t := &r.templates
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.families {
		if f.reason != "" {
			reasons = append(reasons, f.reason)
		}
	}
	sort.Strings(reasons)
	return t.hits, t.misses, reasons
}

// learn returns the description of a fresh machine.
func (t *templates) learn() *layout.Base {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.base == nil {
		t.base = layout.NewBase(t.rt.newVM().l)
	}
	return t.base
}

// templateKey is the module, package.path, and the globals that were set: the
// text of those that are strings, the names of the others.
func (vm *VM) templateKey(name string) string {
	path, _ := packageTable(vm.l).GetStr("path").(string)
	parts := make([]string, 0, len(vm.given))
	for n := range vm.given {
		if s, ok := layout.Globals(vm.l).GetStr(n).(string); ok {
			n += "=" + s
		}
		parts = append(parts, n)
	}
	sort.Strings(parts)
	return name + "\n" + path + "\n" + strings.Join(parts, "\n")
}

// take gives the machine its copy and runs the statements that were put off.
func (vm *VM) take(l *golua.State, f *family, m *template, name string) ([]any, bool) {
	deferred, ok := m.snapshot.Restore(l)
	if !ok {
		return nil, false
	}
	vm.rt.templates.count(true)
	vm.arrivals = maps.Clone(m.followed)
	vm.taken = true
	for _, fn := range deferred {
		layout.Call(l, fn, 0)
	}
	g := layout.Globals(l)
	for n := range m.record.late {
		if g.GetStr(n) != nil {
			// A later statement would have seen this global: run the module as it
			// is from now on.
			vm.rt.templates.abandon(f, name+": global '"+n+"' depends on the request")
		}
	}
	loaded := layout.AsTable(layout.Registry(l).GetStr(loadedKey))
	return []any{loaded.GetStr(name), m.where}, true
}

func (t *templates) abandon(f *family, reason string) {
	t.mu.Lock()
	f.members, f.reason, f.retry = nil, reason, time.Now().Add(24*time.Hour)
	t.mu.Unlock()
}

// fits reports whether loading would go as it was recorded.
func (vm *VM) fits(l *golua.State, rec *recording) bool {
	g := layout.Globals(l)
	for n := range rec.absent {
		if g.GetStr(n) != nil {
			return false
		}
	}
	for path, s := range rec.files {
		size, mtime, err := vm.rt.cfg.Stat(path)
		if err != nil || size != s.size || !mtime.Equal(s.mtime) {
			return false
		}
	}
	for dir, mtime := range rec.dirs {
		if !dirTime(dir).Equal(mtime) {
			return false
		}
	}
	for _, o := range rec.calls {
		args := make([]any, len(o.args))
		for i, a := range o.args {
			args[i] = toLua(a)
		}
		if !sameValues(fromAll(layout.Call(l, o.fn, -1, args...)), o.results) {
			return false
		}
	}
	return true
}

// build makes a template for vm's circumstances, or nil.
func (t *templates) build(vm *VM, f *family, name string, follow []string) *template {
	t.mu.Lock()
	if f.building || time.Now().Before(f.retry) {
		t.mu.Unlock()
		return nil
	}
	f.building = true
	t.mu.Unlock()
	m, reason := t.attempt(vm, name, follow)
	t.mu.Lock()
	defer t.mu.Unlock()
	f.building = false
	if m == nil {
		f.reason, f.retry = name+": "+reason, time.Now().Add(templateRetry)
		return nil
	}
	f.reason, f.retry = "", time.Now().Add(templatePause)
	if f.members = append(f.members, m); len(f.members) > maxMembers {
		f.members = append([]*template(nil), f.members[1:]...)
	}
	return m
}

func (t *templates) attempt(vm *VM, name string, follow []string) (*template, string) {
	for range maxDeferred + len(follow) + 1 {
		rec := &recording{request: map[string]bool{}, known: map[string]bool{}, files: map[string]stamp{},
			dirs: map[string]time.Time{}, absent: map[string]bool{}, late: map[string]bool{}, lines: t.deferredLines()}
		m, reason := t.run(vm, name, follow, rec)
		if rec.needs != nil {
			if reason = t.putOff(rec.needs); reason == "" {
				continue
			}
		}
		if m != nil {
			return m, ""
		}
		if rec.following == "" {
			return nil, reason
		}
		t.exclude(rec.following, reason)
	}
	return nil, "too many statements use the request"
}

func (t *templates) deferredLines() map[string]map[int]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[string]map[int]bool{}
	for file, lines := range t.lines {
		out[file] = map[int]bool{}
		for n := range lines {
			out[file][n] = true
		}
	}
	return out
}

// run loads the module in a machine of its own and takes the snapshot.
func (t *templates) run(vm *VM, name string, follow []string, rec *recording) (*template, string) {
	own := t.rt.newVM()
	defer own.Close()
	own.host, own.rec = vm.host, rec
	own.bounds.begin(vm.bounds.ctx, vm.bounds.limit)
	g := layout.Globals(own.l)
	for n := range vm.given {
		if s, ok := layout.Globals(vm.l).GetStr(n).(string); ok {
			g.SetStr(n, s)
			own.given[n] = true
		} else {
			rec.request[n] = true
		}
	}
	packageTable(own.l).SetStr("path", packageTable(vm.l).GetStr("path"))
	watch := layout.NewTable(0, 1)
	watch.SetStr("__index", layout.Function(func(l *golua.State) int {
		if n, ok := layout.Arg(l, 2).(string); ok {
			rec.missed(l, n)
		}
		return ret(l, nil)
	}))
	g.SetMeta(watch)
	require := g.GetStr("require")
	out, failed := own.protected(own.l, require, []any{name}, handler{})
	followed := map[string]arrival{}
	for _, next := range follow {
		if failed != nil || rec.needs != nil || rec.impure != "" {
			break
		}
		if t.isExcluded(next) {
			continue
		}
		rec.following = next
		failed = own.follow(require, next, followed)
	}
	switch {
	case rec.needs != nil:
		return nil, ""
	case rec.impure != "":
		return nil, rec.impure
	case failed != nil:
		return nil, own.messageOf(failed.value)
	case g.Meta() != watch:
		return nil, "the metatable of the globals was replaced"
	}
	g.SetMeta(nil)
	for n := range own.given {
		g.SetStr(n, nil) // the machine that takes the copy has it
	}
	s, err := t.base.Take(own.l, rec.deferred)
	if err != nil {
		return nil, err.Error()
	}
	rec.following = ""
	m := &template{snapshot: s, record: rec, followed: followed}
	if len(out) > 1 {
		m.where = out[1]
	}
	return m, ""
}

// missed notes that an absent global was read.
func (r *recording) missed(l *golua.State, name string) {
	if !r.request[name] {
		r.absent[name] = true
		if len(r.deferred) > 0 {
			r.late[name] = true
		}
		return
	}
	if r.needs != nil {
		return
	}
	for level := 0; ; level++ {
		f, ok := layout.FrameAt(l, level)
		if !ok {
			r.impure = "global '" + name + "' is read"
			return
		}
		if f.Main {
			if !strings.HasPrefix(f.Source, "@") {
				r.impure = "global '" + name + "' is read by generated code"
				return
			}
			r.needs = &statementAt{f.Source[1:], f.Line}
			return
		}
	}
}

// does notes something that rules a template out.
func (vm *VM) does(what string) {
	if vm.rec != nil && vm.rec.impure == "" {
		vm.rec.impure = what + " is used while it loads"
	}
}

// impure notes it for the running library function.
func impure(l *golua.State, what string) { vmOf(l).does(what) }

// observe records a call of a binding.
func (vm *VM) observe(name string, fn any, args []any, results []any) {
	rec := vm.rec
	if vm.rt.cfg.Repeatable == nil || !vm.rt.cfg.Repeatable(name) {
		vm.does(name)
		return
	}
	o := observation{fn: fn, args: fromAll(args), results: fromAll(results)}
	var key strings.Builder
	key.WriteString(name)
	for _, a := range o.args {
		switch a := a.(type) {
		case string:
			key.WriteString("\x00s" + a)
		case nil, bool, int64, float64:
			key.WriteString("\x00v" + basicString(a))
		default:
			vm.does(name + " with a table")
			return
		}
	}
	if rec.known[key.String()] {
		return
	}
	rec.known[key.String()] = true
	rec.calls = append(rec.calls, o)
}

func fromAll(vs []any) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = fromLua(v)
	}
	return out
}

// chunk is Runtime.cachedChunk for this machine: while a template is made, the
// file is noted and its statements that have to wait are put off.
func (vm *VM) chunk(path string) (*cached, error) {
	c, err := vm.rt.cachedChunk(path)
	if vm.rec == nil {
		return c, err
	}
	if err != nil {
		vm.does("a missing file")
		return c, err
	}
	vm.rec.files[path] = stamp{c.size, c.mtime}
	if lines := vm.rec.lines[path]; lines != nil {
		if c, err = vm.rt.deferredChunk(path, c, lines); err != nil {
			vm.does(err.Error())
		}
	}
	return c, err
}

// searched notes that a file was looked for and not found.
func (vm *VM) searched(path string) {
	if vm.rec != nil {
		dir := filepath.Dir(path)
		vm.rec.dirs[dir] = dirTime(dir)
	}
}

// sameValues compares what bindings returned; the order of keys does not count.
func sameValues(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !sameValue(a[i], b[i]) {
			return false
		}
	}
	return true
}

func sameValue(a, b any) bool {
	x, isTable := a.(*Table)
	if !isTable {
		return a == b
	}
	y, isTable := b.(*Table)
	if !isTable || len(x.keys) != len(y.keys) || !sameValues(x.arr, y.arr) {
		return false
	}
	var at map[any]any
	for i, k := range x.keys {
		if at == nil && y.keys[i] == k {
			if !sameValue(x.vals[i], y.vals[i]) {
				return false
			}
			continue
		}
		if at == nil {
			at = make(map[any]any, len(y.keys))
			for j, k := range y.keys {
				at[k] = y.vals[j]
			}
		}
		if v, ok := at[k]; !ok || !sameValue(x.vals[i], v) {
			return false
		}
	}
	return true
}
