package host

import "maps"

// Kinds of fingerprints by which programs on a host can be told apart.
const (
	JA4   = iota // of clients of TLS
	HASSH        // of clients and servers of SSH
	fingerprintKinds
)

// FingerprintUse says how often a fingerprint was seen, and whether it is on a
// list of malicious ones.
type FingerprintUse struct {
	Flows     uint64
	Malicious bool
}

// maxFingerprints bounds those of a kind that one host has; others are left out.
const maxFingerprints = 256

type fingerprints [fingerprintKinds]map[string]FingerprintUse

// CountFingerprint counts a flow in which the host showed a fingerprint.
func (d *Details) CountFingerprint(kind int, text string, malicious bool) {
	if d.shown == nil {
		d.shown = &fingerprints{}
	}
	m := d.shown[kind]
	if m == nil {
		m = map[string]FingerprintUse{}
		d.shown[kind] = m
	}
	u, known := m[text]
	if !known && len(m) >= maxFingerprints {
		return
	}
	m[text] = FingerprintUse{u.Flows + 1, u.Malicious || malicious}
}

// Fingerprints are those of a kind that h showed.
func (h *Host) Fingerprints(kind int) map[string]FingerprintUse {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.data.Details.shown; p != nil {
		return maps.Clone(p[kind])
	}
	return nil
}
