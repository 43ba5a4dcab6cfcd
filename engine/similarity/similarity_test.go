package similarity

import (
	"fmt"
	"math"
	"testing"
)

func TestNear(t *testing.T) {
	t.Parallel()
	var b Bins
	for name, row := range map[string][]float64{"a": {1, 2, 1}, "double": {2, 4, 2}, "longer": {1, 2, 1, 1}, "other": {0, 0, 0, 9}, "nothing": {0, 0}} {
		for _, v := range row {
			if !b.Add(name, v) {
				t.Fatalf("%s: %v is refused", name, v)
			}
		}
	}
	got, ok := b.Near("a")
	if !ok || len(got) != 4 || got[0] != (Distance{"double", 0}) || got[1].Name != "longer" || got[3].Name != "other" {
		t.Fatalf("%v %v", got, ok)
	}
	if want := math.Sqrt(0.25*0.25 + 0.5*0.5 + 0.25*0.25 + 1); math.Abs(got[3].Value-want) > 1e-9 {
		t.Errorf("distance %v, want %v", got[3].Value, want)
	}
	if _, ok := b.Near("missing"); ok {
		t.Error("a row that does not exist is near to others")
	}
}

func TestBinsAreBounded(t *testing.T) {
	t.Parallel()
	var b Bins
	if b.Add("x", -1) || b.Add("x", math.NaN()) || b.Add("x", math.Inf(1)) {
		t.Error("values that are none are taken")
	}
	for i := range maxBins {
		b.Add(fmt.Sprint(i), 1)
	}
	if b.Add("one more", 1) || !b.Add("0", 1) {
		t.Error("the number of rows")
	}
	for range maxValues {
		b.Add("0", 1)
	}
	if b.Add("0", 1) {
		t.Error("the length of a row")
	}
}
