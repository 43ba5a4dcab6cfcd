package iface

import "ntopgo/engine/counters"

// historyLen is how many points are kept: an hour of seconds.
const historyLen = 3600

// Point is the traffic of one second.
type Point struct {
	Second          int64 // Unix time
	Ingress, Egress counters.Traffic
}

// history is a ring of points.
type history struct {
	ring    []Point
	next    int
	in, out counters.Traffic
}

// add notes the totals at the end of second sec.
func (h *history) add(sec int64, in, out counters.Traffic) {
	p := Point{Second: sec, Ingress: in.Sub(h.in), Egress: out.Sub(h.out)}
	h.in, h.out = in, out
	if len(h.ring) < historyLen {
		h.ring = append(h.ring, p)
		return
	}
	h.ring[h.next] = p
	h.next = (h.next + 1) % historyLen
}

func (h *history) points() []Point {
	out := make([]Point, 0, len(h.ring))
	out = append(out, h.ring[h.next:]...)
	return append(out, h.ring[:h.next]...)
}
