// Package similarity compares rows of numbers by their shape: how far apart they
// are once each is scaled to a sum of one.
package similarity

import (
	"cmp"
	"math"
	"slices"
)

// Limits of a set.
const (
	maxBins   = 4096
	maxValues = 1024
)

// Bins are rows of numbers by name. The zero value is empty.
type Bins struct{ m map[string][]float64 }

// Add puts a value at the end of a row, which is made when missing, and says
// whether there was room. Values are not below zero.
func (b *Bins) Add(name string, value float64) bool {
	row, there := b.m[name]
	if !there && len(b.m) >= maxBins || len(row) >= maxValues || value < 0 || math.IsNaN(value) || math.IsInf(value, 0) {
		return false
	}
	if b.m == nil {
		b.m = map[string][]float64{}
	}
	b.m[name] = append(row, value)
	return true
}

// Distance is how far a row is from another one.
type Distance struct {
	Name  string
	Value float64 // 0 for the same shape, at most the square root of 2
}

// Near lists the other rows, the most similar first; ok is false where there is
// no row of that name.
func (b *Bins) Near(name string) (out []Distance, ok bool) {
	row, ok := b.m[name]
	if !ok {
		return nil, false
	}
	for other, values := range b.m {
		if other != name {
			out = append(out, Distance{other, distance(row, values)})
		}
	}
	slices.SortFunc(out, func(x, y Distance) int { return cmp.Or(cmp.Compare(x.Value, y.Value), cmp.Compare(x.Name, y.Name)) })
	return out, true
}

// distance is the Euclidean one of the scaled rows; the shorter row is filled up
// with zeros.
func distance(a, b []float64) float64 {
	sumA, sumB := sum(a), sum(b)
	total := 0.0
	for i := range max(len(a), len(b)) {
		d := at(a, i, sumA) - at(b, i, sumB)
		total += d * d
	}
	return math.Sqrt(total)
}

func sum(row []float64) (s float64) {
	for _, v := range row {
		s += v
	}
	return s
}

func at(row []float64, i int, sum float64) float64 {
	if i >= len(row) || sum == 0 {
		return 0
	}
	return row[i] / sum
}
