// Package ifids gives interfaces ids that survive restarts: the key-value store
// keeps them by name, so that stored data of an interface stays its own.
package ifids

import (
	"fmt"
	"strconv"
	"sync"

	"ntopgo/compat/keyvalue"
)

// hashKey is the hash of name to id that existing installs have.
const hashKey = "ntopng.prefs.iface_id"

// maxID is the largest id, as in the original.
const maxID = 255

// IDs hands out ids. It may be used by several goroutines.
type IDs struct {
	mu     sync.Mutex
	store  keyvalue.Store
	byName map[string]int
	taken  map[int]bool
}

// Load reads the ids given before. Entries that are no id are left alone and
// their names get new ones.
func Load(store keyvalue.Store) (*IDs, error) {
	all, err := store.HGetAll(hashKey)
	if err != nil {
		return nil, fmt.Errorf("read interface ids: %w", err)
	}
	ids := &IDs{store: store, byName: map[string]int{}, taken: map[int]bool{}}
	for name, text := range all {
		if id, err := strconv.Atoi(text); err == nil && id >= 0 && id <= maxID {
			ids.byName[name] = id
			ids.taken[id] = true
		}
	}
	return ids, nil
}

// Of is the id of the interface with this name: the one it had before, or the
// lowest free one, which is stored.
func (i *IDs) Of(name string) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if id, ok := i.byName[name]; ok {
		return id, nil
	}
	for id := 0; id <= maxID; id++ {
		if i.taken[id] {
			continue
		}
		if err := i.store.HSet(hashKey, name, strconv.Itoa(id)); err != nil {
			return 0, fmt.Errorf("store the id of interface %s: %w", name, err)
		}
		i.byName[name], i.taken[id] = id, true
		return id, nil
	}
	return 0, fmt.Errorf("interface %s: all %d interface ids are taken (hash %s)", name, maxID+1, hashKey)
}
