package host

import (
	"fmt"
	"testing"
)

func TestFingerprints(t *testing.T) {
	h := &Host{}
	h.data.Details = &noDetails
	if m := h.Fingerprints(JA4); len(m) != 0 {
		t.Errorf("a host without any has %v", m)
	}
	h.Update(func(d *Data) {
		d.Detail().CountFingerprint(JA4, "a", false)
		d.Detail().CountFingerprint(JA4, "a", true)
		d.Detail().CountFingerprint(HASSH, "b", false)
		for i := range 2 * maxFingerprints {
			d.Detail().CountFingerprint(HASSH, fmt.Sprint(i), false)
		}
		d.Detail().CountFingerprint(HASSH, "b", false)
	})
	if u := h.Fingerprints(JA4)["a"]; u != (FingerprintUse{2, true}) {
		t.Errorf("twice, once malicious: %+v", u)
	}
	m := h.Fingerprints(HASSH)
	if m["b"].Flows != 2 || len(m) != maxFingerprints {
		t.Errorf("%d fingerprints, the first %+v; want %d, and the known one counted on", len(m), m["b"], maxFingerprints)
	}
	m["b"] = FingerprintUse{}
	if h.Fingerprints(HASSH)["b"].Flows != 2 {
		t.Error("what a reader has is not its own")
	}
}
