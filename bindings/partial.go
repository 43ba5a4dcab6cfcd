package bindings

import "ntopgo/compat/lua"

// What pages ask for and the engine does not have yet: alerts, host pools
// beside the default one, autonomous systems, countries, exporters. The answers
// are true of an engine without them; a reason in the listing says so.
func init() {
	none := func(c *Call) { c.Push(lua.NewTable(0)) }
	const alerts = "no alert engine yet"
	for _, n := range []string{"getEngagedAlerts", "getAlerts"} {
		partial("interface", n, alerts, none)
	}
	partial("network", "getAlerts", alerts, none)
	partial("interface", "alert_store_query", alerts, func(c *Call) {
		none(c)
		c.Push("no alerts db")
	})
	partial("ntop", "getFlowAlertScore", alerts, func(c *Call) { c.Push(0) })
	partial("ntop", "getFlowChecksStats", "no native checks yet", none)

	const geo = "no geolocation yet"
	partial("ntop", "getASName", geo, func(c *Call) { c.Push("") })
	partial("ntop", "getASNameFromASN", geo, func(c *Call) { c.Push(nil) })
	partial("ntop", "getHostGeolocation", geo, none)
	partial("interface", "getASesInfo", geo, func(c *Call) {
		c.Push(lua.NewTable(2).Set("numASes", 0).Set("ASes", lua.NewTable(0)))
	})
	partial("interface", "getCountriesInfo", geo, func(c *Call) {
		c.Push(lua.NewTable(2).Set("numCountries", 0).Set("Countries", lua.NewTable(0)))
	})

	const pools = "only the default host pool yet"
	partial("interface", "getHostPoolsInfo", pools, getHostPoolsInfo)
	partial("interface", "getHostPoolsStats", pools, getHostPoolsStats)
	partial("interface", "findMemberPool", pools, func(c *Call) { c.Push(nil) })
	partial("interface", "findMacPool", pools, func(c *Call) { c.Push(0) })
	for _, n := range []string{"poolsLock", "poolsUnlock"} {
		partial("ntop", n, pools, func(c *Call) { c.Push(true) })
	}

	const exporters = "no flow collection yet"
	for _, n := range []string{"getSFlowDevices", "getFlowDevices", "getObsPointsInfo", "getContainersStats", "getPodsStats"} {
		if registry["interface."+n] != nil {
			partial("interface", n, exporters, none)
		}
	}
	partial("interface", "isBehaviourAnalysisAvailable", "no behaviour analysis yet", func(c *Call) { c.Push(false) })
	partial("interface", "getHostTags", "no host tags yet", func(c *Call) { c.Push(0) })
	const lists = "no category lists yet"
	partial("ntop", "getBlacklistStats", lists, none)
	partial("ntop", "popInternalAlerts", alerts, func(c *Call) { c.Push(nil) })
	const checks = "no native checks yet"
	for _, n := range []string{"getFlowCheckInfo", "getHostCheckInfo"} {
		partial("ntop", n, checks, func(c *Call) { c.Push(nil) })
	}
	partial("ntop", "isExtractionRunning", "no traffic recording yet", func(c *Call) { c.Push(false) })
}

func getHostPoolsInfo(c *Call) {
	s := c.stats()
	c.Push(lua.NewTable(1).Set("num_members_per_pool", lua.NewTable(1).Set("0",
		lua.NewTable(2).Set("num_hosts", s.Hosts).Set("num_l2_devices", s.Devices))))
}

// getHostPoolsStats is the traffic of the default pool: all of it.
func getHostPoolsStats(c *Call) {
	s := c.stats()
	t := lua.NewTable(16)
	setThroughput(t, &s.Throughput)
	t.Set("bytes.sent", s.LocalToRemote.Bytes+s.LocalToLocal.Bytes).
		Set("bytes.rcvd", s.RemoteToLocal.Bytes+s.LocalToLocal.Bytes).
		Set("packets.sent", s.LocalToRemote.Packets+s.LocalToLocal.Packets).
		Set("packets.rcvd", s.RemoteToLocal.Packets+s.LocalToLocal.Packets).
		Set("bytes.ndpi.unknown", unknownBytes(&s.L7)).
		Set("seen.first", c.Env.Started.Unix()).
		Set("seen.last", seconds(s.LastPacket)).
		Set("ndpi", protocols(c.Env.DPI, &s.L7)).
		Set("ndpi_categories", categories(c.Env.DPI, &s.Categories))
	c.Push(lua.NewTable(1).Set("0", t))
}
