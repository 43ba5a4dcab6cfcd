package policy

import (
	"net/netip"
	"testing"
	"time"

	"ntopgo/engine/mac"
)

var (
	card  = mac.Addr{2, 0, 0, 0, 0, 1}
	other = mac.Addr{2, 0, 0, 0, 0, 2}
)

func web() *Flow {
	return &Flow{Client: netip.MustParseAddr("192.168.1.10"), Server: netip.MustParseAddr("203.0.113.5"), SrvPort: 80, Proto: 6, Master: 7, App: 126,
		Category: 5, Recognised: true, CliCard: card, SrvCard: other, CliPool: 2, SrvPool: 0}
}

func rule(t *testing.T, proto uint8, src, dst, port string, app uint16) Rule {
	t.Helper()
	r, err := MakeRule(proto, src, dst, port, app)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestACL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		fill          func(l *ACL)
		allow, listed bool
	}{
		{"empty", func(*ACL) {}, true, false},
		{"network", func(l *ACL) { l.Insert(rule(t, 0, "192.168.1.0/24", "", "", 0), false) }, false, true},
		{"other direction", func(l *ACL) { l.Insert(rule(t, 0, "", "192.168.1.0/24", "", 0), false) }, true, false},
		{"port", func(l *ACL) { l.Insert(rule(t, 6, "*", "*", "80", 0), false) }, false, true},
		{"other port", func(l *ACL) { l.Insert(rule(t, 6, "", "", "81-90", 0), false) }, true, false},
		{"other protocol", func(l *ACL) { l.Insert(rule(t, 17, "", "", "80", 0), false) }, true, false},
		{"application", func(l *ACL) { l.Insert(rule(t, 0, "", "", "", 126), false) }, false, true},
		{"its carrier", func(l *ACL) { l.Insert(rule(t, 0, "", "", "", 7), false) }, false, true},
		{"the narrower allows", func(l *ACL) {
			l.Insert(rule(t, 0, "192.168.0.0/16", "", "", 0), false)
			l.Insert(rule(t, 0, "192.168.1.10", "", "", 0), true)
		}, true, true},
		{"the narrower denies", func(l *ACL) {
			l.Insert(rule(t, 0, "192.168.1.10", "203.0.113.5", "80", 0), false)
			l.Insert(rule(t, 0, "192.168.1.10", "", "", 0), true)
		}, false, true},
		{"changed", func(l *ACL) {
			l.Insert(rule(t, 0, "192.168.1.10", "", "", 0), false)
			l.Insert(rule(t, 0, "192.168.1.10/32", "", "", 0), true)
		}, true, true},
		{"removed", func(l *ACL) {
			l.Insert(rule(t, 0, "192.168.1.10", "", "", 0), false)
			l.Remove(rule(t, 0, "192.168.1.10", "", "", 0))
		}, true, false},
		{"card", func(l *ACL) { l.InsertCard(other, false) }, false, true},
		{"a card that is allowed", func(l *ACL) { l.InsertCard(card, true) }, true, true},
		{"card before rules", func(l *ACL) { l.InsertCard(card, false); l.Insert(rule(t, 0, "192.168.1.10", "", "", 0), true) }, false, true},
		{"card removed", func(l *ACL) { l.InsertCard(card, false); l.RemoveCard(card) }, true, false},
	} {
		l := &ACL{}
		c.fill(l)
		allow, listed := l.Find(web())
		if allow != c.allow || listed != c.listed {
			t.Errorf("%s: allowed %v, listed %v", c.name, allow, listed)
		}
		v := Decide(web(), l, nil, nil, nil)
		if v.Pass() != c.allow || !c.allow && v.Why != ByACL {
			t.Errorf("%s: verdict %+v", c.name, v)
		}
	}
}

func TestWrongRules(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{{"x", "", ""}, {"", "10.0.0.0/33", ""}, {"", "", "0"}, {"", "", "90-80"}, {"", "", "http"}, {"", "", "70000"}} {
		if _, err := MakeRule(0, c[0], c[1], c[2], 0); err == nil {
			t.Errorf("%q is a rule", c)
		}
	}
	l := &ACL{}
	if l.Remove(Rule{}) || l.RemoveCard(card) {
		t.Error("nothing is removed")
	}
	l.Insert(rule(t, 6, "10.0.0.0/8", "", "22-23", 0), true)
	l.Insert(rule(t, 0, "", "", "", 0), false)
	l.InsertCard(other, true)
	l.InsertCard(card, false)
	rules, cards := l.Entries()
	if len(rules) != 2 || rules[0].Low != 22 || !rules[0].Allow || len(cards) != 2 || cards[0].Card != card || cards[0].Allow {
		t.Errorf("%+v %+v", rules, cards)
	}
}

