package host

// Hits counts how many of something come within about a second, as ntopng does:
// from one pause of a second on, the most between two pauses.
type Hits struct {
	since     uint32 // second (Unix) of the last pause
	now, most uint16
}

// Note counts one at second sec.
func (h *Hits) Note(sec int64) {
	s := uint32(sec)
	if s-h.since > 1 && int32(s-h.since) > 0 {
		h.most = max(h.most, h.now)
		h.since, h.now = s, 0
		return
	}
	if h.now < 1<<16-1 {
		h.now++
	}
}

// Count is the most that came within about a second since Reset.
func (h *Hits) Count() int { return int(max(h.now, h.most)) }

// Reset begins anew.
func (h *Hits) Reset() { *h = Hits{} }
