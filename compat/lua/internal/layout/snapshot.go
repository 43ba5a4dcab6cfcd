package layout

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"unsafe"

	lua "github.com/Shopify/go-lua"
)

// A Snapshot is what running some modules added to a fresh machine: the tables
// and functions they made and the fields they set in the machine's own tables.
// It is read-only and serves any number of machines at once; Restore makes a
// machine's own copy. Tables that hold nothing to copy share their storage with
// the snapshot until they are written to.
type Snapshot struct {
	base     *Base
	tables   []tableImage
	closures []closureImage
	natives  []nativeImage
	cells    []ref
	slots    int // captured variables of all closures together
	changes  []change
	kept     []ref
}

// refKind says which list of a snapshot a ref counts in.
type refKind uint8

const (
	refValue   refKind = iota // a value that machines may share
	refBase                   // an object of the machine itself
	refTable                  // Snapshot.tables
	refClosure                // Snapshot.closures
	refNative                 // Snapshot.natives
)

type ref struct {
	kind  refKind
	index int32
	value any
}

type field struct {
	key   any
	value ref
}

type tableImage struct {
	image  *Table
	meta   ref
	list   []int // positions of the list part that need a copy's value
	items  []ref
	hash   []int // positions of the hash part that do
	values []ref
}

type closureImage struct {
	prototype *Prototype
	cells     []int32
}

type nativeImage struct {
	function lua.Function
	upValues []ref
}

// change is what became of one table of the machine itself.
type change struct {
	base    int32
	fields  []field
	list    []ref
	removed []any
}

// shared marks, in Table.flags, storage that belongs to a snapshot. The VM uses
// the low bits only.
const shared = 1 << 7

// own gives t its own storage before a write.
func (t *Table) own() {
	t.flags &^= shared
	t.array = slices.Clone(t.array)
	t.fields = t.fields.clone()
}

// Share makes a table whose storage is t's until it is written to. t itself must
// not be written to any more.
func (t *Table) Share() *Table {
	return &Table{array: t.array, fields: t.fields, metaTable: t.metaTable, flags: shared}
}

// shareable holds the functions that keep no state of one machine.
var shareable sync.Map // *goFunction -> struct{}

// Shareable states that a function from Function keeps no state of a machine
// and returns it.
func Shareable(v any) any {
	shareable.Store((*goFunction)(dataOf(v)), struct{}{})
	return v
}

var static sync.Map // code of a Go function -> its Lua value

// StaticFunction is Function for a function that captures nothing: it has one
// value in all machines.
func StaticFunction(f lua.Function) any {
	code := *(*unsafe.Pointer)(unsafe.Pointer(&f))
	if v, ok := static.Load(code); ok {
		return v
	}
	v, _ := static.LoadOrStore(code, Shareable(Function(f)))
	return v
}

// NativeClosure is a Go function that captures Lua values. Unlike those a Go
// closure captures, a snapshot can copy them.
func NativeClosure(f lua.Function, values ...any) any {
	return pack(goClosureType, ptr(&goClosure{function: f, upValues: values}))
}

// twinMark is the last captured value of a NativeTwin.
var twinMark any = &struct{ _ byte }{}

// NativeTwin is a NativeClosure that stands in for a Lua function, its first
// captured value. It is no level of the stack for error positions and debug.
func NativeTwin(f lua.Function, original any) any {
	return NativeClosure(f, original, twinMark)
}

func isTwin(f any) bool {
	if typeOf(f) != goClosureType {
		return false
	}
	up := (*goClosure)(dataOf(f)).upValues
	return len(up) > 0 && up[len(up)-1] == twinMark
}

// CallOriginal ends a NativeTwin by calling what it stands in for with the
// arguments it was given.
func CallOriginal(l *lua.State) int {
	m := mirror(l)
	args := append([]any(nil), Args(l)...)
	fn := m.push(Captured(l, 0), args)
	m.call(fn, -1)
	return m.top - fn
}

// Captured returns value i (0-based) that the running NativeClosure captured.
func Captured(l *lua.State, i int) any {
	m := mirror(l)
	return (*goClosure)(dataOf(m.stack[m.callInfo.function])).upValues[i]
}

// Base describes the tables and userdata of a fresh machine, found by their
// paths from the registry, and what the tables hold.
type Base struct {
	paths   []basePath
	content []map[any]any
	lists   [][]any
	metas   []any // the metatable of each, as baseObject, or nil
}

