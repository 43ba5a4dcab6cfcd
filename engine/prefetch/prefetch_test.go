package prefetch

import (
	"testing"
	"unsafe"
)

// TestLinesLeavesMemoryAlone also asks for memory that is not there.
func TestLinesLeavesMemoryAlone(t *testing.T) {
	t.Parallel()
	b := make([]byte, 1<<12)
	for i := range b {
		b[i] = byte(i)
	}
	Lines(unsafe.Pointer(&b[0]), len(b)/LineSize+64)
	Lines(nil, 3)
	for i := range b {
		if b[i] != byte(i) {
			t.Fatalf("byte %d changed", i)
		}
	}
}
