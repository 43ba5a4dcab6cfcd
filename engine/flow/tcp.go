package flow

import (
	"net/netip"

	"ntopgo/engine/decode"
)

// maxLatency is the longest handshake half that counts; a longer one says more
// about a lost packet than about the network.
const maxLatency = 5e9

var limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// Unicast says whether a is a plain host address.
func Unicast(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && a != limitedBroadcast
}

// checkSwap looks at the first packet of a flow and notes that client and
// server are probably exchanged: a TCP flow that does not begin with a SYN and
// whose client has the lower port. The exchange is made at the next packet. UDP
// is left alone, as both ports may be chosen freely.
func (r *Record) checkSwap(p *decode.Packet) {
	cli, srv := r.ports()
	if p.Proto == decode.ProtoUDP || cli == 0 || srv == 0 || cli >= srv {
		return
	}
	if p.Proto == decode.ProtoTCP && p.TCPFlags&decode.SYN != 0 {
		// A SYN settles the direction; with an ACK it comes from the server.
		r.set(swapRequested, p.TCPFlags&decode.ACK != 0)
		return
	}
	if Unicast(r.Client()) && !Unicast(r.Server()) {
		return
	}
	r.set(swapRequested, true)
}

// countTCP counts p and notes what was seen for the first time in the flow.
func (t *Table) countTCP(r *Record, p *decode.Packet, way int) {
	flags, d := p.TCPFlags, &r.dir[way]
	if flags&(decode.SYN|decode.RST|decode.FIN) != 0 {
		t.events(r, way).CountFlags(flags)
		t.sumFlags(flags &^ (r.dir[0].tcpFlags | r.dir[1].tcpFlags))
		if flags&decode.SYN != 0 {
			d.syns++
		}
		if flags&decode.RST != 0 {
			d.rsts++
		}
		if flags&decode.FIN != 0 {
			d.fins++
		}
	}
	if flags&(decode.RST|decode.FIN) == 0 {
		if p.Window == 0 {
			r.rare[way].zeros++
		}
		d.window = p.Window
	}
	fresh := flags &^ d.tcpFlags
	d.tcpFlags |= flags
	if p.Layer == decode.LayerTransport && (!p.Fragment || p.FirstFrag) {
		if i := d.follow(p.Seq, flags, int(p.PayloadLen)); i != noIssue {
			t.countIssue(r, way, i)
		}
	}
	settled := r.is(handshakeOver)
	if !settled {
		open := r.is(ackSeen)
		r.handshake(p, way)
		if !open && r.is(ackSeen) {
			t.sums.Established++
		}
	} else {
		r.countAppLatency(p, way)
	}
	// With no new flag and the handshake behind, the state is what it was.
	if fresh != 0 || !settled {
		r.state = r.tcpState()
	}
	if fresh&(decode.RST|decode.FIN) != 0 {
		up, down := r.dir[toServer].tcpFlags, r.dir[toClient].tcpFlags
		r.set(over, (up|down)&decode.RST != 0 || up&down&decode.FIN != 0)
	}
}

// sumFlags counts a flow in which flags were seen for the first time.
func (t *Table) sumFlags(flags uint8) {
	if flags&decode.SYN != 0 {
		t.sums.Syn++
	}
	if flags&decode.RST != 0 {
		t.sums.Reset++
	}
	if flags&decode.FIN != 0 {
		t.sums.Fin++
	}
}

