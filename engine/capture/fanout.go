package capture

import "sync"

// fanout is a group of rings of one interface among which the kernel shares out
// the frames, those of a conversation to the same ring in both directions
// (PACKET_FANOUT_HASH, packet(7)).
type fanout struct {
	mu sync.Mutex
	id int // of the kernel's, once known
	on bool
}
