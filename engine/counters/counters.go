// Package counters holds the small mergeable statistics that flows, hosts, MACs
// and interfaces are made of. Every type's zero value is empty and ready, and
// every type has Add, which merges another into it; nothing here locks.
package counters

// Traffic counts packets and bytes in one direction.
type Traffic struct {
	Packets uint64
	Bytes   uint64
}

// Add merges o into t.
func (t *Traffic) Add(o Traffic) { t.Packets += o.Packets; t.Bytes += o.Bytes }

// Sub is what t has more than o.
func (t Traffic) Sub(o Traffic) Traffic {
	return Traffic{t.Packets - o.Packets, t.Bytes - o.Bytes}
}

// Duplex counts traffic as seen from one side.
type Duplex struct {
	Sent Traffic
	Rcvd Traffic
}

// Add merges o into d.
func (d *Duplex) Add(o Duplex) { d.Sent.Add(o.Sent); d.Rcvd.Add(o.Rcvd) }

// Bytes is the sum of both directions.
func (d Duplex) Bytes() uint64 { return d.Sent.Bytes + d.Rcvd.Bytes }

// Packets is the sum of both directions.
func (d Duplex) Packets() uint64 { return d.Sent.Packets + d.Rcvd.Packets }

// L4 splits traffic by transport protocol as interface.getStats names it.
type L4 struct {
	TCP, UDP, ICMP, Other Duplex
}

// Of returns the part that counts IP protocol proto (IANA number).
func (l *L4) Of(proto uint8) *Duplex {
	switch proto {
	case 6:
		return &l.TCP
	case 17:
		return &l.UDP
	case 1, 58:
		return &l.ICMP
	}
	return &l.Other
}

// Add merges o into l.
func (l *L4) Add(o *L4) {
	l.TCP.Add(o.TCP)
	l.UDP.Add(o.UDP)
	l.ICMP.Add(o.ICMP)
	l.Other.Add(o.Other)
}

// TCPIssues counts what went wrong in TCP streams.
type TCPIssues struct {
	Retransmissions uint64
	OutOfOrder      uint64
	Lost            uint64
	KeepAlive       uint64
}

// Add merges o into t.
func (t *TCPIssues) Add(o TCPIssues) {
	t.Retransmissions += o.Retransmissions
	t.OutOfOrder += o.OutOfOrder
	t.Lost += o.Lost
	t.KeepAlive += o.KeepAlive
}

// Sub is what t has more than o.
func (t TCPIssues) Sub(o TCPIssues) TCPIssues {
	return TCPIssues{t.Retransmissions - o.Retransmissions, t.OutOfOrder - o.OutOfOrder,
		t.Lost - o.Lost, t.KeepAlive - o.KeepAlive}
}

// Any says whether anything went wrong; keep-alives are no fault.
func (t TCPIssues) Any() bool { return t.Retransmissions|t.OutOfOrder|t.Lost != 0 }

// SizeBuckets is the number of packet-length classes.
const SizeBuckets = 10

// SizeNames are ntopng's names of the packet-length classes, in order.
var SizeNames = [SizeBuckets]string{"upTo64", "upTo128", "upTo256", "upTo512", "upTo1024",
	"upTo1518", "upTo2500", "upTo6500", "upTo9000", "above9000"}

var sizeLimits = [SizeBuckets - 1]int{64, 128, 256, 512, 1024, 1518, 2500, 6500, 9000}

// PacketShape counts packets by length class and by TCP flag combination.
type PacketShape struct {
	Sizes                    [SizeBuckets]uint64
	Syn, SynAck, FinAck, Rst uint64
}

// smallSizes is the class of lengths up to 1518, by steps of two bytes: all
// limits below are even.
var smallSizes = func() (t [1518/2 + 1]uint8) {
	for i := range t {
		for 2*i > sizeLimits[t[i]] {
			t[i]++
		}
	}
	return t
}()

// SizeBucket is the class of a packet of n bytes on the wire.
func SizeBucket(n int) int {
	if half := uint(n+1) / 2; half < uint(len(smallSizes)) {
		return int(smallSizes[half])
	}
	for i, max := range sizeLimits {
		if n <= max {
			return i
		}
	}
	return SizeBuckets - 1
}

// CountFlags counts the TCP flag combination of one packet: a lone SYN,
// SYN+ACK, FIN+ACK, or anything with RST.
func (s *PacketShape) CountFlags(flags uint8) {
	const fin, syn, rst, ack = 1, 2, 4, 16
	switch {
	case flags&(syn|ack) == syn|ack:
		s.SynAck++
	case flags&syn != 0:
		s.Syn++
	case flags&(fin|ack) == fin|ack:
		s.FinAck++
	case flags&rst != 0:
		s.Rst++
	}
}

// Add merges o into s.
func (s *PacketShape) Add(o *PacketShape) {
	for i, n := range o.Sizes {
		s.Sizes[i] += n
	}
	s.Syn += o.Syn
	s.SynAck += o.SynAck
	s.FinAck += o.FinAck
	s.Rst += o.Rst
}

// Trend says how a rate moved between two updates; the numbers are ntopng's.
type Trend uint8

// Trends.
const (
	TrendUnknown Trend = iota
	TrendUp
	TrendDown
	TrendStable
)

// Rate is a per-second rate derived from a growing total.
type Rate struct {
	Value float64 // per second
	Trend Trend
	last  uint64
	at    int64
}

// Update takes the total at time now (nanoseconds) and derives the rate since
// the previous update. The first call only remembers.
func (r *Rate) Update(total uint64, now int64) {
	if r.at == 0 || now <= r.at {
		if r.at == 0 {
			r.last, r.at = total, now
		}
		return
	}
	v := float64(total-r.last) / (float64(now-r.at) / 1e9)
	r.Trend = trend(v, r.Value)
	r.Value, r.last, r.at = v, total, now
}

// Resume says that the total did not change until time before: a rate that
// nobody updated meanwhile goes on from there.
func (r *Rate) Resume(before int64) {
	if r.at != 0 && r.at < before {
		r.at = before
	}
}

// Throughput is the rate of bytes and packets.
type Throughput struct {
	Bytes   Rate
	Packets Rate
}

// Update derives both rates.
func (t *Throughput) Update(bytes, packets uint64, now int64) {
	t.Bytes.Update(bytes, now)
	t.Packets.Update(packets, now)
}

// Resume says for both rates that nothing was counted until time before.
func (t *Throughput) Resume(before int64) {
	t.Bytes.Resume(before)
	t.Packets.Resume(before)
}

// AddSecond adds what was counted in the last second, and in the one before, to
// rates that hold nothing else.
func (t *Throughput) AddSecond(now, before Traffic) {
	t.Bytes.addSecond(now.Bytes, before.Bytes)
	t.Packets.addSecond(now.Packets, before.Packets)
}

func (r *Rate) addSecond(now, before uint64) {
	r.Value += float64(now)
	r.last += before
	r.Trend = trend(r.Value, float64(r.last))
}

// trend compares a rate with the previous one.
func trend(now, before float64) Trend {
	switch {
	case now > before:
		return TrendUp
	case now < before:
		return TrendDown
	}
	return TrendStable
}

// Second is the rate of a second in which now was counted, and before in the
// one before it.
func Second(now, before Traffic) (t Throughput) {
	t.AddSecond(now, before)
	return t
}
