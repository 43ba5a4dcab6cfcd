package host

import "testing"

// TestHits: what comes between two pauses of a second counts together, and the
// first after a pause begins anew.
func TestHits(t *testing.T) {
	t.Parallel()
	var h Hits
	if h.Count() != 0 {
		t.Error("nothing is something")
	}
	for range 4 {
		h.Note(100)
	}
	h.Note(101)
	if h.Count() != 4 { // the first of all ends a pause
		t.Errorf("%d", h.Count())
	}
	h.Note(105)
	h.Note(105)
	h.Note(104) // late
	if h.Count() != 4 || h.now != 2 {
		t.Errorf("%+v", h)
	}
	for range 1 << 17 {
		h.Note(105)
	}
	if h.Count() != 1<<16-1 {
		t.Errorf("%d", h.Count())
	}
	if h.Reset(); h.Count() != 0 {
		t.Errorf("%d after a reset", h.Count())
	}
}
