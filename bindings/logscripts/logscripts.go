// Package logscripts hands the lines of system logs that an interface collects to
// the tree's script for them, callbacks/system/syslog.lua, which finds the script
// of the program that wrote a line.
package logscripts

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/bindings"
	"ntopgo/compat/lua"
	"ntopgo/engine/syslog"
)

// script is the path of the script below the tree's callbacks.
const script = "system/syslog.lua"

// Bounds of the scripts.
const (
	maxWaiting = 1 << 13         // lines
	lineTime   = 5 * time.Second // for one line
	maxLines   = 50_000          // after which the machine is renewed, as scripts may gather memory
	rest       = 5 * time.Second // after a failure to load the script
)

// Deps are the parts that a handler works with.
type Deps struct {
	Env *bindings.Env
	Lua *lua.Runtime
}

// Handler runs the script for the lines of one interface.
type Handler struct {
	deps    Deps
	ifid    int
	waiting chan line

	events, malformed, dropped atomic.Uint64

	mu        sync.Mutex
	producers map[string]string // by host or device; "*" is anybody else's

	vm     *lua.VM
	served int
	failed time.Time
}

type line struct {
	text string
	from netip.Addr
}

// New prepares a handler.
func New(ifid int, deps Deps) *Handler {
	h := &Handler{deps: deps, ifid: ifid, waiting: make(chan line, maxWaiting)}
	h.Reload()
	return h
}

// Line takes a line. It only puts it into a queue.
func (h *Handler) Line(text string, from netip.Addr) {
	select {
	case h.waiting <- line{text, from}:
	default:
		h.dropped.Add(1)
	}
}

// Stats is how many lines were taken apart, could not be, and had to be dropped.
func (h *Handler) Stats() (events, malformed, dropped uint64) {
	return h.events.Load(), h.malformed.Load(), h.dropped.Load()
}

// Reload reads again which host sends which kind of log.
func (h *Handler) Reload() {
	all, err := h.deps.Env.KV.HGetAll(fmt.Sprintf("ntopng.syslog.ifid_%d.producers_map", h.ifid))
	if err != nil {
		h.deps.Env.Log.Logf(1, "producers of system logs: %v", err)
		return
	}
	producers := map[string]string{}
	for host, name := range all {
		producers[strings.ToLower(host)] = name
	}
	h.mu.Lock()
	h.producers = producers
	h.mu.Unlock()
}

// producer names the program that wrote a line: by its form, by the host or the
// device that sent it as the user says, by what it calls itself, or the one that
// is meant for everybody else; "" when it is not known.
func (h *Handler) producer(m *syslog.Message, from netip.Addr) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.Producer != "" {
		return m.Producer
	}
	for _, host := range []string{m.Host, m.Device, from.String()} {
		if name, ok := h.producers[host]; ok && host != "" {
			return name
		}
	}
	if m.Application != "" {
		return m.Application
	}
	return h.producers["*"]
}

// Run runs the script for what comes until ctx is done.
func (h *Handler) Run(ctx context.Context) {
	defer h.end()
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-h.waiting:
			h.serve(ctx, l)
		}
	}
}

func (h *Handler) serve(ctx context.Context, l line) {
	m, ok := syslog.Parse(l.text)
	if !ok {
		h.malformed.Add(1)
		return
	}
	h.events.Add(1)
	name := h.producer(&m, l.from)
	if name == "" || !h.ready(ctx) {
		return
	}
	host := m.Host
	if host == "" {
		host = l.from.String()
	}
	bound, cancel := context.WithTimeout(ctx, lineTime)
	defer cancel()
	if _, err := h.vm.CallGlobal(bound, "handleEvent", name, m.Content, host, m.Priority); err != nil {
		h.deps.Env.Log.Logf(1, "%s: %v", script, err)
		h.end()
		return
	}
	if h.served++; h.served >= maxLines {
		h.end()
	}
}

// ready makes the machine and has the script set itself up; it says whether there
// is one.
func (h *Handler) ready(ctx context.Context) bool {
	if h.vm != nil {
		return true
	}
	if time.Since(h.failed) < rest {
		return false
	}
	path := filepath.Join(h.deps.Env.Layout.CallbacksDir, filepath.FromSlash(script))
	if _, err := h.deps.Env.Layout.Stat(path); err != nil {
		h.failed = time.Now()
		return false // a tree without scripts for logs
	}
	vm, err := h.deps.Lua.VM(ctx)
	if err == nil {
		run := &bindings.Context{Env: h.deps.Env, Group: "administrator", Privileged: true, Capabilities: math.MaxUint64}
		run.Select(h.ifid)
		vm.SetHost(run)
		if err = vm.RunFile(ctx, path); err == nil {
			_, err = vm.CallGlobal(ctx, "setup")
		}
		if err != nil {
			vm.Close()
		}
	}
	if err != nil {
		h.deps.Env.Log.Logf(0, "%s: %v", path, err)
		h.failed = time.Now()
		return false
	}
	h.vm, h.served = vm, 0
	return true
}

// end closes the machine.
func (h *Handler) end() {
	if h.vm != nil {
		h.vm.Close()
		h.vm = nil
	}
}
