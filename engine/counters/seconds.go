package counters

import "math/bits"

// Seconds remembers in which of the last 32 seconds something happened, so that
// reports of the same seconds count each of them once, in whatever order they
// come. A report may be late by less than 32 seconds.
type Seconds struct {
	last uint32 // Unix
	mask uint32 // bit n: second last-n
}

// Note takes a report of seconds, of which bit n of mask is second first+n, and
// says how many of them are news.
func (s *Seconds) Note(first, mask uint32) (news uint32) {
	if mask == 0 {
		return 0
	}
	top := uint32(bits.Len32(mask) - 1)
	last, back := first+top, bits.Reverse32(mask)>>(31-top) // bit n of back: second last-n
	if s.mask == 0 {
		s.last, s.mask = last, back
		return uint32(bits.OnesCount32(back))
	}
	if last >= s.last {
		s.mask <<= last - s.last
		s.last = last
	} else {
		back <<= s.last - last
	}
	news = uint32(bits.OnesCount32(back &^ s.mask))
	s.mask |= back
	return news
}
