package bindings

import "testing"

func TestEveryBindingIsAccountedFor(t *testing.T) {
	t.Parallel()
	if got := len(All()); got != 654 {
		t.Errorf("%d names declared, want 654", got)
	}
	for _, b := range All() {
		if (b.Status == Pending) != (b.Fn == nil) {
			t.Errorf("%s is %s but its function is set: %t", b.Key(), b.Status, b.Fn != nil)
		}
		if b.Status != Working && b.Reason == "" {
			t.Errorf("%s is %s without a reason", b.Key(), b.Status)
		}
	}
}

func TestIncompleteNamesBindings(t *testing.T) {
	t.Parallel()
	for key := range incomplete {
		if b := registry[key]; b == nil || b.Status != Partial {
			t.Errorf("%s is said to be incomplete and is not registered as partial", key)
		}
	}
}
