package layout

import (
	"fmt"
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

// checkErr says why the linked go-lua cannot be used, nil when it can.
var checkErr error

// original holds the VM's own instructions; dispatch those in use.
var original, dispatch [64]operation

func init() {
	if checkErr = learn(); checkErr != nil {
		return
	}
	install()
	checkErr = selfTest()
}

// Check reports whether the linked go-lua is laid out as this package expects.
func Check() error { return checkErr }

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

type uintptrWord struct{ p *unsafe.Pointer }

// same compares two types field by field.
func same(a, b reflect.Type, path string, seen map[[2]reflect.Type]bool) error {
	if a == b || seen[[2]reflect.Type{a, b}] {
		return nil
	}
	seen[[2]reflect.Type{a, b}] = true
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
	l := lua.NewState()
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
	v, err := Compile(l, program, "=selftest")
	if err != nil {
		return fmt.Errorf("layout of go-lua: self test: %w", err)
	}
	Push(l, NewClosure(l, v))
	if err := l.ProtectedCall(0, 1, 0); err != nil {
		return fmt.Errorf("layout of go-lua: self test: %w", err)
	}
	if Arg(l, 1) != true {
		return fmt.Errorf("layout of go-lua: self test failed")
	}
	return nil
}
