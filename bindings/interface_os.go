package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/host"
)

// Operating systems, countries and autonomous systems of hosts. None is
// detected yet: every host has the unknown one, number 0, of which the original
// counts the hosts but no traffic.
func init() {
	const missing = "operating systems are not detected yet"
	partial("interface", "getOSesInfo", missing, getOSesInfo)
	partial("interface", "getOSInfo", missing, getOSInfo)
	register("interface", map[string]func(c *Call){
		"convertCountryCode2U16": func(c *Call) { c.Push(countryNumber(c.String(1))) },
		"convertCountryU162Code": convertCountry,
	})
	const geo = "no geolocation yet"
	partial("interface", "getCountryInfo", geo, func(c *Call) { c.Push(nil) })
	partial("interface", "getASesInfo", geo, getASes)
	partial("interface", "getASInfo", geo, getAS)
	partial("interface", "getASList", geo, func(c *Call) {
		t := lua.NewTable(1)
		if c.stats().Hosts > 0 {
			t.Append("0")
		}
		c.Push(t)
	})
	partial("interface", "getLiveASNStats", geo, func(c *Call) {
		t := lua.NewTable(3)
		for _, k := range []string{"src_asn", "dst_asn", "transit_asn"} {
			t.Set(k, lua.NewTable(0))
		}
		c.Push(t)
	})
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

// asTable is the row of AS 0, that of every host whose AS is not known. The
// original counts its hosts but no traffic.
func (c *Call) asTable() *lua.Table {
	s := c.stats()
	var first int64
	for _, h := range c.Iface.Hosts() {
		h.Update(func(d *host.Data) {
			if first == 0 || d.FirstSeen < first {
				first = d.FirstSeen
			}
		})
	}
	t := lua.NewTable(32).
		Set("asn", 0).
		Set("asname", "").
		Set("bytes.ndpi.unknown", 0).
		Set("seen.first", seconds(first)).
		Set("seen.last", max(seconds(s.LastPacket), seconds(first))).
		Set("duration", max(seconds(s.LastPacket)-seconds(first), 0)+1).
		Set("num_hosts", s.Hosts).
		Set("round_trip_time", 0).
		Set("alerted_flows", lua.NewTable(3).Set("as_client", 0).Set("as_server", 0).Set("total", 0)).
		Set("score", 0).
		Set("score.as_client", 0).
		Set("score.as_server", 0).
		Set("score_pct", lua.NewTable(0)).
		Set("ndpi", lua.NewTable(0)).
		Set("tcpPacketStats.sent", tcpIssues(counters.TCPIssues{})).
		Set("tcpPacketStats.rcvd", tcpIssues(counters.TCPIssues{}))
	setDuplex(t, counters.Duplex{})
	setThroughput(t, &counters.Throughput{})
	return t
}

func getASes(c *Call) {
	list, n := lua.NewTable(1), 0
	if c.stats().Hosts > 0 {
		n = 1
		list.Append(c.asTable())
	}
	c.Push(lua.NewTable(2).Set("numASes", n).Set("ASes", list))
}

func getAS(c *Call) {
	n, ok := c.Int(1)
	if !ok || n != 0 || c.stats().Hosts == 0 {
		c.Push(nil)
		return
	}
	c.Push(c.asTable())
}

// countryNumber packs the two letters of an ISO 3166 code into 16 bits.
func countryNumber(code string) int {
	if len(code) < 2 {
		return 0
	}
	return int(code[0])<<8 | int(code[1])
}

func convertCountry(c *Call) {
	n, ok := c.Int(1)
	if !ok || n <= 0 || n > 0xffff {
		c.Push(nil)
		return
	}
	c.Push(string([]byte{byte(n >> 8), byte(n)}))
}
