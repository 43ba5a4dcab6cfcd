package classify

import (
	"bytes"
	"strconv"

	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
)

// key is a five-tuple with its VLAN, the same for both directions.
type key struct {
	low, high         [16]byte
	lowPort, highPort uint16
	vlan              uint16
	proto             uint8
	v6                bool
}

type flow struct {
	tuple       dpi.Tuple
	vlan        uint16
	state       *dpi.State
	packets     [2]uint64 // from the client, from the server
	bytes       [2]uint64
	first, last int64 // nanoseconds since the Unix epoch
}

// table holds the flows of one capture.
type table struct {
	engine *dpi.Engine
	byKey  map[key]*flow
	flows  []*flow // in the order of their first packets
}

func newTable(e *dpi.Engine) *table { return &table{engine: e, byKey: map[key]*flow{}} }

func keyOf(p *decode.Packet) (k key) {
	k = key{low: p.Src, high: p.Dst, lowPort: p.SrcPort, highPort: p.DstPort, vlan: p.VLAN, proto: p.Proto, v6: p.IPVersion == 6}
	if c := bytes.Compare(p.Src[:], p.Dst[:]); c > 0 || c == 0 && p.SrcPort > p.DstPort {
		k.low, k.high, k.lowPort, k.highPort = k.high, k.low, k.highPort, k.lowPort
	}
	return k
}

// add counts a packet and shows it to the classifier while that wants it.
func (t *table) add(p *decode.Packet) {
	if p.Layer != decode.LayerTransport && p.Layer != decode.LayerNetwork {
		return
	}
	if p.IPVersion == 0 {
		return
	}
	k := keyOf(p)
	f := t.byKey[k]
	if f == nil {
		f = &flow{
			tuple: dpi.Tuple{Proto: p.Proto, Client: p.SrcAddr(), Server: p.DstAddr(), CliPort: p.SrcPort, SrvPort: p.DstPort},
			vlan:  p.VLAN, state: t.engine.NewState(), first: p.Time,
		}
		t.byKey[k] = f
		t.flows = append(t.flows, f)
	}
	fromClient := p.SrcPort == f.tuple.CliPort && p.SrcAddr() == f.tuple.Client
	dir := 0
	if !fromClient {
		dir = 1
	}
	f.packets[dir]++
	f.bytes[dir] += uint64(p.WireLen)
	f.last = p.Time
	if !p.Fragment || p.FirstFrag {
		t.engine.Feed(f.state, &f.tuple, p, fromClient)
	}
}

// l4Name is the name of a transport as the corpus and the original print it.
func l4Name(proto uint8) string {
	switch proto {
	case decode.ProtoTCP:
		return "TCP"
	case decode.ProtoUDP:
		return "UDP"
	case decode.ProtoICMP:
		return "ICMP"
	case decode.ProtoIGMP:
		return "IGMP"
	case decode.ProtoICMPv6:
		return "ICMPV6"
	case decode.ProtoSCTP:
		return "SCTP"
	case decode.ProtoESP:
		return "ESP"
	case decode.ProtoAH:
		return "AH"
	case decode.ProtoGRE:
		return "GRE"
	case 103:
		return "PIM"
	case 89:
		return "OSPF"
	case 112:
		return "VRRP"
	case 113:
		return "PGM"
	}
	return strconv.Itoa(int(proto))
}
