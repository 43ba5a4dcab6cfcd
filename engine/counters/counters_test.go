package counters

import "testing"

func TestSizeBucket(t *testing.T) {
	t.Parallel()
	for n := range 20000 {
		want := SizeBuckets - 1
		for i := len(sizeLimits) - 1; i >= 0 && n <= sizeLimits[i]; i-- {
			want = i
		}
		if got := SizeBucket(n); got != want {
			t.Fatalf("%d bytes: class %d, want %d", n, got, want)
		}
	}
}
