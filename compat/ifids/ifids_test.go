package ifids

import (
	"testing"

	"ntopgo/compat/keyvalue"
)

func TestIDsSurviveARestart(t *testing.T) {
	t.Parallel()
	store, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.HSet(hashKey, "eth7", "1"); err != nil {
		t.Fatal(err)
	}
	if err := store.HSet(hashKey, "broken", "x"); err != nil {
		t.Fatal(err)
	}
	for round := 1; round <= 2; round++ {
		ids, err := Load(store)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]int{"eth7": 1} {
			if got, err := ids.Of(name); err != nil || got != want {
				t.Errorf("round %d: %s has id %d (%v), want %d", round, name, got, err, want)
			}
		}
		for _, c := range []struct {
			name string
			want int
		}{{"eth0", 0}, {"lo", 2}, {"broken", 3}} {
			if got, err := ids.Of(c.name); err != nil || got != c.want {
				t.Errorf("round %d: %s has id %d (%v), want %d", round, c.name, got, err, c.want)
			}
		}
	}
}
