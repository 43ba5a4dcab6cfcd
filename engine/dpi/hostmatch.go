package dpi

import (
	"fmt"
	"strconv"
	"strings"
)

// hostEntry is what a host name pattern stands for.
type hostEntry struct {
	proto    uint16
	category uint8
	breed    uint8
	rank     int // higher wins: dots of the pattern, and its level
	inside   bool
	pattern  string
}

// hostTable maps host names to applications. A pattern that ends in '.' or '-'
// matches anywhere behind a label boundary, every other one at the end of the
// name. A match begins at the start of the name or of a label, or at a '-' when
// the pattern itself begins with one. An exact match wins, then the pattern
// with the most dots, then one at the end of the name, then the longer one.
type hostTable struct {
	whole  map[string]hostEntry   // patterns that match at the end
	inside map[string][]hostEntry // patterns that match inside, by first label
	// Most names are of nobody's. Sets of a bit each for how patterns begin say so
	// without a look into the maps.
	wholes, insides set16
}

// beginning is a place in hostTable.wholes: it depends on the length of s and its first
// eight bytes.
func beginning(s string) uint16 {
	x := uint64(len(s))
	for i := range min(len(s), 8) {
		x = x<<8 ^ x>>56 ^ uint64(s[i])
	}
	return uint16(x * 0x9e3779b97f4a7c15 >> 48)
}

// start is a place in hostTable.insides: the first two bytes of s.
func start(s string) uint16 {
	if len(s) == 1 {
		return uint16(s[0]) << 8
	}
	return uint16(s[0])<<8 | uint16(s[1])
}

// set16 is a set of numbers of 16 bits.
type set16 [1 << 16 / 64]uint64

func (s *set16) add(n uint16)      { s[n/64] |= 1 << (n % 64) }
func (s *set16) has(n uint16) bool { return s[n/64]&(1<<(n%64)) != 0 }

func newHostTable() *hostTable {
	return &hostTable{whole: map[string]hostEntry{}, inside: map[string][]hostEntry{}}
}

func (h *hostTable) add(pattern string, en hostEntry) {
	pattern = strings.ToLower(pattern)
	en.pattern = pattern
	en.rank += strings.Count(strings.TrimPrefix(pattern, "."), ".")
	pattern = strings.TrimPrefix(pattern, ".") // a match begins at a boundary anyway
	if last := pattern[len(pattern)-1]; last == '.' || last == '-' {
		en.inside = true
		en.pattern = pattern
		key := firstLabel(pattern)
		h.inside[key] = append(h.inside[key], en)
		h.insides.add(start(pattern))
		return
	}
	h.wholes.add(beginning(pattern))
	if old, ok := h.whole[pattern]; !ok || en.rank > old.rank {
		h.whole[pattern] = en
	}
}

// firstLabel cuts at the first '.' or '-' behind the first byte.
func firstLabel(s string) string {
	for i := 1; i < len(s); i++ {
		if s[i] == '.' || s[i] == '-' {
			return s[:i]
		}
	}
	return s
}

// end is the entry whose pattern is the whole of name.
func (h *hostTable) end(name string) (hostEntry, bool) {
	if !h.wholes.has(beginning(name)) {
		return hostEntry{}, false
	}
	en, hit := h.whole[name]
	return en, hit
}

// find looks a lower-case name up.
func (h *hostTable) find(name string) (best hostEntry, ok bool) {
	if name == "" {
		return best, false
	}
	if en, hit := h.end(name); hit {
		return en, true
	}
	for i := range len(name) {
		if i > 0 && name[i-1] != '.' && name[i] != '-' {
			continue
		}
		rest := name[i:]
		if en, hit := h.end(rest); hit && better(en, best, ok) {
			best, ok = en, true
		}
		if !h.insides.has(start(rest)) {
			continue
		}
		for _, en := range h.inside[firstLabel(rest)] {
			if strings.HasPrefix(rest, en.pattern) && better(en, best, ok) {
				best, ok = en, true
			}
		}
	}
	return best, ok
}

func better(a, b hostEntry, have bool) bool {
	switch {
	case !have:
		return true
	case a.rank != b.rank:
		return a.rank > b.rank
	case a.inside != b.inside:
		return !a.inside // the end of a name says more than its middle
	}
	return len(a.pattern) > len(b.pattern)
}

// each calls f with the fields of every line.
func each(table string, fields int, f func([]string) error) error {
	for line := range strings.Lines(table) {
		w := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", fields)
		if len(w) != fields {
			return fmt.Errorf("dpi: table line %q has no %d fields", line, fields)
		}
		if err := f(w); err != nil {
			return fmt.Errorf("dpi: table line %q: %w", line, err)
		}
	}
	return nil
}

// numbers parses decimal fields.
func numbers(w []string) ([]int, error) {
	out := make([]int, len(w))
	for i, s := range w {
		v, err := strconv.Atoi(s)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func parseHosts(table string) (*hostTable, error) {
	h := newHostTable()
	return h, each(table, 5, func(w []string) error {
		v, err := numbers(w[1:])
		if err != nil {
			return err
		}
		h.add(w[0], hostEntry{proto: uint16(v[0]), category: uint8(v[1]), breed: uint8(v[2]), rank: v[3]})
		return nil
	})
}

func parseHostCategories(table string) (*hostTable, error) {
	h := newHostTable()
	return h, each(table, 2, func(w []string) error {
		v, err := numbers(w[1:])
		if err != nil {
			return err
		}
		h.add(w[0], hostEntry{category: uint8(v[0])})
		return nil
	})
}

// certPattern is a text in a certificate's issuer or subject.
type certPattern struct {
	text  string
	proto uint16
}

func parseCerts(table string) (out []certPattern, err error) {
	return out, each(table, 2, func(w []string) error {
		v, err := numbers(w[:1])
		if err != nil {
			return err
		}
		out = append(out, certPattern{w[1], uint16(v[0])})
		return nil
	})
}
