package iface

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

func TestBestAgainstSorting(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		all := make([]int, rnd.IntN(300))
		for i := range all {
			all[i] = rnd.IntN(50)
		}
		skip, limit := rnd.IntN(40)-5, rnd.IntN(60)
		if rnd.IntN(9) == 0 {
			skip = math.MaxInt
		}
		b := newBest(skip, limit, func(x, y *int) bool { return *x < *y })
		for _, x := range all {
			b.add(x)
		}
		got := b.from(skip)
		sort.Ints(all)
		want := all[min(max(skip, 0), len(all)):]
		if limit > 0 {
			want = want[:min(limit, len(want))]
			got = got[:min(limit, len(got))]
		}
		if b.total != len(all) || !slices.Equal(got, want) {
			t.Fatalf("skip %d, limit %d of %d: %v, want %v", skip, limit, len(all), got, want)
		}
	}
}
