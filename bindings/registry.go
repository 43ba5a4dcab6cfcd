// Package bindings is the API that ntopng's Lua scripts see: the ntop,
// interface, flow, host and network namespaces. Every documented name is
// declared here, one file per documented group; the registry makes the Lua
// tables, checks arguments, and answers for the names that do nothing yet.
//
// A binding talks to the engine through its exported API and to
// compat/keyvalue; it does not call another binding, knows nothing of HTTP
// beyond the Output it is given, and holds no state of its own.
package bindings

import (
	"fmt"
	"sort"
	"sync"
)

//go:generate go run ./gen -spec ../../shared/spec/bindings.json -out names_gen.go
//go:generate go run ./gendoc -out ../docs/bindings.md

// name is one documented function and the trees whose VM had it: those of
// October 2024 and of July 2026.
type name struct {
	ns, name, group string
	pro             bool // paid editions only
	in2024, in2026  bool
	signature       string // arguments as the original reads them
	returns         string
	summary         string
	documented      string // the documentation's arguments where their number differs
}

// Status says how far a binding is.
type Status string

// Statuses.
const (
	Working     Status = "working"     // does what the original does
	Pending     Status = "pending"     // declared; a call is logged once and returns nothing
	Unavailable Status = "unavailable" // cannot work on this host or edition; Reason says why
	Later       Status = "later"       // RRD, ClickHouse, native checks: a part of its own that is not there yet
)

// Binding is one Lua-visible function.
type Binding struct {
	Namespace string
	Name      string
	Group     string // documented group
	Pro       bool   // paid editions only, in the original
	In2024    bool   // the October 2024 VM had it
	In2026    bool   // the July 2026 VM has it
	Status    Status
	Reason    string
	Signature string // arguments as the original reads them: "(name: type, [optional: type])"
	Returns   string
	Summary   string
	// Documented are the documentation's arguments where their number differs.
	Documented string
	Fn         func(c *Call)
}

// Key is "namespace.name".
func (b *Binding) Key() string { return b.Namespace + "." + b.Name }

var (
	registryMu sync.RWMutex
	// registry is filled before the init functions of the other files run.
	registry = declare()
)

func declare() map[string]*Binding {
	m := make(map[string]*Binding, len(documented))
	for _, n := range documented {
		m[n.ns+"."+n.name] = &Binding{Namespace: n.ns, Name: n.name, Group: n.group, Pro: n.pro, In2024: n.in2024,
			In2026: n.in2026, Status: Pending, Reason: "not built yet", Signature: n.signature, Returns: n.returns,
			Summary: n.summary, Documented: n.documented}
	}
	return m
}

// register makes ns.name work. It is called from the init functions of this
// package's files; an unknown or doubly registered name is a programming error.
func register(ns string, fns map[string]func(c *Call)) {
	registryMu.Lock()
	defer registryMu.Unlock()
	for name, fn := range fns {
		b := registry[ns+"."+name]
		if b == nil {
			panic(fmt.Sprintf("bindings: %s.%s is not a documented name", ns, name))
		}
		if b.Fn != nil {
			panic(fmt.Sprintf("bindings: %s.%s registered twice", ns, name))
		}
		b.Fn, b.Status, b.Reason = fn, Working, ""
	}
}

// unavailable marks ns.name as answering what the original answers where the
// feature does not exist; reason is shown in the listing.
func unavailable(ns, name, reason string, fn func(c *Call)) {
	registryMu.Lock()
	defer registryMu.Unlock()
	b := registry[ns+"."+name]
	if b == nil || b.Fn != nil {
		panic(fmt.Sprintf("bindings: cannot mark %s.%s", ns, name))
	}
	b.Fn, b.Status, b.Reason = fn, Unavailable, reason
}

// later marks ns.name as waiting for a part that is not built yet, one of those
// that laterParts names. fn answers as the original does without that part; nil
// leaves the name to be logged once when it is called.
func later(ns, name string, part laterPart, fn func(c *Call)) {
	registryMu.Lock()
	defer registryMu.Unlock()
	b := registry[ns+"."+name]
	if b == nil || b.Fn != nil {
		panic(fmt.Sprintf("bindings: cannot mark %s.%s", ns, name))
	}
	b.Fn, b.Status, b.Reason = fn, Later, string(part)
}

// laterPart is a part of the program that is built later.
type laterPart string

// The only parts that bindings may wait for.
const (
	laterRRD        laterPart = "RRD time series"
	laterClickHouse laterPart = "ClickHouse store"
)

// All lists every binding, ordered by namespace and name.
func All() []*Binding {
	registryMu.RLock()
	defer registryMu.RUnlock()
	out := make([]*Binding, 0, len(registry))
	for _, b := range registry {
		out = append(out, b)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key() < out[j].Key() })
	return out
}
