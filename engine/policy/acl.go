package policy

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"ntopgo/engine/mac"
)

// Rule is one entry of an access control list: flows of Proto from a client in
// Src to a server in Dst, at a port in [Low, High], of an application.
type Rule struct {
	Proto     uint8 // IP protocol, 0 for any
	Src, Dst  netip.Prefix
	Low, High uint16 // server ports; 0 and 0 for any
	App       uint16 // application protocol, 0 for any
}

// MakeRule reads the parts of a rule: networks or addresses, "" or "*" for all,
// and a port or a range of ports, "" for all.
func MakeRule(proto uint8, src, dst, port string, app uint16) (r Rule, err error) {
	r = Rule{Proto: proto, App: app}
	if r.Src, err = network(src); err != nil {
		return r, err
	}
	if r.Dst, err = network(dst); err != nil {
		return r, err
	}
	if port == "" || port == "*" {
		return r, nil
	}
	low, high, isRange := strings.Cut(port, "-")
	if !isRange {
		high = low
	}
	a, err1 := strconv.ParseUint(low, 10, 16)
	b, err2 := strconv.ParseUint(high, 10, 16)
	if err1 != nil || err2 != nil || b < a || a == 0 {
		return r, fmt.Errorf("%q is no port and no range of ports", port)
	}
	r.Low, r.High = uint16(a), uint16(b)
	return r, nil
}

func network(s string) (netip.Prefix, error) {
	if s == "" || s == "*" {
		return netip.Prefix{}, nil
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no network", s)
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), nil
}

func (r *Rule) matches(f *Flow) bool {
	return (r.Proto == 0 || r.Proto == f.Proto) && (!r.Src.IsValid() || r.Src.Contains(f.Client)) &&
		(!r.Dst.IsValid() || r.Dst.Contains(f.Server)) && (r.Low == 0 || f.SrvPort >= r.Low && f.SrvPort <= r.High) &&
		(r.App == 0 || f.App == r.App || f.Master == r.App)
}

// narrowness orders rules: the one that says most decides.
func (r *Rule) narrowness() int {
	n := max(r.Src.Bits(), 0) + max(r.Dst.Bits(), 0)
	if r.Proto != 0 {
		n++
	}
	if r.Low != 0 {
		n += 18 - bitsOf(r.High-r.Low)
	}
	if r.App != 0 {
		n += 8
	}
	return n
}

func bitsOf(n uint16) int {
	b := 0
	for ; n > 0; n >>= 1 {
		b++
	}
	return b
}

// Entry is a rule with what becomes of the flows that it matches.
type Entry struct {
	Rule
	Allow bool
}

// CardEntry is what becomes of the flows of a card.
type CardEntry struct {
	Card  mac.Addr
	Allow bool
}

// maxRules bounds a list.
const maxRules = 1 << 16

// ACL is the access control list of an interface. Its methods may be called from
// any goroutine.
type ACL struct {
	mu    sync.RWMutex
	rules []*Entry // narrowest first
	cards map[mac.Addr]bool
}

// Insert adds a rule, or changes what becomes of its flows, and says whether
// there was room.
func (l *ACL) Insert(r Rule, allow bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := l.find(r); i >= 0 {
		l.rules[i].Allow = allow
		return true
	}
	if len(l.rules) >= maxRules {
		return false
	}
	l.rules = append(l.rules, &Entry{Rule: r, Allow: allow})
	slices.SortStableFunc(l.rules, func(a, b *Entry) int { return cmp.Compare(b.narrowness(), a.narrowness()) })
	return true
}

func (l *ACL) find(r Rule) int {
	return slices.IndexFunc(l.rules, func(e *Entry) bool { return e.Rule == r })
}

// Remove takes a rule out and says whether it was there.
func (l *ACL) Remove(r Rule) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := l.find(r)
	if i < 0 {
		return false
	}
	l.rules = slices.Delete(l.rules, i, i+1)
	return true
}

// InsertCard adds a card, or changes what becomes of its flows.
func (l *ACL) InsertCard(a mac.Addr, allow bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, there := l.cards[a]; !there && len(l.cards) >= maxRules {
		return false
	}
	if l.cards == nil {
		l.cards = map[mac.Addr]bool{}
	}
	l.cards[a] = allow
	return true
}

// RemoveCard takes a card out and says whether it was there.
func (l *ACL) RemoveCard(a mac.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, there := l.cards[a]
	delete(l.cards, a)
	return there
}

// Entries copies the rules, the narrowest first, and the cards by address.
func (l *ACL) Entries() (rules []Entry, cards []CardEntry) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, e := range l.rules {
		rules = append(rules, *e)
	}
	for a, allow := range l.cards {
		cards = append(cards, CardEntry{a, allow})
	}
	slices.SortFunc(cards, func(a, b CardEntry) int { return slices.Compare(a.Card[:], b.Card[:]) })
	return rules, cards
}

// Find says what becomes of a flow; listed is false where no rule is about it.
// Cards come before rules; of the rules the narrowest decides.
func (l *ACL) Find(f *Flow) (allow, listed bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, a := range [2]mac.Addr{f.CliCard, f.SrvCard} {
		if allow, listed := l.cards[a]; listed && !allow {
			return false, true
		}
	}
	for _, e := range l.rules {
		if e.matches(f) {
			return e.Allow, true
		}
	}
	for _, a := range [2]mac.Addr{f.CliCard, f.SrvCard} {
		if allow, listed := l.cards[a]; listed {
			return allow, true
		}
	}
	return true, false
}
