package lua

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// soakTime is how long TestSoak runs; LUA_SOAK=60s makes it the long one.
func soakTime(t *testing.T) time.Duration {
	if s := os.Getenv("LUA_SOAK"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return 2 * time.Second
}

// TestSoak has eight clients share a pool whose machines take snapshots. Every
// request marks what it can reach; none may meet the mark of another one, and
// memory may not grow after the first sixth of the time.
func TestSoak(t *testing.T) {
	dir := t.TempDir()
	for name, src := range map[string]string{
		"core": "local n = 0\nlocal M = {list = {}, text = {a = 'x'}}\nfunction M.mark(v) n = n + 1 M.list[#M.list + 1] = v M.text.a = v return n end\nif _GET.id then last = _GET.id end\nlocal part = require 'part'\nM.part = part\nreturn M",
		"part": "return {rows = {{1, 2}, {3, 4}}, name = ntop.name()}",
		"more": "local core = require 'core'\nreturn {core = core, seen = {}}",
		"main": `local core = require "core"
local more = require "more"
local id = _GET.id
assert(core.mark(id) == 1 and #core.list == 1, "state of another request")
assert(more.core == core and next(more.seen) == nil and last == id, "state of another request")
more.seen[id] = true core.part.rows[1][1] = id core.part.rows[3] = {id}
assert(#core.part.rows == 3 and string.marked == nil)
string.marked = id
assert(package.loaded.more == more)
ntop.done(id)`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".lua"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var done atomic.Int64
	var panics strings.Builder
	r, err := NewRuntime(Config{PackagePath: filepath.Join(dir, "?.lua"), Snapshots: true, PoolSize: 4, MemoryLimit: 64 << 20,
		Logf:       func(f string, a ...any) { fmt.Fprintf(&panics, f, a...) },
		Repeatable: func(name string) bool { return name == "ntop.name" },
		Namespaces: []Namespace{{Name: "ntop", Functions: map[string]Function{
			"name": func(c *Call) { c.Push("name") },
			"done": func(c *Call) { done.Add(1) },
		}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	total := soakTime(t)
	end := time.Now().Add(total)
	var early, late uint64
	var wait sync.WaitGroup
	for client := range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := 0; time.Now().Before(end); i++ {
				if err := soakRequest(r, filepath.Join(dir, "main.lua"), fmt.Sprintf("%d-%d", client, i)); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	time.Sleep(total / 6)
	early = liveHeap()
	wait.Wait()
	late = liveHeap()
	hits, misses, why := r.SnapshotUse()
	t.Logf("%d requests, %d copies, %d not (%v); heap %d then %d KiB", done.Load(), hits, misses, why, early>>10, late>>10)
	if done.Load() < 8 || hits < done.Load()/2 {
		t.Error("hardly any request took a copy")
	}
	if late > early+8<<20 {
		t.Errorf("heap grew from %d to %d bytes", early, late)
	}
	if r.Panics() != 0 {
		t.Error(panics.String())
	}
}

func soakRequest(r *Runtime, path, id string) error {
	vm, err := r.VM(context.Background())
	if err != nil {
		return err
	}
	defer vm.Close()
	if err := vm.SetGlobal("_GET", NewTable(1).Set("id", id)); err != nil {
		return err
	}
	return vm.RunFile(context.Background(), path)
}

func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestRowsAllocations bounds what a binding that returns 1000 rows of 20 fields
// costs: the two boxes of a field and a few pieces of storage a row.
func TestRowsAllocations(t *testing.T) {
	names := make([]string, 20)
	for i := range names {
		names[i] = fmt.Sprint("field", i)
	}
	n := testing.AllocsPerRun(5, func() {
		out := NewTable(0)
		for i := range 1000 {
			row := NewTable(len(names))
			for j, n := range names {
				row.Set(n, i+j)
			}
			out.Append(row)
		}
		var c Call
		c.Push(out)
	})
	t.Logf("%.0f allocations for 1000 rows of 20 fields", n)
	if limit := 1000.0 * 48; n > limit {
		t.Errorf("%.0f allocations for 1000 rows of 20 fields, want at most %.0f", n, limit)
	}
}
