package bindings

import "ntopgo/compat/lua"

// Operating systems of hosts. None is detected yet: every host has the unknown
// one, number 0, of which the original counts the hosts but no traffic.
func init() {
	const missing = "operating systems are not detected yet"
	partial("interface", "getOSesInfo", missing, getOSesInfo)
	partial("interface", "getOSInfo", missing, getOSInfo)
}

// osTable is the row of the unknown system; it has been there since the start.
func (c *Call) osTable() *lua.Table {
	s := c.stats()
	first := c.Env.Started.Unix()
	last := max(seconds(s.LastPacket), first)
	t := lua.NewTable(16).
		Set("os", 0).
		Set("bytes.sent", 0).
		Set("bytes.rcvd", 0).
		Set("packets.sent", 0).
		Set("packets.rcvd", 0).
		Set("bytes.ndpi.unknown", 0).
		Set("seen.first", first).
		Set("seen.last", last).
		Set("duration", last-first+1).
		Set("num_hosts", s.Hosts)
	for _, k := range []string{"throughput_bps", "throughput_trend_bps", "throughput_pps", "throughput_trend_pps"} {
		t.Set(k, 0)
	}
	return t
}

func getOSesInfo(c *Call) {
	list := lua.NewTable(1)
	n := 0
	if c.stats().Hosts > 0 {
		n = 1
		list.Append(c.osTable())
	}
	c.Push(lua.NewTable(2).Set("numOSes", n).Set("OSes", list))
}

func getOSInfo(c *Call) {
	n, ok := c.Int(1)
	if !ok || n != 0 || c.stats().Hosts == 0 {
		c.Push(nil)
		return
	}
	c.Push(c.osTable())
}
