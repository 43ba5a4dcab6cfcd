package dpi

import "sync"

// shelfPlaces is how many objects of a kind a worker keeps at hand. Flows begin and
// end in turns, so that few are needed.
const shelfPlaces = 256

// shelves are what one worker keeps at hand of the pools that all share: taking from
// a pool costs atomic operations, and the object last put back is the one that is
// still in the cache. nil has nothing at hand.
type shelves struct {
	states  shelf[State]
	works   shelf[work]
	metas   shelf[Metadata]
	samples shelf[sample]
}

type shelf[T any] struct {
	n     int
	items [shelfPlaces]*T
}

func (s *shelf[T]) get(pool *sync.Pool) *T {
	if s.n == 0 {
		return pool.Get().(*T)
	}
	s.n--
	return s.items[s.n]
}

func (s *shelf[T]) put(pool *sync.Pool, x *T) {
	if s.n == shelfPlaces {
		pool.Put(x)
		return
	}
	s.items[s.n] = x
	s.n++
}

// Worker is the same engine for one goroutine at a time, which has some of the
// memory for flows at hand. What one worker has handed out may go back to another.
func (e *Engine) Worker() *Engine { return &Engine{core: e.core, near: &shelves{}} }

func (e *Engine) getState() *State {
	if e.near == nil {
		return e.states.Get().(*State)
	}
	return e.near.states.get(&e.states)
}

func (e *Engine) putState(s *State) {
	if e.near == nil {
		e.states.Put(s)
		return
	}
	e.near.states.put(&e.states, s)
}

func (e *Engine) getWork() *work {
	if e.near == nil {
		return e.works.Get().(*work)
	}
	return e.near.works.get(&e.works)
}

func (e *Engine) putWork(w *work) {
	if e.near == nil {
		e.works.Put(w)
		return
	}
	e.near.works.put(&e.works, w)
}

func (e *Engine) getMetadata() *Metadata {
	if e.near == nil {
		return e.metas.Get().(*Metadata)
	}
	return e.near.metas.get(&e.metas)
}

func (e *Engine) putMetadata(m *Metadata) {
	if e.near == nil {
		e.metas.Put(m)
		return
	}
	e.near.metas.put(&e.metas, m)
}

func (e *Engine) getSample() *sample {
	if e.near == nil {
		return e.samples.Get().(*sample)
	}
	return e.near.samples.get(&e.samples)
}

func (e *Engine) putSample(s *sample) {
	if e.near == nil {
		e.samples.Put(s)
		return
	}
	e.near.samples.put(&e.samples, s)
}