// used is a usage for tests.
type used struct {
	all        Use
	protocols  map[uint16]Use
	categories map[uint8]Use
}

func (u used) All() Use               { return u.all }
func (u used) Protocol(id uint16) Use { return u.protocols[id] }
func (u used) Category(id uint8) Use  { return u.categories[id] }

func TestVerdicts(t *testing.T) {
	t.Parallel()
	kilo := Use{Bytes: 1000}
	for _, c := range []struct {
		name   string
		pool   Pool
		used   used
		change func(f *Flow)
		want   Reason
		from   Source
	}{
		{"nothing said", Pool{}, used{}, nil, Passes, ByDefault},
		{"pool drops", Pool{Default: Policy{Shaper: ShaperDrop}}, used{}, nil, ByPolicy, ByDefault},
		{"pool drops, application passes", Pool{Default: Policy{Shaper: ShaperDrop}, ByProtocol: map[uint16]Policy{126: {}}}, used{}, nil, Passes, ByDefault},
		{"carrier drops", Pool{ByProtocol: map[uint16]Policy{7: {Shaper: ShaperDrop}}}, used{}, nil, ByPolicy, ByDefault},
		{"application before carrier", Pool{ByProtocol: map[uint16]Policy{7: {Shaper: ShaperDrop}, 126: {}}}, used{}, nil, Passes, ByDefault},
		{"category drops", Pool{ByCategory: map[uint8]Policy{5: {Shaper: ShaperDrop}}}, used{}, nil, ByPolicy, ByDefault},
		{"another category", Pool{ByCategory: map[uint8]Policy{6: {Shaper: ShaperDrop}}}, used{}, nil, Passes, ByDefault},
		{"shaper without rate", Pool{Default: Policy{Shaper: 4}}, used{}, nil, ByPolicy, ByDefault},
		{"slow shaper", Pool{Default: Policy{Shaper: 3}}, used{}, nil, Passes, ByDefault},
		{"quota of all", Pool{Default: Policy{Quota: kilo}}, used{all: kilo}, nil, QuotaReached, ByPool},
		{"quota not reached", Pool{Default: Policy{Quota: kilo}}, used{all: Use{Bytes: 999, Time: time.Hour}}, nil, Passes, ByDefault},
		{"quota of time", Pool{ByProtocol: map[uint16]Policy{126: {Quota: Use{Time: time.Minute}}}}, used{protocols: map[uint16]Use{126: {Time: time.Minute}}}, nil, QuotaReached, ByProtocol},
		{"quota of the category", Pool{ByCategory: map[uint8]Policy{5: {Quota: kilo}}}, used{categories: map[uint8]Use{5: kilo}}, nil, QuotaReached, ByCategory},
		{"not recognised yet", Pool{Default: Policy{Shaper: ShaperDrop}}, used{}, func(f *Flow) { f.Recognised = false }, Passes, ByDefault},
		{"the network needs it", Pool{Default: Policy{Shaper: ShaperDrop}}, used{}, func(f *Flow) { f.Master = protocolDNS }, Passes, ByDefault},
		{"by hand", Pool{}, used{}, func(f *Flow) { f.Dropped = true }, ByHand, ByDefault},
		{"the server's pool", Pool{Default: Policy{Shaper: ShaperDrop}}, used{}, func(f *Flow) { f.CliPool, f.SrvPool = 0, 2 }, ByPolicy, ByDefault},
	} {
		f := web()
		if c.change != nil {
			c.change(f)
		}
		rules := &Rules{Pools: map[int]*Pool{2: &c.pool}, Rates: map[uint8]int64{3: 256, 4: 0}}
		v := Decide(f, nil, rules, c.used, nil)
		if v.Why != c.want || v.CliQuotaFrom != c.from {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
	if p, from := (*Rules)(nil).Choose(3, 1, 2, 3); p.Shaper != ShaperPass || from != ByDefault {
		t.Errorf("without rules: %+v %s", p, from)
	}
}
