package counters

import (
	"math/rand/v2"
	"testing"
)

func TestCardinality(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 5, exactUpTo, exactUpTo + 1, 100, 3000, 100000} {
		rnd := rand.New(rand.NewPCG(7, uint64(n)))
		values := make([]uint64, n)
		for i := range values {
			values[i] = rnd.Uint64()
		}
		var whole, backwards, left, right Cardinality
		for i, v := range values {
			whole.Note(v)
			whole.Note(v)
			backwards.Note(values[n-1-i])
			if i%3 == 0 {
				left.Note(v)
			} else {
				right.Note(v)
			}
		}
		got := whole.Count()
		if n <= exactUpTo && got != n {
			t.Errorf("%d values: counted %d, want exactly %d", n, got, n)
		}
		if d := float64(got - n); d*d > float64(n)*float64(n)*0.07*0.07 {
			t.Errorf("%d values: counted %d, more than 7 %% off", n, got)
		}
		if b := backwards.Count(); b != got {
			t.Errorf("%d values in the other order: counted %d, not %d", n, b, got)
		}
		left.Add(&right)
		if m := left.Count(); m != got {
			t.Errorf("%d values in two parts: counted %d, not %d", n, m, got)
		}
	}
}

func TestGainIsShape(t *testing.T) {
	t.Parallel()
	var g, sum Gain
	var want, got PacketShape
	for flags := 0; flags < 256; flags++ {
		want.CountFlags(uint8(flags))
		g.CountFlags(uint8(flags))
	}
	sum.Add(&g)
	got.AddGain(&sum)
	if got != want {
		t.Errorf("flags as gain %+v, directly %+v", got, want)
	}
}
