package flow

import (
	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
)

// count adds one packet to the record. n is what the packet weighs: its length on the
// wire without link padding and encapsulation.
func (t *Table) count(r *Record, p *decode.Packet, way int, n int) {
	d := &r.dir[way]
	d.packets++
	d.bytes += uint64(n)
	d.goodput += uint64(p.PayloadLen)
	r.nowPackets++
	r.nowBytes += uint64(n)
	d.sizes[counters.SizeBucket(int(p.WireLen))]++
	d.tos = p.TOS
	if p.Fragment {
		r.rare[way].fragments++
	}
	d.countLength(uint32(n))
	r.lastSeen = max(r.lastSeen, p.Time)
	if p.Proto != decode.ProtoTCP || p.TCPFlags&(decode.SYN|decode.FIN|decode.RST) == 0 {
		d.countGap(p.Time)
	}
	d.lastTime = p.Time
	switch p.Proto {
	case decode.ProtoTCP:
		t.countTCP(r, p, way)
	case decode.ProtoUDP:
		r.countAppLatency(p, way)
	case decode.ProtoICMP, decode.ProtoICMPv6:
		r.icmpType[way], r.icmpCode[way] = p.ICMPType, p.ICMPCode
	case decode.ProtoIGMP:
		r.igmpType = p.ICMPType
	}
}

func (d *dir) countLength(n uint32) {
	if d.lenMin == 0 || n < d.lenMin {
		d.lenMin = n
	}
	d.lenMax = max(d.lenMax, n)
	d.lenSum2 += float64(n) * float64(n)
}

func (d *dir) countGap(now int64) {
	if d.lastTime == 0 || now < d.lastTime {
		return
	}
	gap := now - d.lastTime
	if d.iatCount == 0 || gap < d.iatMin {
		d.iatMin = gap
	}
	d.iatMax = max(d.iatMax, gap)
	d.iatCount++
	d.iatSum += float64(gap)
	d.iatSum2 += float64(gap) * float64(gap)
}
