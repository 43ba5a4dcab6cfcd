package keyvalue

import (
	"container/heap"
	"strings"
	"time"
)

// expirySet knows when keys of the embedded store end. The in-process server
// only keeps the time to live a key was given and never counts it down: doing
// that means walking over every key again and again. Guarded by embedded.mu.
type expirySet struct {
	at   map[string]time.Time // the truth
	heap expiryHeap           // may hold entries that are no longer true
}

type expiryEntry struct {
	at  time.Time
	key string
}

type expiryHeap []expiryEntry

func (h expiryHeap) Len() int           { return len(h) }
func (h expiryHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h expiryHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *expiryHeap) Push(v any)        { *h = append(*h, v.(expiryEntry)) }
func (h *expiryHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = expiryEntry{}
	*h = old[:len(old)-1]
	return last
}

func newExpirySet() *expirySet { return &expirySet{at: map[string]time.Time{}} }

func (x *expirySet) set(key string, at time.Time) {
	x.at[key] = at
	heap.Push(&x.heap, expiryEntry{at, key})
	if len(x.heap) > 64 && len(x.heap) > 4*len(x.at) {
		x.rebuild()
	}
}

func (x *expirySet) clear(key string) { delete(x.at, key) }

func (x *expirySet) reset() {
	x.at, x.heap = map[string]time.Time{}, nil
}

// rebuild drops the entries that renewals left behind.
func (x *expirySet) rebuild() {
	x.heap = x.heap[:0]
	for key, at := range x.at {
		x.heap = append(x.heap, expiryEntry{at, key})
	}
	heap.Init(&x.heap)
}

// due removes and returns the keys that ended by now.
func (x *expirySet) due(now time.Time) []string {
	var out []string
	for len(x.heap) > 0 && !x.heap[0].at.After(now) {
		e := heap.Pop(&x.heap).(expiryEntry)
		if at, ok := x.at[e.key]; ok && at.Equal(e.at) {
			delete(x.at, e.key)
			out = append(out, e.key)
		}
	}
	return out
}

// expire deletes what is due. The journal need not know: it holds the times.
func (e *embedded) expire(now time.Time) {
	for _, key := range e.expiry.due(now) {
		e.server.Del(key)
	}
}

// track follows a write that succeeded, so that expiry says the truth again.
func (e *embedded) track(name string, spec commandSpec, args []any, now time.Time) {
	switch name {
	case "FLUSHDB", "FLUSHALL":
		e.expiry.reset()
		return
	case "MSET":
		for i := 0; i < len(args); i += 2 {
			e.expiry.clear(argString(args[i]))
		}
		return
	case "RENAME", "RENAMENX", "COPY":
		from, to := argString(args[0]), argString(args[1])
		at, ok := e.expiry.at[from]
		switch {
		case from == to:
			return
		case ok:
			e.expiry.set(to, at)
		default:
			e.expiry.clear(to)
		}
		if name != "COPY" {
			e.expiry.clear(from)
		}
		return
	}
	n := spec.keys
	if n < 0 || n > len(args) {
		n = len(args)
	}
	for _, a := range args[:n] {
		key := argString(a)
		ttl := e.server.TTL(key)
		switch {
		case ttl == 0:
			if len(e.expiry.at) > 0 {
				e.expiry.clear(key)
			}
		case givesExpiry(name, args):
			e.expiry.set(key, now.Add(ttl))
		}
	}
}

// givesExpiry tells the commands that start a time to live from those that
// leave a running one alone.
func givesExpiry(name string, args []any) bool {
	switch name {
	case "SETEX", "PSETEX", "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "RESTORE":
		return true
	case "SET":
		for _, a := range args[min(2, len(args)):] {
			switch strings.ToUpper(argString(a)) {
			case "EX", "PX", "EXAT", "PXAT":
				return true
			}
		}
	}
	return false
}

// ttl answers TTL and PTTL.
func (e *embedded) ttl(key string, unit time.Duration) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	at, ok := e.expiry.at[key]
	switch {
	case !e.server.Exists(key):
		return -2
	case !ok:
		return -1
	}
	left := time.Until(at)
	if left <= 0 {
		return -2
	}
	return int64((left + unit/2) / unit)
}
