package flow

import "testing"

// TestNumbering numbers flows, of which one ended before and its record begins
// another.
func TestNumbering(t *testing.T) {
	t.Parallel()
	tab := newTestTable(t, &Limit{})
	begin := func(order uint64, port uint16) *Record {
		p := tcp(int64(1000-order), 2, 1, "", false) // the clock of the source goes back
		p.SrcPort = port
		tab.Order(order)
		return feed(tab, p)
	}
	first, gone := begin(3, 1000), begin(5, 1001)
	tab.Purge(1000 - 4)
	third := begin(7, 1002)
	if third != gone {
		t.Fatal("the record of an ended flow is not used again")
	}
	list := tab.Unnumbered()
	if len(list) != 3 || list[0].Compare(list[1]) >= 0 || list[2].Compare(list[1]) <= 0 {
		t.Fatalf("%+v", list)
	}
	for _, n := range []int{0, 2, 1} { // that of the ended flow last
		tab.PrefetchID(&list[n])
		tab.Number(&list[n], uint32(70+n))
	}
	if first.ID() != 70 || third.ID() != 72 {
		t.Errorf("numbers %d and %d", first.ID(), third.ID())
	}
	if tab.Numbered(); len(tab.Unnumbered()) != 0 {
		t.Error("they have numbers now")
	}
}
