package dpi

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestInjectionGates makes values of the pieces that injections are made of: what is
// quick to say no must not do so where the expressions say yes.
func TestInjectionGates(t *testing.T) {
	t.Parallel()
	pieces := strings.Split("<|>|script|SCRIPT|ſcript|/|javascript|:|vbscript|document|.|cookie|location|alert|(|)|'|\"|on|error|=|img|src|"+
		"or|and|xor|&&|1|a|like|union|all|select|*|,|from|;|drop|insert|into|values|delete|sleep|waitfor|delay|order|by|--|#|/*|"+
		"information_schema|informatinformation_schema|@@version|having|group| |\t|\n|\v|-|x", "|")
	rnd := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 60_000 {
		var b strings.Builder
		for range 1 + rnd.IntN(6) {
			b.WriteString(pieces[rnd.IntN(len(pieces))])
			if rnd.IntN(3) == 0 {
				b.WriteByte(' ')
			}
		}
		v := b.String()
		if xss.MatchString(v) {
			if found++; !mayBeXSS(v) {
				t.Fatalf("%q is taken for harmless, it may be cross-site scripting", v)
			}
		}
		if sql.MatchString(v) {
			if found++; !mayBeSQL(v) {
				t.Fatalf("%q is taken for harmless, it may be SQL", v)
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d of the values are injections", found)
	}
	for _, v := range []string{"a-b/c:d", "x=1", "2026-11-27"} {
		if mayBeXSS(v) || mayBeSQL(v) {
			t.Errorf("%q is not known to be harmless", v)
		}
	}
}