// handshake takes the times of SYN, SYN+ACK and ACK. Half the time between two
// of them is the one-way latency to the server and to the client.
func (r *Record) handshake(p *decode.Packet, way int) {
	const mask = decode.SYN | decode.ACK | decode.RST | decode.FIN
	switch p.TCPFlags & mask {
	case decode.SYN:
		if r.handshakeAt == 0 {
			r.handshakeAt = p.Time
		}
		if r.dir[toServer].tcpFlags&(decode.SYN|decode.ACK) == decode.SYN|decode.ACK {
			r.set(swapRequested, true) // the SYN+ACK was captured before the SYN
		}
	case decode.SYN | decode.ACK:
		if r.handshakeAt > 0 && r.once(synAckSeen) {
			r.serverLatency = halfGap(r.handshakeAt, p.Time)
			r.handshakeAt = p.Time
		}
	case decode.ACK:
		if r.is(synAckSeen) && r.once(ackSeen) {
			r.clientLatency = halfGap(r.handshakeAt, p.Time)
		}
		r.set(handshakeOver, true)
		r.countAppLatency(p, way)
	default:
		r.set(handshakeOver, true)
	}
}

// halfGap is half of what lies between two times, in microseconds, rounded down as the
// original's.
func halfGap(from, to int64) uint32 {
	const us = 1000
	gap := to/us - from/us
	if gap < 0 || gap > 2*maxLatency/us {
		return 0
	}
	return uint32(gap / 2)
}

// countAppLatency is the time from the client's first payload to the server's.
func (r *Record) countAppLatency(p *decode.Packet, way int) {
	if p.PayloadLen == 0 || r.is(answerSeen) {
		return
	}
	if way == toServer {
		if r.answer == 0 {
			r.answer = p.Time
		}
	} else if r.answer != 0 && p.Time > r.answer {
		r.answer = p.Time - r.answer
		r.set(answerSeen, true)
	}
}

// issue is what is wrong with a segment.
type issue uint8

const (
	noIssue issue = iota
	keepAlive
	retransmission
	lost
	outOfOrder
)

// follow compares a segment with the one expected next. The rules are
// ntopng's: a segment that starts where the last one did is a retransmission,
// one before the last is counted as lost, anything else unexpected is out of
// order. Comparisons are serial-number arithmetic (RFC 1982), so that a
// wrap-around is no loss.
func (d *dir) follow(seq uint32, flags uint8, payload int) (i issue) {
	next := seq + uint32(payload)
	if flags&decode.SYN != 0 {
		next++
	}
	moveLast := true
	if d.seqNext != 0 && d.seqNext != seq {
		switch {
		case seq == d.seqNext-1 && payload <= 1 && flags&(decode.SYN|decode.FIN|decode.RST) == 0:
			return keepAlive
		case d.seqNext == seq-1: // FIN or SYN counted by the other side's stack
		case d.seqLast == seq:
			if d.seqNext != d.seqLast {
				i = retransmission
			}
		case before(seq, d.seqLast) && before(seq, d.seqNext):
			i = lost
		default:
			i = outOfOrder
			moveLast = before(d.seqLast, seq-1)
		}
	}
	d.seqNext = next
	if moveLast {
		d.seqLast = seq
	}
	return i
}

func (t *Table) countIssue(r *Record, way int, i issue) {
	n, e, sum := &r.rare[way], t.events(r, way), &t.sums.Issues
	switch i {
	case keepAlive:
		n.keepAlive++
		e.KeepAlive++
		sum.KeepAlive++
	case retransmission:
		n.retransmissions++
		e.Retransmissions++
		sum.Retransmissions++
	case lost:
		n.lost++
		e.Lost++
		sum.Lost++
	case outOfOrder:
		n.outOfOrder++
		e.OutOfOrder++
		sum.OutOfOrder++
	}
}

func before(a, b uint32) bool { return int32(a-b) < 0 }

// tcpState is the state by the original's rules: closed is only what was seen from
// its first to its last segment.
func (r *Record) tcpState() TCPState {
	const whole = decode.SYN | decode.ACK | decode.FIN
	up, down := r.dir[toServer].tcpFlags, r.dir[toClient].tcpFlags
	switch {
	case up&whole == whole && down&whole == whole:
		return TCPClosed
	case (up|down)&decode.RST != 0:
		return TCPReset
	case r.is(handshakeOver):
		return TCPEstablished
	case up == decode.SYN && (down == 0 || down == decode.SYN|decode.ACK):
		return TCPConnecting
	}
	return TCPNone
}
