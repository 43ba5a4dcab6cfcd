package counters

import (
	"math/rand/v2"
	"testing"
)

// TestSecondsAgainstSet sends reports in random order, late by up to 48 seconds,
// and compares with a set of seconds.
func TestSecondsAgainstSet(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s Seconds
		want, got := map[uint32]bool{}, uint32(0)
		now := uint32(1e9)
		for range 300 {
			if rnd.IntN(4) == 0 {
				now += rnd.Uint32N(9)
			}
			if rnd.IntN(60) == 0 {
				now += rnd.Uint32N(90)
			}
			first := now - rnd.Uint32N(48)
			mask := rnd.Uint64() & (1<<(now-first+1) - 1)
			got += s.Note(first, mask)
			for n := range uint32(64) {
				if mask>>n&1 != 0 {
					want[first+n] = true
				}
			}
			if int(got) != len(want) {
				t.Fatalf("%d seconds counted, want %d", got, len(want))
			}
		}
	}
}
