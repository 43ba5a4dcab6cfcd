package bindings

// Group "Edition / Platform Checks": this is a community edition without
// appliance, nEdge or licence, on Linux.
func init() {
	no := func(c *Call) { c.Push(false) }
	register("ntop", map[string]func(c *Call){
		"isPro": no, "isEnterprise": no, "isEnterpriseM": no, "isEnterpriseL": no,
		"isEnterpriseXL": no, "isEnterpriseXXL": no,
		"isnEdge": no, "isnEdgeEnterprise": no, "hasnAnalyst": no,
		"isForcedCommunity": no,
		"isWindows":         no,
		"isFreeBSD":         no,
		"isAppliance":       func(c *Call) { c.Push(c.Env.Options.Appliance) },
		"isOffline":         func(c *Call) { c.Push(c.Env.offline()) },
		"isPackage":         func(c *Call) { c.Push(!c.Env.Layout.Embedded && c.Env.Layout.InstallDir == "/usr/share/ntopng") },
		"isShuttingDown":    func(c *Call) { c.Push(c.Env.ShuttingDown()) },
		"isLinux":           func(c *Call) { c.Push(true) },
		"isIoTBridge":       no, "hasLdapSupport": func(c *Call) { c.Push(true) }, "isFlowDedupEnabled": no, "isClickHouseEnabled": no,
		"limitResourcesUsage": func(c *Call) { c.Push(c.Env.Options.LimitResources) },
	})
}
