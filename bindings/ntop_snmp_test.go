package bindings

import (
	"strings"
	"testing"

	"ntopgo/engine/snmp/snmptest"
)

func TestSNMPBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	addr := snmptest.Agent(t)
	say := strings.NewReplacer("A", `"`+addr+`"`, "NAME", `"`+snmptest.SysName+`"`, "LOC", `"`+snmptest.SysLocation+`"`, "V3",
		`"`+addr+`", "authPriv", "bob", "SHA", "authpass12", "AES", "privpass12"`)
	check := func(name, code, want string) { t.Helper(); w.check(name, say.Replace(code), want) }
	name := "{" + snmptest.SysName + "=test-agent}"
	check("get", `p(ntop.snmpget(A, "public", 5, 1, NAME), ntop.snmpget(A, "public", 5, 0, NAME), ntop.snmpget(V3, 5, NAME))`, name+" "+name+" "+name+";")
	check("next", `p(ntop.snmpgetnext(A, "public", 5, 1, "1.3.6.1.2.1.1.4.0"))`, name+";")
	check("bulk", `ntop.snmpSetBulkMaxNumRepetitions(3) local n = 0 for _ in pairs(ntop.snmpgetnextbulk(A, "public", 5, 1, "1.3.6.1.2.1.1")) do n = n + 1 end p(n)`, "3;")
	check("set", `p(ntop.snmpset(A, "private", 5, 1, LOC, "s", "Rack 2"), ntop.snmpget(A, "public", 5, 1, LOC))`,
		"{"+snmptest.SysLocation+"=Rack 2} {"+snmptest.SysLocation+"=Rack 2};")
	check("aside", `local s = ntop.snmpallocasnyncengine() ntop.snmpgetasync(s, A, "public", 5, 1, NAME) local a = ntop.snmpreadasyncrsp(s, 5)
ntop.snmpgetnextasync(s, A, "public", 5, 1, "1.3.6.1.2.1.1.4.0") local b = ntop.snmpreadasyncrsp(s, 5)
ntop.snmpgetnextbulkasync(s, V3, 5, "1.3.6.1.2.1.1.4.0") local d = ntop.snmpreadasyncrsp(s, 5)[NAME]
ntop.snmpfreeasnycengine(s) p(s, a, b, d, ntop.snmpreadasyncrsp(s, 0), ntop.snmpallocasnyncengine())`, "0 "+name+" "+name+" test-agent nil 0;")
	check("batch", `ntop.snmpGetBatch(A, "public", NAME, 0) local r = ntop.snmpReadResponses(5)
ntop.snmpGetBatch(V3, LOC) p(r[A], ntop.snmpReadResponses(5)[A], ntop.snmpReadResponses())`, "test-agent Rack 2 nil;")
	check("what there is", `p(ntop.snmpv3available(), ntop.snmpsetavailable(), ntop.snmpgetbulkavailable(), ntop.snmpMaxNumEngines(), ntop.snmpSetFatMibPollingMode(true),
ntop.snmpToggleTrapCollection(true))`, "true true true 0 nil nil;")
	check("no such object", `p(ntop.snmpget(A, "public", 5, 1, "1.3.6.1.2.1.1.99.0"))`, "nil;")
	check("wrong arguments", `p(ntop.snmpget(A, "public", 5, 1), ntop.snmpget(A, 5), ntop.snmpget(), ntop.snmpgetnext(A, "public", 5, 1, "sysName"), ntop.snmpgetnextbulk(A, nil, 5, 1, NAME),
ntop.snmpset(A, "private", 5, 1, LOC, "s"), ntop.snmpset(A, "private", 5, 1, LOC, "q", "x"), ntop.snmpgetasync(7, A, "public", 5, 1, NAME), ntop.snmpgetnextasync(0), ntop.snmpgetnextbulkasync("x"),
ntop.snmpreadasyncrsp(99), ntop.snmpGetBatch(), ntop.snmpReadResponses("x"), ntop.snmpSetBulkMaxNumRepetitions("x"), ntop.snmpfreeasnycengine("x"))`,
		"nil nil nil nil nil nil nil nil nil nil nil nil nil nil;")
}
