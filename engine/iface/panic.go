package iface

import "runtime/debug"

// panicked counts an internal error during what and says the first of an interface.
func (i *Interface) panicked(what string, e any) {
	if i.panics.Add(1) == 1 {
		i.cfg.Logf("interface %s: internal error in %s: %v\n%s", i.cfg.Name, what, e, debug.Stack())
	}
}

// recovered is deferred where what was begun can be left unfinished.
func (i *Interface) recovered(what string) {
	if e := recover(); e != nil {
		i.panicked(what, e)
	}
}