// basePath leads from an earlier object to the next one; a nil key is the
// metatable. The first object is the registry.
type basePath struct {
	parent int
	key    any
	typ    int // index of globalState.metaTables + 1, or 0
}

// NewBase learns the objects of a fresh machine.
func NewBase(l *lua.State) *Base {
	m := mirror(l)
	b := &Base{}
	seen := map[any]int{}
	var objects []any
	add := func(v any, p basePath) {
		if ty := typeOf(v); ty != tableType && ty != userDataType && ty != threadType {
			return
		}
		if _, ok := seen[v]; ok {
			return
		}
		seen[v] = len(objects)
		objects = append(objects, v)
		b.paths = append(b.paths, p)
	}
	add(tableValue(m.global.registry), basePath{parent: -1})
	for i, mt := range m.global.metaTables {
		add(tableValue(mt), basePath{parent: -1, typ: i + 1})
	}
	for i := 0; i < len(objects); i++ {
		if mt := m.metaOf(objects[i]); mt != nil {
			add(tableValue(mt), basePath{parent: i})
		}
		t := asTable(objects[i])
		if t == nil {
			continue
		}
		for k := range t.array {
			add(t.array[k], basePath{parent: i, key: int64(k + 1)})
		}
		t.each(func(k, v any) { add(v, basePath{parent: i, key: k}) })
	}
	// Contents name objects by their number, so that they hold for any machine.
	number := func(v any) any {
		if n, ok := seen[v]; ok {
			return baseObject(n)
		}
		return v
	}
	b.content, b.lists, b.metas = make([]map[any]any, len(objects)), make([][]any, len(objects)), make([]any, len(objects))
	for i, v := range objects {
		b.metas[i] = number(tableValue(m.metaOf(v)))
		if t := asTable(v); t != nil {
			b.content[i] = map[any]any{}
			t.each(func(k, x any) { b.content[i][k] = number(x) })
			for _, x := range t.array {
				b.lists[i] = append(b.lists[i], number(x))
			}
		}
	}
	return b
}

type baseObject int

// find returns the objects of a machine in the order of b, or nil when one is
// not where it was in a fresh machine.
func (b *Base) find(l *lua.State) []any {
	m := mirror(l)
	out := make([]any, len(b.paths))
	for i, p := range b.paths {
		switch {
		case p.parent < 0 && p.typ == 0:
			out[i] = tableValue(m.global.registry)
		case p.parent < 0:
			out[i] = tableValue(m.global.metaTables[p.typ-1])
		case p.key == nil:
			out[i] = tableValue(m.metaOf(out[p.parent]))
		default:
			out[i] = asTable(out[p.parent]).Get(p.key)
		}
		if (typeOf(out[i]) == tableType) != (b.content[i] != nil) || out[i] == nil {
			return nil
		}
	}
	return out
}

// Fresh reports whether a machine's own tables hold what a fresh machine's do,
// but for additional globals and the field that skip names.
func (b *Base) Fresh(l *lua.State, skip string) bool {
	objects := b.find(l)
	if objects == nil {
		return false
	}
	globals := Globals(l)
	for i, v := range objects {
		t := asTable(v)
		if t == nil {
			continue
		}
		if !sameBase(tableValue(t.metaTable), b.metas[i], objects) {
			return false
		}
		if t.flags&shared != 0 {
			continue // never written to
		}
		want := b.content[i]
		if _, n := t.Count(); t != globals && n != len(want) || len(t.array) != len(b.lists[i]) {
			return false
		}
		for k, w := range want {
			if !sameBase(t.Get(k), w, objects) && k != skip {
				return false
			}
		}
		for k, w := range b.lists[i] {
			if !sameBase(t.array[k], w, objects) {
				return false
			}
		}
	}
	return true
}

func sameBase(have, want any, objects []any) bool {
	if n, ok := want.(baseObject); ok {
		return have == objects[n]
	}
	return have == want
}

