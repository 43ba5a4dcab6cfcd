package bindings

// What waits for a part of its own: see laterPart.
func init() {
	for _, n := range []string{"deleteOldRRDs", "rrd_create", "rrd_update", "rrd_fetch", "rrd_fetch_columns",
		"rrd_lastupdate", "rrd_inc_num_drops", "rrd_tune"} {
		later("ntop", n, laterRRD, nil)
	}
	nothing := func(c *Call) { c.Push(nil) }
	for _, n := range []string{"importClickHouseDumps", "getClickHouseStats", "execSingleSQLQuery"} {
		later("ntop", n, laterClickHouse, nothing)
	}
}
