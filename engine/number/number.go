// Package number gives objects small numbers, so that records outside of the heap
// can refer to them: the garbage collector then has no pointer to follow for each
// record. Nothing but that may enter here.
package number

import (
	"sync/atomic"

	"ntopgo/engine/prefetch"
)

// A number is the index of a place, and above it how often the place was given
// away before, so that an old number finds nothing.
const (
	indexBits = 24
	maxPlaces = 1 << indexBits
	chunkSize = 1 << 10
)

// Set numbers objects of a kind. Whoever calls Add and Remove excludes others;
// At needs no lock.
type Set[T any] struct {
	_      prefetch.Apart
	chunks atomic.Pointer[[]*chunk[T]]
	_      prefetch.Apart
	next   uint32 // first index that was never used
	free   []uint32
}

type chunk[T any] [chunkSize]place[T]

type place[T any] struct {
	object atomic.Pointer[T]
	number atomic.Uint32
}

// Add gives x a number, which is not 0; 0 when there are too many objects.
func (s *Set[T]) Add(x *T) uint32 {
	var index, number uint32
	// Some places stay free, so that an old number does not come back soon.
	if n := len(s.free); n > chunkSize || n > 0 && s.next == maxPlaces {
		index = s.free[0] // the one that is free for the longest time
		s.free = s.free[1:]
		number = s.place(index).number.Load() + 1<<indexBits
	} else if s.next == maxPlaces {
		return 0
	} else {
		index = s.next
		s.next++
		s.grow()
		number = index
	}
	if number == 0 {
		number = 1 << indexBits
	}
	p := s.place(index)
	p.object.Store(x)
	p.number.Store(number)
	return number
}

// grow makes room for index next-1.
func (s *Set[T]) grow() {
	var chunks []*chunk[T]
	if old := s.chunks.Load(); old != nil {
		chunks = *old
	}
	if int(s.next) <= len(chunks)*chunkSize {
		return
	}
	chunks = append(chunks[:len(chunks):len(chunks)], new(chunk[T]))
	s.chunks.Store(&chunks)
}

func (s *Set[T]) place(index uint32) *place[T] {
	return &(*s.chunks.Load())[index/chunkSize][index%chunkSize]
}

// At is the object with number n, nil when it was removed or n is 0.
func (s *Set[T]) At(n uint32) *T {
	if n == 0 {
		return nil
	}
	p := s.place(n % maxPlaces)
	x := p.object.Load()
	if p.number.Load() != n {
		return nil
	}
	return x
}

// Remove takes the number of an object away; 0 is nobody's.
func (s *Set[T]) Remove(n uint32) {
	if n == 0 || s.At(n) == nil {
		return
	}
	s.place(n % maxPlaces).object.Store(nil)
	s.free = append(s.free, n%maxPlaces)
}
