package dpi

import "sync"

// shelfPlaces is how many objects of a kind a worker keeps at hand. Flows begin and
// end in turns, so that few are needed.
const shelfPlaces = 256

// shelves are what one worker keeps at hand of the pools that all share: taking from
// a pool costs atomic operations, and the object last put back is the one that is
// still in the cache. Those of an engine that is no worker have no places, and may be
// used by everybody.
type shelves struct {
	states  shelf[State]
	works   shelf[work]
	metas   shelf[Metadata]
	samples shelf[sample]
}

func newShelves(c *core, places int) *shelves {
	return &shelves{newShelf[State](&c.states, places), newShelf[work](&c.works, places),
		newShelf[Metadata](&c.metas, places), newShelf[sample](&c.samples, places)}
}

type shelf[T any] struct {
	pool    *sync.Pool
	n       int
	items   []*T // n of them are there
	retired bool
}

func newShelf[T any](pool *sync.Pool, places int) shelf[T] {
	return shelf[T]{pool: pool, items: make([]*T, places)}
}

func (s *shelf[T]) get() *T {
	if s.n == 0 {
		return s.pool.Get().(*T)
	}
	s.n--
	return s.items[s.n]
}

func (s *shelf[T]) put(x *T) {
	if s.n == len(s.items) {
		if !s.retired {
			s.pool.Put(x)
		}
		return
	}
	s.items[s.n] = x
	s.n++
}

// Worker is the same engine for one goroutine at a time, which has some of the
// memory for flows at hand. What one worker has handed out may go back to another.
func (e *Engine) Worker() *Engine { return &Engine{e.core, newShelves(e.core, shelfPlaces)} }

// Retire says that no flow will begin any more: what is given back from now on
// is left to the garbage collector.
func (e *Engine) Retire() {
	n := e.near
	if len(n.states.items) == 0 {
		return // everybody's
	}
	n.states.retired, n.works.retired, n.metas.retired, n.samples.retired = true, true, true, true
}
