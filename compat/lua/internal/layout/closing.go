package layout

import (
	"strings"
	"unsafe"

	lua "github.com/Shopify/go-lua"
)

// The list of open upvalues of a state is kept in order of the stack, highest
// first. Between them stand the variables that are to be closed, marked by a
// home that is a *pending; the VM's own code passes those over.

// pending is a variable declared <close>, by its position on the stack.
type pending struct{ slot int }

// capture finds or makes the open upvalue of a stack slot.
func (m *state) capture(slot int) *upValue {
	p := &m.upValues
	for u := *p; u != nil; u = *p {
		at, open := u.slot()
		if !open {
			*p = u.next // closed by the VM, which leaves some in the list
			continue
		}
		if at == slot && typeOf(u.upValue.home) == locationType {
			return u.upValue
		}
		if at < slot {
			break
		}
		p = &u.next
	}
	c := &struct {
		value upValue
		place stackLocation
		link  openUpValue
	}{place: stackLocation{m, slot}}
	c.value.home = pack(locationType, unsafe.Pointer(&c.place))
	c.link = openUpValue{&c.value, *p}
	*p = &c.link
	return &c.value
}

// slot is where the variable of a list entry is; open is false when it was
// closed.
func (u *openUpValue) slot() (at int, open bool) {
	home := u.upValue.home
	if typeOf(home) == locationType {
		return (*stackLocation)(dataOf(home)).index, true
	}
	if v, ok := home.(*pending); ok {
		return v.slot, true
	}
	return 0, false
}

// close ends the variables from a stack position on: captured ones get a place
// of their own, then those to be closed are closed. What stands at the top of the
// stack or above it is not kept.
func (m *state) close(level int) {
	m.detach(level)
	for u := m.upValues; u != nil; u = m.upValues {
		at, open := u.slot()
		if open && at < level {
			return
		}
		m.upValues = u.next
		if open {
			m.runCloser(m.stack[at], nil)
		}
	}
}

// detach gives the captured variables from a stack position on a place of their
// own.
func (m *state) detach(level int) {
	p := &m.upValues
	for u := *p; u != nil; u = *p {
		at, open := u.slot()
		switch {
		case open && at < level:
			return
		case !open:
			*p = u.next
		case typeOf(u.upValue.home) == locationType:
			u.upValue.home = m.stack[at]
			*p = u.next
		default:
			p = &u.next
		}
	}
}

// closeReturn is close for a function that returns what stands from first to the
// top, which stays there.
func (m *state) closeReturn(ci *callInfo, first int) {
	base := ci.base()
	if !m.mustClose(base) {
		m.detach(base)
		return
	}
	n := m.top - first
	m.top = max(m.top, ci.top)
	m.close(base)
	m.top = first + n
}

// mustClose reports whether a variable from a stack position on is to be closed.
func (m *state) mustClose(level int) bool {
	for u := m.upValues; u != nil; u = u.next {
		if v, ok := u.upValue.home.(*pending); ok {
			return v.slot >= level
		}
	}
	return false
}

// toClose marks the variable at a stack slot, once it has a value.
func (m *state) toClose(slot int, v any, p *Prototype, pc int) {
	if !Truthy(v) {
		return
	}
	if m.metaField(v, "__close") == nil {
		name, _ := p.localName(slot-m.callInfo.base(), pc)
		switch {
		case name == "":
			name = "?"
		case strings.HasPrefix(name, HiddenLocal):
			name = "(for state)"
		}
		m.fail("variable '%s' got a non-closable value", name)
	}
	at := &m.upValues
	for u := *at; u != nil; u = *at {
		if s, open := u.slot(); open && s <= slot {
			break
		}
		at = &u.next
	}
	*at = &openUpValue{&upValue{home: &pending{slot}}, *at}
}

// runCloser calls v's __close with the error that ends its scope, or nil. What
// is on the stack stays there.
func (m *state) runCloser(v, err any) {
	f := m.metaField(v, "__close")
	if msg := m.notCloser(f); msg != "" {
		m.raise("%s", msg)
	}
	m.call0(f, v, err)
}

// notCloser says why f, which was a __close when its value was declared, cannot
// be called any more.
func (m *state) notCloser(f any) string {
	if isFunction(f) || m.metaField(f, "__call") != nil {
		return ""
	}
	return "attempt to call a " + m.namedType(f) + " value (metamethod 'close')"
}

// closeAfter closes what an error left to be closed from a stack position on. A
// closer that fails replaces the error; value makes a Lua value of what it failed
// with. failed tells whether there is an error.
func (m *state) closeAfter(level int, failed bool, err any, value func(error) any) (bool, any) {
	m.detach(level)
	for u := m.upValues; u != nil; u = m.upValues {
		at, open := u.slot()
		if open && at < level {
			break
		}
		m.upValues = u.next
		if !open {
			continue
		}
		v := m.stack[at]
		f := m.metaField(v, "__close")
		if msg := m.notCloser(f); msg != "" {
			failed, err = true, msg
			continue
		}
		top := m.top
		m.top = max(m.top, at+1)
		m.reserve(lua.MinStack)
		m.stack[m.top], m.stack[m.top+1], m.stack[m.top+2] = f, v, err
		m.top += 3
		if e := m.protectedCall(m.top-3, 0); e != nil {
			failed, err = true, value(e)
		}
		m.top = top
	}
	return failed, err
}

// CloseAfter closes the variables that an error, or the end of a coroutine, left
// to be closed in l above its n-th value. It returns the error that stands
// afterwards, which is the one given unless a closer failed.
func CloseAfter(l *lua.State, n int, failed bool, err any, value func(error) any) (bool, any) {
	m := mirror(l)
	return m.closeAfter(m.callInfo.function+1+n, failed, err, value)
}

func (u *upValue) get() any {
	if typeOf(u.home) == locationType {
		loc := (*stackLocation)(dataOf(u.home))
		return loc.state.stack[loc.index]
	}
	return u.home
}

func (u *upValue) set(v any) {
	if typeOf(u.home) == locationType {
		loc := (*stackLocation)(dataOf(u.home))
		loc.state.stack[loc.index] = v
		return
	}
	u.home = v
}

// closure makes a function of a prototype and what it captures.
func (m *state) closure(p *Prototype, outer *Closure, base int) any {
	c := &Closure{prototype: p, upValues: make([]*upValue, len(p.upValues))}
	for k := range p.upValues {
		if d := &p.upValues[k]; d.isLocal {
			c.upValues[k] = m.capture(base + d.index)
		} else {
			c.upValues[k] = outer.upValues[d.index]
		}
	}
	return pack(closureType, ptr(c))
}
