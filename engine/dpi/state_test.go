package dpi

import (
	"reflect"
	"testing"
)

// TestWorkIsAsNewAfterReset uses the buffers as dissectors do that take them without
// Stream. What is left of them would be given back twice, for two flows to write to.
func TestWorkIsAsNewAfterReset(t *testing.T) {
	t.Parallel()
	w := &work{}
	w.buf[0].put(3, []byte("abc"), 100)
	w.buf[1].put(0, []byte("defg"), 100)
	w.buf[1].consume(2)
	w.buf[1].held = []byte("x")
	w.hs = grow(w.hs, 20)
	w.excluded.set(3)
	w.interested.set(5)
	w.ports[0], w.nports = 7, 1
	w.payloads, w.steps, w.nnotes, w.holding, w.partial = [2]int{1, 2}, 3, 2, true, 4
	w.last, w.kept = []byte("y"), &sample{}
	w.reset()
	for i := range w.buf {
		clear(w.buf[i].ranges[:]) // nobody's
	}
	if !reflect.DeepEqual(w, &work{}) {
		t.Errorf("after reset: %+v", w)
	}
}