// Take makes a snapshot of what a machine that was fresh at base holds now.
// keep are values whose copies Restore returns. The machine must not be used
// afterwards. The error names what cannot be copied: coroutines, open files,
// functions that keep Go state.
func (b *Base) Take(l *lua.State, keep []any) (s *Snapshot, err error) {
	objects := b.find(l)
	if objects == nil {
		return nil, errors.New("a table of the machine itself was replaced")
	}
	t := &taker{s: &Snapshot{base: b}, seen: map[any]ref{}, cells: map[*upValue]int32{}}
	for i, v := range objects {
		t.seen[v] = ref{kind: refBase, index: int32(i)}
	}
	for i, v := range objects {
		if table := asTable(v); table != nil {
			t.changed(int32(i), table, objects)
		}
	}
	for _, v := range keep {
		t.s.kept = append(t.s.kept, t.ref(v))
	}
	for len(t.todo) > 0 {
		next := t.todo[len(t.todo)-1]
		t.todo = t.todo[:len(t.todo)-1]
		next()
	}
	if t.err != nil {
		return nil, t.err
	}
	return t.s, nil
}

type taker struct {
	s     *Snapshot
	seen  map[any]ref
	cells map[*upValue]int32
	todo  []func()
	err   error
}

func (t *taker) fail(format string, a ...any) ref {
	if t.err == nil {
		t.err = fmt.Errorf(format, a...)
	}
	return ref{}
}

// changed records how a table of the machine differs from the fresh one.
func (t *taker) changed(i int32, table *Table, objects []any) {
	b, c := t.s.base, change{base: i}
	if !sameBase(tableValue(table.metaTable), b.metas[i], objects) {
		t.fail("a table of the machine itself got another metatable")
	}
	if table.flags&shared != 0 {
		return
	}
	table.each(func(k, v any) {
		if want, known := b.content[i][k]; !known || !sameBase(v, want, objects) {
			c.fields = append(c.fields, field{k, t.ref(v)})
		}
	})
	for k := range b.content[i] {
		if table.Get(k) == nil {
			c.removed = append(c.removed, k)
		}
	}
	same := len(table.array) == len(b.lists[i])
	for k := 0; same && k < len(table.array); k++ {
		same = sameBase(table.array[k], b.lists[i][k], objects)
	}
	if !same {
		for _, v := range table.array {
			c.list = append(c.list, t.ref(v))
		}
		if c.list == nil {
			c.list = []ref{}
		}
	}
	if c.fields != nil || c.removed != nil || c.list != nil {
		t.s.changes = append(t.s.changes, c)
	}
}

// ref finds or makes the image of a value.
func (t *taker) ref(v any) ref {
	switch typeOf(v) {
	case tableType, closureType, goClosureType, goFunctionType, userDataType, threadType:
	default:
		return ref{value: v}
	}
	if r, ok := t.seen[v]; ok {
		return r
	}
	var r ref
	switch typeOf(v) {
	case tableType:
		r = ref{kind: refTable, index: int32(len(t.s.tables))}
		t.s.tables = append(t.s.tables, tableImage{})
		t.todo = append(t.todo, func() { t.table(r.index, asTable(v)) })
	case closureType:
		r = ref{kind: refClosure, index: int32(len(t.s.closures))}
		t.s.closures = append(t.s.closures, closureImage{})
		t.todo = append(t.todo, func() { t.closure(r.index, asClosure(v)) })
	case goClosureType:
		r = ref{kind: refNative, index: int32(len(t.s.natives))}
		t.s.natives = append(t.s.natives, nativeImage{})
		t.todo = append(t.todo, func() { t.native(r.index, (*goClosure)(dataOf(v))) })
	case goFunctionType:
		if _, ok := shareable.Load((*goFunction)(dataOf(v))); !ok {
			return t.fail("a Go function keeps state of one machine")
		}
		r = ref{value: v}
	default:
		return t.fail("a %s cannot be copied", TypeName(v))
	}
	t.seen[v] = r
	return r
}

func (t *taker) table(i int32, table *Table) {
	im := tableImage{image: table.Share()}
	if table.metaTable != nil {
		im.meta = t.ref(tableValue(table.metaTable))
	}
	for k, v := range table.array {
		if r := t.ref(v); r.kind != refValue {
			im.list, im.items = append(im.list, k), append(im.items, r)
		}
	}
	if f := table.fields; f != nil {
		for k := range f.entries {
			e := &f.entries[k]
			if e.value == nil {
				continue
			}
			if r := t.ref(e.key); r.kind != refValue {
				t.fail("a %s as the key of a table", TypeName(e.key))
			}
			if r := t.ref(e.value); r.kind != refValue {
				im.hash, im.values = append(im.hash, k), append(im.values, r)
			}
		}
	}
	t.s.tables[i] = im
}

