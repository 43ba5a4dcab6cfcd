package iface

import (
	"testing"
	"unsafe"
)

// TestPacketSize keeps what is handed from core to core in whole cache lines.
func TestPacketSize(t *testing.T) {
	t.Parallel()
	if n := unsafe.Sizeof(packet{}); n != 3*64 {
		t.Errorf("a packet has %d bytes, want 192", n)
	}
}
