package bindings

import (
	"testing"

	"ntopgo/engine/ping"
)

func TestPingBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("not allowed", `p(ntop.isPingAvailable(), ntop.isPingIfaceAvailable(), ntop.getPingIfNames(), ntop.pingHost("127.0.0.1", false), ntop.collectPingResults(false),
ntop.collectPingResults(true))`, "false false {} nil {} {no_response={}};")
	set, err := ping.Open()
	if err != nil {
		t.Skipf("echoes are not allowed here: %v", err)
	}
	w.env.Ping = set
	t.Cleanup(w.env.Close)
	w.check("allowed", `p(ntop.isPingAvailable(), ntop.isPingIfaceAvailable(), type(ntop.getPingIfNames()))`, "true true table;")
	w.check("once", `ntop.pingHost("127.0.0.1", false)
local r repeat r = ntop.collectPingResults(false)["127.0.0.1"] ntop.msleep(5) until r
p(r > 0 and r < 5000, ntop.collectPingResults(false))`, "true {};")
	w.check("again and again", `ntop.pingHost("127.0.0.1", false, true)
local r repeat r = ntop.collectPingResults(true)["127.0.0.1"] ntop.msleep(5) until r.mean > 0
p(r.response_rate, r.min_rtt == r.max_rtt, r.jitter)`, "100.0 true 0.0;")
	w.check("wrong arguments", `p(ntop.pingHost(nil, false), ntop.pingHost("127.0.0.1"), ntop.pingHost("no such host", false), ntop.pingHost("::1", false), ntop.pingHost("127.0.0.1", false, false, "no-such-nic"),
ntop.collectPingResults(), ntop.collectPingResults("x"))`, "nil nil nil nil nil nil nil;")
}
