package userchecks

import (
	"context"
	"path/filepath"

	"ntopgo/bindings"
	"ntopgo/compat/lua"
)

// machine runs one script over and over.
type machine struct {
	c      *Checks
	path   string
	vm     *lua.VM
	failed int
}

// maxFailures is how often in a row a script may fail before it is given up.
const maxFailures = 10

// machine is the machine of a script, nil when the tree has no such script.
func (c *Checks) machine(script string) *machine {
	if m := c.machines[script]; m != nil {
		return m
	}
	if !exists(c.deps.Env, script) {
		return nil
	}
	m := &machine{c: c, path: filepath.Join(c.deps.Env.Layout.CallbacksDir, filepath.FromSlash(script))}
	c.machines[script] = m
	c.deps.Env.Log.Logf(2, "Loaded custom user script %s", m.path)
	return m
}

// run runs the script once and says whether it ended well. After a failure the
// next run gets a new machine.
func (m *machine) run(ctx context.Context, run *bindings.Context) bool {
	if m.failed >= maxFailures {
		return false
	}
	if m.vm == nil {
		vm, err := m.c.deps.Lua.VM(ctx)
		if err != nil {
			m.fail(err)
			return false
		}
		m.vm = vm
	}
	m.vm.SetHost(run)
	if err := m.vm.RunFile(ctx, m.path); err != nil {
		m.close()
		m.fail(err)
		return false
	}
	m.failed = 0
	return true
}

func (m *machine) fail(err error) {
	m.failed++
	m.c.deps.Env.Log.Logf(1, "%s: %v", m.path, err)
	if m.failed == maxFailures {
		m.c.deps.Env.Log.Logf(0, "%s failed %d times in a row and is not run any more", m.path, maxFailures)
	}
}

func (m *machine) close() {
	if m.vm != nil {
		m.vm.Close()
		m.vm = nil
	}
}
