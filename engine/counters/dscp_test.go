package counters

import (
	"slices"
	"testing"
)

func TestDSCP(t *testing.T) {
	t.Parallel()
	sent := func(packets, bytes uint64) Duplex { return Duplex{Sent: Traffic{Packets: packets, Bytes: bytes}} }
	type row struct {
		value uint8
		d     Duplex
	}
	rows := func(c *DSCP) (out []row) {
		c.Each(func(v uint8, d Duplex) { out = append(out, row{v, d}) })
		return out
	}
	var a, b DSCP
	a.Count(3, Duplex{})
	if got := rows(&a); got != nil {
		t.Errorf("counted without packets: %v", got)
	}
	a.Count(46, sent(1, 100))
	a.Count(46, sent(1, 50))
	a.Count(0, sent(2, 10))
	a.Count(8, sent(1, 1))
	b.Count(8, sent(1, 2))
	copied := a.Clone()
	a.Add(&b)
	if got, want := rows(&a), []row{{0, sent(2, 10)}, {8, sent(2, 3)}, {46, sent(2, 150)}}; !slices.Equal(got, want) {
		t.Errorf("sum %v, want %v", got, want)
	}
	if got, want := rows(&copied), []row{{0, sent(2, 10)}, {8, sent(1, 1)}, {46, sent(2, 150)}}; !slices.Equal(got, want) {
		t.Errorf("the copy has changed to %v, want %v", got, want)
	}
}
