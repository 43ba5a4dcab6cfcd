package iface

import (
	"testing"
	"unsafe"

	"ntopgo/engine/prefetch"
)

// TestPacketsFillLines looks at where packets begin: one that began inside a cache line
// would be read in three of them instead of two.
func TestPacketsFillLines(t *testing.T) {
	t.Parallel()
	for _, frames := range []int{pieceFrames, storedFrames, liveFrames} {
		b := newBatch(2, frames, nil)
		for n := range b.packets {
			if at := uintptr(unsafe.Pointer(&b.packets[n])) % prefetch.LineSize; at != 0 {
				t.Fatalf("batch of %d: packet %d begins at byte %d of a line", frames, n, at)
			}
		}
	}
}
