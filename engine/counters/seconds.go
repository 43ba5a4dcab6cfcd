package counters

import "math/bits"

// Seconds remembers in which of the last 64 seconds something happened, so that
// reports of the same seconds count each of them once, in whatever order they
// come. A report may be late by less than 64 seconds.
type Seconds struct {
	mask uint64 // bit n: second last-n
	last uint32 // Unix
}

// Note takes a report of seconds, of which bit n of mask is second first+n, and
// says how many of them are news.
func (s *Seconds) Note(first uint32, mask uint64) (news uint32) {
	return note(&s.mask, &s.last, first, mask)
}

// note is Seconds.Note where the parts lie elsewhere.
func note(seen *uint64, upTo *uint32, first uint32, mask uint64) (news uint32) {
	if mask == 0 {
		return 0
	}
	top := uint32(bits.Len64(mask) - 1)
	last, back := first+top, bits.Reverse64(mask)>>(63-top) // bit n of back: second last-n
	if *seen == 0 {
		*upTo, *seen = last, back
		return uint32(bits.OnesCount64(back))
	}
	if last >= *upTo {
		*seen <<= last - *upTo
		*upTo = last
	} else {
		back <<= *upTo - last
	}
	news = uint32(bits.OnesCount64(back &^ *seen))
	*seen |= back
	return news
}
