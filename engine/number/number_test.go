package number

import (
	"sync"
	"testing"
)

func TestSet(t *testing.T) {
	t.Parallel()
	var s Set[int]
	if s.At(0) != nil {
		t.Error("0 is somebody's number")
	}
	values := make([]int, 5000)
	numbers := make([]uint32, len(values))
	seen := map[uint32]bool{0: true}
	for i := range values {
		values[i] = i
		numbers[i] = s.Add(&values[i])
		if seen[numbers[i]] {
			t.Fatalf("number %d twice", numbers[i])
		}
		seen[numbers[i]] = true
	}
	for i, n := range numbers {
		if p := s.At(n); p == nil || *p != i {
			t.Fatalf("number %d finds %v, want %d", n, p, i)
		}
	}
	for i, n := range numbers {
		if i%2 == 0 {
			s.Remove(n)
			s.Remove(n)
		}
	}
	again := map[uint32]bool{}
	for i := range 4000 {
		n := s.Add(&values[i])
		if again[n] {
			t.Fatalf("number %d twice", n)
		}
		again[n] = true
		if p := s.At(n); p == nil || *p != i {
			t.Fatalf("number %d finds %v, want %d", n, p, i)
		}
	}
	for i, n := range numbers {
		if p := s.At(n); (p == nil) != (i%2 == 0) || p != nil && *p != i {
			t.Fatalf("old number %d finds %v", n, p)
		}
	}
	if s.next > 6500+chunkSize+1 { // that many stay free, so that old numbers are not met too soon
		t.Errorf("%d places for 6500 objects: removed ones are not used again", s.next)
	}
}

// TestSetReadWhileChanged is for the race detector.
func TestSetReadWhileChanged(t *testing.T) {
	t.Parallel()
	var s Set[int]
	x := 1
	kept := s.Add(&x)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 20000 {
			if p := s.At(kept); p == nil || *p != 1 {
				t.Error("a number that was not removed finds nothing")
				return
			}
		}
	})
	for range 5000 {
		s.Remove(s.Add(&x))
	}
	wg.Wait()
}
