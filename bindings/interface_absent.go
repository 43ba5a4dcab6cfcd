package bindings

import "ntopgo/compat/lua"

// What this program cannot do, answered as the original does where it cannot do
// it either.
func init() {
	nothing := func(*Call) {}
	isNil := func(c *Call) { c.Push(nil) }
	no := func(c *Call) { c.Push(false) }
	empty := func(c *Call) { c.Push(lua.NewTable(0)) }
	mark := func(reason string, fn func(c *Call), names ...string) {
		for _, n := range names {
			unavailable("interface", n, reason, fn)
		}
	}

	const paid = "part of the paid editions, whose code and table shapes are not public; answers as the community edition"
	mark("what becomes of a ranking, and who reads it, is not public; answers as the community edition", nothing, "updateRanking")
	mark("the inventory of assets is a paid part: neither its tables nor its pages are public; answers as the community edition", nothing,
		"addDataToLocalHostAssets", "removeDataFromLocalHostAssets")
	mark(paid, nothing, "refreshFlowDeviceSiteId")
	mark("how flows are summed by site, and where, is not public; answers as the community edition", no, "aggregateSiteFlows")
	mark(paid, empty, "getSNMPStats")

	mark("an address that the captive portal of an appliance in the traffic redirects to; there is no such interface here", isNil, "addLanIPAddress")
	const blacklist = "what fills the blacklists of pools (nEdge) is not public; there are none"
	mark(blacklist, isNil, "flushPoolDynamicBlacklist")
	mark(blacklist, empty, "getPoolDynamicBlacklistMembers", "getPoolDynamicBlacklistStats")

	mark("filters of PF_RING cards; there is no PF_RING here", isNil, "updatePushFiltersSettings")

	for _, n := range []string{"execSQLWrite", "clickhouseExecCSVQuery", "clickhouseArchiveData", "chTsEnqueue", "chTsDequeue",
		"chTsQueueLen"} {
		later("interface", n, laterClickHouse, isNil)
	}
	for _, n := range []string{"rrd_enqueue", "rrd_dequeue", "rrd_queue_length"} {
		later("interface", n, laterRRD, isNil)
	}
}
