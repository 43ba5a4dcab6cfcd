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
	mark(paid, nothing, "updateRanking",
		"addDataToLocalHostAssets", "removeDataFromLocalHostAssets", "refreshFlowDeviceSiteId")
	mark(paid, no, "insertIPACL", "removeIPACL", "insertMacACL", "removeMacACL", "aggregateSiteFlows")
	mark(paid, empty, "getACLInfo", "getFlowDevices", "getFlowDeviceInfo", "getFlowDeviceInfoByIP", "getSNMPStats")

	const edge = "a function of the appliance that stands in the traffic (nEdge); there is no such interface here"
	mark(edge, isNil, "reloadL7Rules", "reloadShapers", "updateFlowsShapers", "addLanIPAddress", "getPolicyChangeMarker",
		"resetPoolsQuotas", "flushPoolDynamicBlacklist", "appendMacEvent")
	mark(edge, empty, "getl7PolicyInfo", "getHostUsedQuotasStats", "getPoolDynamicBlacklistMembers", "getPoolDynamicBlacklistStats")

	mark("filters of PF_RING cards; there is no PF_RING here", isNil, "updatePushFiltersSettings")

	for _, n := range []string{"execSQLWrite", "clickhouseExecCSVQuery", "clickhouseArchiveData", "chTsEnqueue", "chTsDequeue",
		"chTsQueueLen"} {
		later("interface", n, laterClickHouse, isNil)
	}
	for _, n := range []string{"rrd_enqueue", "rrd_dequeue", "rrd_queue_length"} {
		later("interface", n, laterRRD, isNil)
	}
}
