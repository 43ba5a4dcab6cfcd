package bindings

import (
	"testing"
)

// withPools adds the pools 2 and 3: the client by address, the server's card.
func withPools(t *testing.T) *world {
	t.Helper()
	return newWorld(t, 2024, func(s *setup) {
		for _, m := range [][2]string{{"pool_ids", "0"}, {"pool_ids", "2"}, {"pool_ids", "3"}, {"pool_ids", "junk"},
			{"members.2", clientIP + "/32@0"}, {"members.2", "10.0.0.0/8@0"}, {"members.2", "no address"}, {"members.3", serverMAC}} {
			s.members = append(s.members, [2]string{"ntopng.prefs.host_pools." + m[0], m[1]})
		}
	})
}

func TestHostPools(t *testing.T) {
	t.Parallel()
	w := withPools(t)
	w.check("members by address, network and card", `
p(interface.findMemberPool("192.168.1.10", 0, false)) p(interface.findMemberPool("10.9.9.9", 0, false))
p(interface.findMemberPool("10.9.9.9", 5, false), interface.findMemberPool("8.8.8.8", 0, false), interface.findMemberPool("x", 0, false))
p(interface.findMemberPool("`+serverMAC+`", 0, true), interface.findMemberPool("02:00:00:00:00:99", 0, true), interface.findMemberPool("x", 0, true))
p(interface.findMacPool("`+serverMAC+`"), interface.findMacPool("nothing"))`,
		"{matched_bitmask=32 matched_prefix=192.168.1.10 pool_id=2};{matched_bitmask=8 matched_prefix=10.0.0.0 pool_id=2};"+
			"nil nil nil;{pool_id=3} nil nil;3 0;")
	w.check("hosts show their pool and why", `
local c, s = interface.getHostInfo("192.168.1.10"), interface.getHostInfo("192.168.1.20")
p(c.host_pool_id, c.host_pool_match, s.host_pool_id, s.host_pool_match)`, "2 ip 3 mac;")
	w.check("traffic by pool, that inside one once", `
local all = interface.getHostPoolsStats()
local one = interface.getHostPoolStats(2)["2"]
p(all["2"]["bytes.sent"] == one["bytes.sent"], one["bytes.sent"], one["bytes.rcvd"], all["3"]["bytes.sent"], all["3"]["bytes.rcvd"])
p(all["0"]["bytes.sent"], all["0"]["bytes.rcvd"])
p(interface.getHostPoolStats(9), interface.getHostPoolStats("x"))
p(interface.getHostPoolsInfo())`,
		"true 630 454 174 280;280 350;{} {};{num_members_per_pool={0={num_hosts=2 num_l2_devices=2} 2={num_hosts=1 num_l2_devices=0} "+
			"3={num_hosts=1 num_l2_devices=1}}};")
	w.check("limits", `local l = ntop.getLicenseLimits() p(l.current.num_host_pools, l.current.num_pool_members, l.max)`,
		"3 3 {num_host_pools=5 num_pool_members=8};")
}
