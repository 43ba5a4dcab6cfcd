package memory

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCountHuge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		table string
		pages int
	}{
		"two zones": {`Node 0, zone    DMA32      2      3      0      2      3      2      1      4      4      2    752
Node 0, zone   Normal   7853   6178   4945   3384   1487    627    226    296    389     55   1050
`, 2 + 2*752 + 55 + 2*1050},
		"more orders":    {"Node 1, zone Normal 0 0 0 0 0 0 0 0 0 1 1 1\n", 1 + 2 + 4},
		"only small":     {"Node 0, zone Normal 9 9 9 9 9 9 9 9 9 0 0\n", 0},
		"fewer orders":   {"Node 0, zone Normal 9 9 9\n", 0},
		"something else": {"no table\n\nzone\nzone Normal x x x x x x x x x x -1x\n", 0},
		"nothing":        {"", 0},
	} {
		if got := countHuge(strings.NewReader(c.table)); got != c.pages*HugePage {
			t.Errorf("%s: %d bytes, want %d pages", name, got, c.pages)
		}
	}
}

// TestHugePagesAreTakenWhereTheyAreAtHand follows what is asked for as huge pages are
// quick, slow and used up.
func TestHugePagesAreTakenWhereTheyAreAtHand(t *testing.T) {
	t.Parallel()
	free, asked, age := 8*HugePage, 0, time.Duration(0)
	h := hugePages{free: func() int { asked++; return free }, age: func() time.Duration { return age }}
	for n := range 4 {
		if !h.take() {
			t.Fatalf("page %d is small though huge ones are free", n)
		}
		h.took(usualHuge / 2)
		age += lookAgain
	}
	if asked != 2 {
		t.Errorf("asked %d times for 4 pages with 2 at a time", asked)
	}
	free = 1000 * HugePage
	taken, lost := 0, time.Duration(0)
	for begin := age; age < begin+20*time.Second; age += 10 * time.Millisecond {
		if h.take() {
			h.took(usualHuge + 5*time.Millisecond)
			taken, lost = taken+1, lost+5*time.Millisecond
		}
	}
	if least, most := age/waitShare-5*time.Millisecond, age/waitShare+5*time.Millisecond; lost < least || lost > most {
		t.Errorf("%v lost with %d slow pages in %v, want %v", lost, taken, age, age/waitShare)
	}
	age *= 2
	free, h.left, asked = 3*HugePage, 0, 0
	for range 1000 {
		if h.take() {
			t.Fatal("took one of the last huge pages")
		}
	}
	if asked != 1 {
		t.Errorf("looked for free pages %d times at once", asked)
	}
	free, age = 100*HugePage, age+lookAgain
	if !h.take() {
		t.Error("did not look for free pages again")
	}
}

func TestTheHeapIsFedAhead(t *testing.T) {
	t.Parallel()
	const start = 100*HugePage + 4096
	f := newFeeder()
	var fed []int // huge pages after the first
	feed := func(p uintptr) []int {
		fed = nil
		f.feed(p, func(at uintptr) { fed = append(fed, int(at/HugePage)-101) })
		return fed
	}
	if got := feed(start); got != nil {
		t.Fatalf("nothing was given, fed %d", got)
	}
	f.give(start, 10*HugePage) // nine whole ones
	for _, c := range []struct {
		name string
		at   uintptr
		want []int
	}{
		{"far below", start - 50*HugePage, nil},
		{"at the first", 101 * HugePage, []int{0, 1, 2}},
		{"again", 101*HugePage + 64, nil},
		{"a little on", 101*HugePage + HugePage + 64, []int{3}},
		{"far ahead, what is left out stays as it is", 106*HugePage + 64, []int{5, 6, 7}},
		{"below what was fed", 101 * HugePage, nil},
		{"beyond the end", 200 * HugePage, nil},
		{"to the end", 109*HugePage + 64, []int{8}},
		{"at the end", 110*HugePage - 64, nil},
	} {
		if got := feed(c.at); !slices.Equal(got, c.want) {
			t.Errorf("%s: fed %d, want %d", c.name, got, c.want)
		}
	}
}
