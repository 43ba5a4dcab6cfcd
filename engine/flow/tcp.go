package flow

import (
	"math"
	"net/netip"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
)

// maxLatency is the longest handshake half that counts; a longer one says more
// about a lost packet than about the network.
const maxLatency = 5e9

// Unicast says whether a is a plain host address.
func Unicast(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// CheckSwap looks at the first packet of a flow and notes that client and
// server are probably exchanged: a TCP flow that does not begin with a SYN and
// whose client has the lower port. The exchange is made when the other side
// speaks. UDP is left alone, as both ports may be chosen freely.
func (f *Flow) CheckSwap(p *decode.Packet) {
	if p.Proto == decode.ProtoUDP || f.CliPort == 0 || f.SrvPort == 0 || f.CliPort >= f.SrvPort {
		return
	}
	if p.Proto == decode.ProtoTCP && p.TCPFlags&decode.SYN != 0 {
		// A SYN settles the direction; with an ACK it comes from the server.
		f.swapRequested = p.TCPFlags&decode.ACK != 0
		return
	}
	if Unicast(f.Client) && !Unicast(f.Server) {
		return
	}
	f.swapRequested = true
}

// SwapDue makes a requested exchange when p comes from the server side, and
// says whether it did.
func (f *Flow) SwapDue(p *decode.Packet) bool {
	if !f.swapRequested || f.FromClient(p) {
		return false
	}
	f.swap()
	return true
}

func (f *Flow) countTCP(p *decode.Packet, d *Dir, fromClient bool) {
	flags := p.TCPFlags
	d.Shape.CountFlags(flags)
	if flags&decode.SYN != 0 {
		d.NumSyn++
	}
	if flags&decode.RST != 0 {
		d.NumRst++
	}
	if flags&decode.FIN != 0 {
		d.NumFin++
	}
	if flags&(decode.RST|decode.FIN) == 0 {
		if p.Window == 0 {
			d.NumZero++
		}
		d.window = p.Window
	}
	d.TCPFlags |= flags
	if p.Layer == decode.LayerTransport && (!p.Fragment || p.FirstFrag) {
		d.countSequence(p.Seq, flags, p.PayloadLen)
	}
	if !f.handshakeOver {
		f.handshake(p, fromClient)
	} else {
		f.countAppLatency(p, fromClient)
	}
	f.State = f.tcpState()
}

// handshake takes the times of SYN, SYN+ACK and ACK. Half the time between two
// of them is the one-way latency to the server and to the client.
func (f *Flow) handshake(p *decode.Packet, fromClient bool) {
	const mask = decode.SYN | decode.ACK | decode.RST | decode.FIN
	switch p.TCPFlags & mask {
	case decode.SYN:
		if f.synTime == 0 {
			f.synTime = p.Time
		}
		if f.ToServer.TCPFlags&(decode.SYN|decode.ACK) == decode.SYN|decode.ACK {
			f.swapRequested = true // the SYN+ACK was captured before the SYN
		}
	case decode.SYN | decode.ACK:
		if f.synAckTime == 0 && f.synTime > 0 {
			f.synAckTime = p.Time
			f.ServerLatency = halfGap(f.synTime, p.Time)
		}
	case decode.ACK:
		if f.ackTime == 0 && f.synAckTime > 0 {
			f.ackTime = p.Time
			f.ClientLatency = halfGap(f.synAckTime, p.Time)
		}
		f.handshakeOver = true
		f.countAppLatency(p, fromClient)
	default:
		f.handshakeOver = true
	}
}

func halfGap(from, to int64) int64 {
	gap := to - from
	if gap < 0 || gap > 2*maxLatency {
		return 0
	}
	return gap / 2
}

// countAppLatency is the time from the client's first payload to the server's.
func (f *Flow) countAppLatency(p *decode.Packet, fromClient bool) {
	if f.AppLatency != 0 || p.PayloadLen == 0 {
		return
	}
	if fromClient {
		if f.firstRequest == 0 {
			f.firstRequest = p.Time
		}
	} else if f.firstRequest != 0 && p.Time > f.firstRequest {
		f.AppLatency = p.Time - f.firstRequest
	}
}

// countSequence compares a segment with the one expected next. The rules are
// ntopng's: a segment that starts where the last one did is a retransmission,
// one before the last is counted as lost, anything else unexpected is out of
// order. Comparisons are serial-number arithmetic (RFC 1982), so that a
// wrap-around is no loss.
func (d *Dir) countSequence(seq uint32, flags uint8, payload int) {
	next := seq + uint32(payload)
	if flags&decode.SYN != 0 {
		next++
	}
	moveLast := true
	if d.seqNext != 0 && d.seqNext != seq {
		switch {
		case seq == d.seqNext-1 && payload <= 1 && flags&(decode.SYN|decode.FIN|decode.RST) == 0:
			d.Issues.KeepAlive++
			return
		case d.seqNext == seq-1: // FIN or SYN counted by the other side's stack
		case d.seqLast == seq:
			if d.seqNext != d.seqLast {
				d.Issues.Retransmissions++
			}
		case before(seq, d.seqLast) && before(seq, d.seqNext):
			d.Issues.Lost++
		default:
			d.Issues.OutOfOrder++
			moveLast = before(d.seqLast, seq-1)
		}
	}
	d.seqNext = next
	if moveLast {
		d.seqLast = seq
	}
}

func before(a, b uint32) bool { return int32(a-b) < 0 }

func (f *Flow) tcpState() TCPState {
	both := f.ToServer.TCPFlags | f.ToClient.TCPFlags
	switch {
	case both&decode.RST != 0:
		return TCPReset
	case f.ToServer.TCPFlags&decode.FIN != 0 && f.ToClient.TCPFlags&decode.FIN != 0:
		return TCPClosed
	case f.handshakeOver || both&decode.ACK != 0 && f.ToServer.TCPFlags&decode.ACK != 0:
		return TCPEstablished
	}
	return TCPConnecting
}

// RTT is the round-trip time seen in the handshake, in nanoseconds, 0 when the
// handshake was not seen.
func (f *Flow) RTT() int64 { return 2 * (f.ServerLatency + f.ClientLatency) }

// Issues sums what went wrong in both directions.
func (f *Flow) Issues() counters.TCPIssues {
	i := f.ToServer.Issues
	i.Add(f.ToClient.Issues)
	return i
}

// LenAvg and LenStddev describe the packet lengths of the direction, in bytes.
func (d *Dir) LenAvg() float64 { return mean(d.lenSum, d.Packets) }

// LenStddev is the standard deviation of the packet lengths.
func (d *Dir) LenStddev() float64 { return stddev(d.lenSum, d.lenSum2, d.Packets) }

// IATAvg is the mean time between packets in nanoseconds.
func (d *Dir) IATAvg() float64 { return mean(d.iatSum, d.iatCount) }

// IATStddev is the standard deviation of the time between packets.
func (d *Dir) IATStddev() float64 { return stddev(d.iatSum, d.iatSum2, d.iatCount) }

func mean(sum float64, n uint64) float64 {
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func stddev(sum, sum2 float64, n uint64) float64 {
	if n == 0 {
		return 0
	}
	m := sum / float64(n)
	return math.Sqrt(math.Max(0, sum2/float64(n)-m*m))
}

// Window is the last receive window that the sender of this direction
// announced, unscaled.
func (d *Dir) Window() uint16 { return d.window }
