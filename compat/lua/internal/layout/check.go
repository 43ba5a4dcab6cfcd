package layout

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	lua "github.com/Shopify/go-lua"

	"unsafe" // also for go:linkname
)

// jumpTable is the VM's instruction table. The linker leaves it nil when the
// linked go-lua has none of that name, which Check reports.
//
//go:linkname jumpTable github.com/Shopify/go-lua.jumpTable
var jumpTable []operation

const opCount = 40

// checkErr says why the linked go-lua's states cannot be used, fatalErr why
// nothing can.
var checkErr, fatalErr error

func init() {
	if os.Getenv("NTOPGO_LUA_PORTABLE") == "" {
		if checkErr = learn(); checkErr == nil {
			installHelpers()
			install()
			if checkErr = selfTest(); checkErr == nil {
				return
			}
		}
	}
	usePortable()
	fatalErr = selfTest()
}

// Check reports whether scripts can run at all. The first error says that they
// cannot, the second why they run on this package's own states: the linked
// go-lua is not laid out as this package expects.
func Check() (fatal, own error) { return fatalErr, checkErr }

// Portable reports whether states are this package's own.
func Portable() bool { return portable }

// install makes every instruction of the VM's table lead to this package's loop.
func install() {
	for i := range jumpTable {
		jumpTable[i] = enter
	}
	jumpTable = append(jumpTable, enter, enter, enter, enter, enter, enter, enter, enter)
}

// usePortable makes this package's own types those of all values.
func usePortable() {
	portable = true
	tableType, closureType = typeOf((*Table)(nil)), typeOf((*Closure)(nil))
	goFunctionType, goClosureType = typeOf((*goFunction)(nil)), typeOf((*goClosure)(nil))
	userDataType, threadType = typeOf((*userData)(nil)), typeOf((*state)(nil))
	locationType = typeOf(stackLocation{})
	installHelpers()
}

func learn() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("layout of go-lua: %v", r)
		}
	}()
	if len(jumpTable) != opCount {
		return fmt.Errorf("layout of go-lua: %d instructions, expected %d", len(jumpTable), opCount)
	}
	seen := map[[2]reflect.Type]bool{}
	if err := same(reflect.TypeOf(state{}), reflect.TypeOf(lua.State{}), "State", seen); err != nil {
		return err
	}
	l := lua.NewState()
	examples := []struct {
		push func()
		want reflect.Type
		word *uintptrWord
	}{
		{func() { l.NewTable() }, reflect.TypeOf(&Table{}), &uintptrWord{&tableType}},
		{func() { l.PushGoFunction(func(*lua.State) int { return 0 }) }, reflect.TypeOf(&goFunction{}), &uintptrWord{&goFunctionType}},
		{func() { l.PushNil(); l.PushGoClosure(func(*lua.State) int { return 0 }, 1) }, reflect.TypeOf(&goClosure{}), &uintptrWord{&goClosureType}},
		{func() { l.PushUserData(0) }, reflect.TypeOf(&userData{}), &uintptrWord{&userDataType}},
		{func() { l.PushThread() }, reflect.TypeOf(&state{}), &uintptrWord{&threadType}},
		{func() { _ = l.Load(strings.NewReader("local a return function() return a end"), "=check", "t") }, reflect.TypeOf(&Closure{}), &uintptrWord{&closureType}},
	}
	m := mirror(l)
	for _, x := range examples {
		x.push()
		v := m.stack[m.top-1]
		if err := same(x.want, reflect.TypeOf(v), x.want.String(), seen); err != nil {
			return err
		}
		*x.word.p = typeOf(v)
	}
	// The type of an open upvalue's location: call the chunk, look at what its
	// closure captured while the chunk still runs.
	l.SetTop(0)
	var home any
	l.PushGoFunction(func(l *lua.State) int {
		home = mirror(l).upValues.upValue.home
		return 0
	})
	l.SetGlobal("look")
	if err := lua.DoString(l, "local a = 1; local function f() return a end; look()"); err != nil {
		return fmt.Errorf("layout of go-lua: %w", err)
	}
	if err := same(reflect.TypeOf(stackLocation{}), reflect.TypeOf(home), "stackLocation", seen); err != nil {
		return err
	}
	locationType = typeOf(home)
	return nil
}

// shapes names, for types that hold more than the VM's, the VM's own form.
var shapes = map[reflect.Type]reflect.Type{
	reflect.TypeFor[Table]():     reflect.TypeFor[tableShape](),
	reflect.TypeFor[Closure]():   reflect.TypeFor[closureShape](),
	reflect.TypeFor[Prototype](): reflect.TypeFor[proto](),
}

type uintptrWord struct{ p *unsafe.Pointer }

// same compares two types field by field.
func same(a, b reflect.Type, path string, seen map[[2]reflect.Type]bool) error {
	if a == b || seen[[2]reflect.Type{a, b}] {
		return nil
	}
	seen[[2]reflect.Type{a, b}] = true
	if shape, ok := shapes[a]; ok {
		if a.Size() < shape.Size() {
			return fmt.Errorf("layout of go-lua: %s does not fit into %v", path, a)
		}
		a = shape
	}
	if b == nil || a.Kind() != b.Kind() || a.Size() != b.Size() {
		return fmt.Errorf("layout of go-lua: %s is %v, expected the layout of %v", path, b, a)
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice:
		return same(a.Elem(), b.Elem(), path, seen)
	case reflect.Array:
		if a.Len() != b.Len() {
			return fmt.Errorf("layout of go-lua: %s has %d elements, expected %d", path, b.Len(), a.Len())
		}
		return same(a.Elem(), b.Elem(), path, seen)
	case reflect.Struct:
		if a.NumField() != b.NumField() {
			return fmt.Errorf("layout of go-lua: %s has %d fields, expected %d", path, b.NumField(), a.NumField())
		}
		for i := 0; i < a.NumField(); i++ {
			fa, fb := a.Field(i), b.Field(i)
			if !strings.EqualFold(fa.Name, fb.Name) || fa.Offset != fb.Offset {
				return fmt.Errorf("layout of go-lua: %s.%s at %d, expected %s at %d", path, fb.Name, fb.Offset, fa.Name, fa.Offset)
			}
			if err := same(fa.Type, fb.Type, path+"."+fa.Name, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// selfTest runs a program that touches every replaced instruction.
func selfTest() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("layout of go-lua: self test: %v", r)
		}
	}()
	l := NewState()
	const program = `
		local t = {1, 2, 3, x = "y"}
		local n = 0
		for i = 1, 3 do n = n + t[i] * 2 - 1 end
		local function f(a, b) return function() n = n + a return b .. n end end
		local u = f(1, "s")()
		repeat n = n + 1 until n >= 20 or not t
		while n > 15 do n = n - 1 end
		t.z, t[4] = #t, -n
		return u == "s10" and n == 15 and t.z == 3 and t[4] == -15 and t.x == "y" and 7 % -3 == -2 and 2 ^ 2 == 4 and n ~= 4 / 3`
	v, err := Compile(program, "=selftest", nil)
	if err != nil {
		return fmt.Errorf("layout of go-lua: self test: %w", err)
	}
	Push(l, NewClosure(l, v))
	if err := Run(l, 0); err != nil {
		return fmt.Errorf("layout of go-lua: self test: %w", err)
	}
	if Arg(l, 1) != true {
		return fmt.Errorf("layout of go-lua: self test failed")
	}
	return nil
}
