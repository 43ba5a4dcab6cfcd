package bindings

import (
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"ntopgo/compat/lua"
	"ntopgo/engine/iface"
)

// Interfaces that scripts make while the program runs.
func init() {
	register("ntop", map[string]func(c *Call){"registerRuntimeInterface": registerInterface})
}

// maxInterfaces is how many interfaces there can be.
const maxInterfaces = 32

// runtimeInterfaces is the list of interfaces once it differs from that of the
// start.
type runtimeInterfaces struct {
	mu   sync.Mutex
	list atomic.Pointer[[]*iface.Interface]
}

// Interfaces are the interfaces there are now.
func (e *Env) Interfaces() []*iface.Interface {
	if l := e.runtime.list.Load(); l != nil {
		return *l
	}
	return e.Ifaces
}

// noInterface is the answer when none was made.
const noInterface = -99

// registerInterface takes "pcap:" with the path of an uploaded file, a name that
// only databases use, whether to make a new interface, and the one to replace
// otherwise; the selected one when that is missing. It answers with the id of the
// interface that reads the file, and deletes the file when it is read.
func registerInterface(c *Call) {
	if c.Kind(3) != lua.Boolean {
		c.wrongArgument(3, "boolean")
		c.Push(nil)
		return
	}
	path, isFile := strings.CutPrefix(c.word(1), "pcap:")
	fresh, replaced := c.Truthy(3), c.IfaceID
	if c.Kind(4) == lua.Number {
		fresh, replaced = false, int(c.Integer(4))
	}
	if !c.Admin() || !isFile || c.Env.OpenFile == nil || !c.removable(path) {
		c.Push(noInterface)
		return
	}
	r := &c.Env.runtime
	r.mu.Lock()
	defer r.mu.Unlock()
	all := c.Env.Interfaces()
	old := slices.IndexFunc(all, func(i *iface.Interface) bool { return i.ID() == replaced })
	if fresh && len(all) >= maxInterfaces || !fresh && old < 0 {
		c.Push(noInterface)
		return
	}
	i, err := c.Env.OpenFile(path)
	if c.Failed(err) {
		c.Push(noInterface)
		return
	}
	go func() {
		<-i.Done()
		_ = os.Remove(path) // it was uploaded for this
	}()
	list := slices.Clone(all)
	if fresh {
		list = append(list, i)
	} else {
		list[old] = i
	}
	r.list.Store(&list)
	if !fresh {
		c.Failed(all[old].Close())
	}
	c.Push(i.ID())
}

// AddInterface shows scripts one more interface; it says whether there was room.
func (e *Env) AddInterface(i *iface.Interface) bool {
	r := &e.runtime
	r.mu.Lock()
	defer r.mu.Unlock()
	all := e.Interfaces()
	if len(all) >= maxInterfaces {
		return false
	}
	list := append(slices.Clone(all), i)
	r.list.Store(&list)
	return true
}
