package counters

import (
	"net/netip"
	"strconv"
	"testing"
)

func TestMurmur32(t *testing.T) {
	t.Parallel()
	// Test vectors of the hash's reference implementation.
	for _, c := range []struct {
		text       string
		seed, want uint32
	}{
		{"", 0, 0}, {"", 1, 0x514e28b7}, {"a", 0x9747b28c, 0x7fa09ea6}, {"aa", 0x9747b28c, 0x5d211726}, {"aaa", 0x9747b28c, 0x283e0130},
		{"aaaa", 0x9747b28c, 0x5a97808a}, {"Hello, world!", 0x9747b28c, 0x24884cba}, {"The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd},
	} {
		if got := murmur32(c.text, c.seed); got != c.want {
			t.Errorf("%q, %x: %08x, want %08x", c.text, c.seed, got, c.want)
		}
	}
}

func TestSketch(t *testing.T) {
	t.Parallel()
	for _, size := range []int{4, 5, 8} {
		for _, n := range []int{0, 1, 3, 20, 100, 1000, 20000} {
			var s, backwards Sketch
			for i := range n {
				s.Note(size, TextHash("host"+strconv.Itoa(i)))
				s.Note(size, TextHash("host"+strconv.Itoa(i/2)))
				backwards.Note(size, TextHash("host"+strconv.Itoa(n-1-i)))
			}
			got := s.Count(size)
			if far := map[int]int{4: 80, 5: 60, 8: 20}[size]; got < n*(100-far)/100 || got > n*(100+far)/100+1 {
				t.Errorf("%d registers: %d for %d", 1<<size, got, n)
			}
			if back := backwards.Count(size); back != got {
				t.Errorf("%d registers: %d in one order, %d in the other", 1<<size, got, back)
			}
			if s.Reset(); s.Count(size) != 0 {
				t.Error("not empty after Reset")
			}
		}
	}
	if a, b := AddrHash(netip.MustParseAddr("::ffff:192.0.2.1")), AddrHash(netip.MustParseAddr("192.0.2.1")); a != b {
		t.Error("an IPv4 address has two hashes")
	}
}