func (t *taker) closure(i int32, c *Closure) {
	im := closureImage{prototype: c.prototype, cells: make([]int32, len(c.upValues))}
	for k, u := range c.upValues {
		n, ok := t.cells[u]
		if !ok {
			if typeOf(u.home) == locationType {
				t.fail("a variable of a function that still runs")
				return
			}
			n = int32(len(t.s.cells))
			t.cells[u] = n
			t.s.cells = append(t.s.cells, ref{})
			t.s.cells[n] = t.ref(u.home)
		}
		im.cells[k] = n
	}
	t.s.slots += len(im.cells)
	t.s.closures[i] = im
}

func (t *taker) native(i int32, c *goClosure) {
	im := nativeImage{function: c.function}
	for _, v := range c.upValues {
		im.upValues = append(im.upValues, t.ref(v))
	}
	t.s.natives[i] = im
}

// copies are the objects one Restore makes, in one piece per kind.
type copies struct {
	objects  []any
	tables   []Table
	closures []Closure
	natives  []goClosure
}

func (c *copies) value(r ref) any {
	switch r.kind {
	case refBase:
		return c.objects[r.index]
	case refTable:
		return pack(tableType, unsafe.Pointer(&c.tables[r.index]))
	case refClosure:
		return pack(closureType, unsafe.Pointer(&c.closures[r.index]))
	case refNative:
		return pack(goClosureType, unsafe.Pointer(&c.natives[r.index]))
	}
	return r.value
}

// Restore gives a fresh machine (see Base.Fresh) what the snapshot holds and
// returns the copies of the kept values. ok is false, and nothing done, when the
// machine is not laid out as a fresh one.
func (s *Snapshot) Restore(l *lua.State) (kept []any, ok bool) {
	objects := s.base.find(l)
	if objects == nil {
		return nil, false
	}
	c := &copies{objects: objects, tables: make([]Table, len(s.tables)),
		closures: make([]Closure, len(s.closures)), natives: make([]goClosure, len(s.natives))}
	cells, slots := make([]upValue, len(s.cells)), make([]*upValue, s.slots)
	for i := range s.cells {
		cells[i].home = c.value(s.cells[i])
	}
	for i := range s.closures {
		im := &s.closures[i]
		n := len(im.cells)
		for k, cell := range im.cells {
			slots[k] = &cells[cell]
		}
		c.closures[i] = Closure{prototype: im.prototype, upValues: slots[:n:n]}
		slots = slots[n:]
	}
	for i := range s.natives {
		im := &s.natives[i]
		c.natives[i] = goClosure{function: im.function, upValues: make([]any, len(im.upValues))}
		for k, r := range im.upValues {
			c.natives[i].upValues[k] = c.value(r)
		}
	}
	for i := range s.tables {
		c.table(&c.tables[i], &s.tables[i])
	}
	for i := range s.changes {
		c.change(&s.changes[i])
	}
	for _, r := range s.kept {
		kept = append(kept, c.value(r))
	}
	return kept, true
}

func (c *copies) table(t *Table, im *tableImage) {
	*t = *im.image
	if im.meta.kind != refValue {
		t.metaTable = asTable(c.value(im.meta))
	}
	if len(im.list) == 0 && len(im.hash) == 0 {
		return
	}
	t.own()
	for k, at := range im.list {
		t.array[at] = c.value(im.items[k])
	}
	for k, at := range im.hash {
		t.fields.entries[at].value = c.value(im.values[k])
	}
}

func (c *copies) change(ch *change) {
	t := asTable(c.objects[ch.base])
	for _, k := range ch.removed {
		t.Set(k, nil)
	}
	for _, f := range ch.fields {
		t.Set(f.key, c.value(f.value))
	}
	if ch.list != nil {
		t.writable()
		t.array = t.array[:0:0]
		for _, r := range ch.list {
			t.array = append(t.array, c.value(r))
		}
	}
}

func (t *Table) writable() {
	if t.flags&shared != 0 {
		t.own()
	}
}

// Size is how many tables and functions one Restore copies.
func (s *Snapshot) Size() (tables, functions int) {
	return len(s.tables), len(s.closures) + len(s.natives)
}
