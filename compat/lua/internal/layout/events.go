package layout

// event is the name of a metamethod as a table key.
type event struct {
	key  any
	hash uint32
	bit  byte // in Table.flags: the metatable has none; 0: not remembered
}

func newEvent(name string, bit byte) event {
	k, h := intern(name)
	return event{k, h, bit}
}

// The events that most operations ask for.
var (
	evIndex    = newEvent("__index", 1)
	evNewIndex = newEvent("__newindex", 2)
	evEq       = newEvent("__eq", 4)
	evLen      = newEvent("__len", 8)
	evCall     = newEvent("__call", 16)
)

var events = func() map[string]event {
	m := map[string]event{"__index": evIndex, "__newindex": evNewIndex, "__eq": evEq, "__len": evLen, "__call": evCall}
	for _, n := range []string{"__lt", "__le", "__concat", "__close", "__tostring", "__name", "__pairs", "__metatable", "__gc", "__mode"} {
		m[n] = newEvent(n, 0)
	}
	for _, n := range append(arithEvents, extraEvents...) {
		m[n] = newEvent(n, 0)
	}
	return m
}()

// event returns a metatable's field, remembering those it has not.
func (t *Table) event(ev event) any {
	if t.flags&ev.bit != 0 {
		return nil
	}
	v := t.getString(ev.key, ev.hash)
	if v == nil {
		t.flags |= ev.bit
	}
	return v
}

// metaField returns the metamethod that v has for an event, or nil.
func (m *state) metaField(v any, name string) any {
	mt := m.metaOf(v)
	if mt == nil {
		return nil
	}
	if ev, ok := events[name]; ok {
		return mt.event(ev)
	}
	return mt.GetStr(name)
}
