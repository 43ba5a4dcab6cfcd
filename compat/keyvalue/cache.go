package keyvalue

import (
	"strings"
	"sync"
	"time"
)

// readCache answers repeated GETs of preferences and accounts without a round
// trip: a page asks for the same dozens of keys again and again. Entries live
// for a moment only, so that a change made by another program is seen soon.
type readCache struct {
	life    time.Duration
	mu      sync.Mutex
	entries map[string]cached
	version uint64 // changes with every invalidation
}

type cached struct {
	value  string
	exists bool
	until  time.Time
}

const maxCached = 8192

func newReadCache(life time.Duration) *readCache {
	return &readCache{life: life, entries: map[string]cached{}}
}

func cacheable(key string) bool {
	return strings.HasPrefix(key, "ntopng.prefs.") ||
		(strings.HasPrefix(key, "ntopng.user.") && !strings.HasSuffix(key, ".password"))
}

func (r *readCache) get(key string) (value string, exists, hit bool, version uint64) {
	if r.life <= 0 || !cacheable(key) {
		return "", false, false, 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[key]
	if !ok || time.Now().After(e.until) {
		return "", false, false, r.version
	}
	return e.value, e.exists, true, r.version
}

// put stores what was read, unless something was written since version.
func (r *readCache) put(key, value string, exists bool, version uint64) {
	if r.life <= 0 || !cacheable(key) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if version != r.version {
		return
	}
	if len(r.entries) >= maxCached {
		clear(r.entries)
	}
	r.entries[key] = cached{value, exists, time.Now().Add(r.life)}
}

// forget drops what a write command may change.
func (r *readCache) forget(spec commandSpec, args []any) {
	if r.life <= 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if spec.keys == -2 {
		r.version++
		clear(r.entries)
		return
	}
	n := spec.keys
	if n < 0 || n > len(args) {
		n = len(args)
	}
	for _, a := range args[:n] {
		if key := argString(a); cacheable(key) {
			r.version++
			delete(r.entries, key)
		}
	}
}
