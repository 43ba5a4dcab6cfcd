package bindings

import (
	"fmt"
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// frameOverhead is what the original adds to each frame of an interface's own
// byte counters: preamble, checksum and gap of Ethernet. Hosts and flows count
// without it.
const frameOverhead = 24

// wireBytes are the bytes that t took on the wire; what frames of collected flows
// took is not known.
func wireBytes(s *iface.Stats, t counters.Traffic) uint64 {
	if s.Collected {
		return t.Bytes
	}
	return t.Bytes + frameOverhead*t.Packets
}

func setThroughput(t *lua.Table, th *counters.Throughput) {
	t.Set("throughput_bps", th.Bytes.Value).
		Set("throughput_trend_bps", int(th.Bytes.Trend)).
		Set("throughput_pps", th.Packets.Value).
		Set("throughput_trend_pps", int(th.Packets.Trend))
}

func setDuplex(t *lua.Table, d counters.Duplex) {
	t.Set("bytes.sent", d.Sent.Bytes).
		Set("bytes.rcvd", d.Rcvd.Bytes).
		Set("packets.sent", d.Sent.Packets).
		Set("packets.rcvd", d.Rcvd.Packets)
}

func setL4(t *lua.Table, l4 *counters.L4) {
	for _, p := range []struct {
		name string
		d    counters.Duplex
	}{{"tcp", l4.TCP}, {"udp", l4.UDP}, {"icmp", l4.ICMP}, {"other_ip", l4.Other}} {
		t.Set(p.name+".packets.sent", p.d.Sent.Packets).
			Set(p.name+".packets.rcvd", p.d.Rcvd.Packets).
			Set(p.name+".bytes.sent", p.d.Sent.Bytes).
			Set(p.name+".bytes.rcvd", p.d.Rcvd.Bytes)
	}
}

func tcpIssues(i counters.TCPIssues) *lua.Table {
	return lua.NewTable(4).
		Set("retransmissions", i.Retransmissions).
		Set("out_of_order", i.OutOfOrder).
		Set("lost", i.Lost).
		Set("keep_alive", i.KeepAlive)
}

func packetShape(s *counters.PacketShape) *lua.Table {
	size := lua.NewTable(counters.SizeBuckets)
	for i, name := range counters.SizeNames {
		size.Set(name, s.Sizes[i])
	}
	flags := lua.NewTable(4).Set("syn", s.Syn).Set("synack", s.SynAck).Set("finack", s.FinAck).Set("rst", s.Rst)
	return lua.NewTable(2).Set("size", size).Set("tcp_flags", flags)
}

// protocols is the "ndpi" map: by name, only what had traffic.
func protocols(e *dpi.Engine, m *counters.L7Map) *lua.Table {
	t := lua.NewTable(m.Len())
	m.Each(func(id uint16, c *counters.L7) {
		p := e.Protocol(id)
		row := lua.NewTable(7)
		setDuplex(row, c.Duplex)
		row.Set("breed", e.BreedName(p.Breed)).Set("duration", c.Duration).Set("num_flows", c.Flows)
		t.Set(p.Name, row)
	})
	return t
}

// categories is the "ndpi_categories" map.
func categories(e *dpi.Engine, m *counters.L7Map) *lua.Table {
	t := lua.NewTable(m.Len())
	m.Each(func(id uint16, c *counters.L7) {
		t.Set(e.CategoryName(uint8(id)), lua.NewTable(5).
			Set("category", id).
			Set("bytes", c.Bytes()).
			Set("bytes.sent", c.Sent.Bytes).
			Set("bytes.rcvd", c.Rcvd.Bytes).
			Set("duration", c.Duration))
	})
	return t
}

// dscpClasses sums code points by class selector, under the names that scripts
// look up: the class itself, its assured forwarding code points (RFC 2597), and
// EF (46) with CS5.
var dscpClasses = map[uint8]string{0: "cs0", 8: "cs1", 10: "cs1", 12: "cs1", 14: "cs1",
	16: "cs2", 18: "cs2", 20: "cs2", 22: "cs2", 24: "cs3", 26: "cs3", 28: "cs3", 30: "cs3",
	32: "cs4", 34: "cs4", 36: "cs4", 38: "cs4", 40: "cs5", 46: "cs5", 48: "cs6", 56: "cs7", 1: "le"}

func dscp(each func(func(value uint8, d counters.Duplex))) *lua.Table {
	byClass := map[string]counters.Duplex{}
	var order []string
	each(func(value uint8, c counters.Duplex) {
		name := dscpClasses[value]
		if name == "" {
			name = "unknown"
		}
		d, seen := byClass[name]
		if !seen {
			order = append(order, name)
		}
		d.Add(c)
		byClass[name] = d
	})
	t := lua.NewTable(len(order))
	for _, name := range order {
		row := lua.NewTable(4)
		setDuplex(row, byClass[name])
		t.Set(name, row)
	}
	return t
}

// icmp splits message counts into the ICMPv4 and ICMPv6 maps.
func icmp(m map[host.ICMPKey]*host.ICMPCount, version uint8) *lua.Table {
	t := lua.NewTable(len(m))
	for k, n := range m {
		if k.Version == version {
			t.Set(fmt.Sprintf("%d,%d", k.Type, k.Code), lua.NewTable(2).Set("sent", n.Sent).Set("rcvd", n.Rcvd))
		}
	}
	return t
}

// hostKey names a host as listings do: its address, and @vlan when tagged.
func hostKey(k host.Key) string {
	if k.VLAN == 0 {
		return k.Addr.String()
	}
	return k.Addr.String() + "@" + strconv.Itoa(int(k.VLAN))
}

func seconds(ns int64) int64 { return ns / 1e9 }

// ratio is how one-sided a and b are, from -1 to 1.
func ratio(a, b uint64) float64 {
	if a+b == 0 {
		return 0
	}
	// In single precision, as the original's.
	return float64(float32(float64(a)-float64(b)) / float32(float64(a)+float64(b)))
}

// ringLen is how many points the upload and download rings hold.
const ringLen = 30

// rings are the newest points of the interface's history as bytes per second.
func rings(points []iface.Point) (download, upload *lua.Table) {
	download, upload = lua.NewTable(0), lua.NewTable(0)
	for i := len(points) - ringLen; i < len(points); i++ {
		var in, out uint64
		if i >= 0 {
			in, out = points[i].Ingress.Bytes, points[i].Egress.Bytes
		}
		download.Append(in)
		upload.Append(out)
	}
	return download, upload
}

// unknownBytes are the bytes of flows that were not recognised.
func unknownBytes(m *counters.L7Map) uint64 {
	n := uint64(0)
	m.Each(func(id uint16, c *counters.L7) {
		if id == 0 {
			n = c.Bytes()
		}
	})
	return n
}
