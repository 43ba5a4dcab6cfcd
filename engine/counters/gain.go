package counters

// Gain is what one direction of a flow gained since the previous roll-up. Its
// counters of packets are 32 bits wide: a roll-up comes every second.
type Gain struct {
	Bytes                    uint64
	Packets                  uint32
	Sizes                    [SizeBuckets]uint32 // packets by length class
	Syn, SynAck, FinAck, Rst uint32              // packets by TCP flag combination
	Retransmissions          uint32
	OutOfOrder, Lost         uint32
	KeepAlive                uint32
}

// Traffic is the gain of packets and bytes.
func (g *Gain) Traffic() Traffic { return Traffic{Packets: uint64(g.Packets), Bytes: g.Bytes} }

// Issues is the gain of TCP issues.
func (g *Gain) Issues() TCPIssues {
	return TCPIssues{uint64(g.Retransmissions), uint64(g.OutOfOrder), uint64(g.Lost), uint64(g.KeepAlive)}
}

// CountFlags counts the TCP flag combination of one packet, as
// PacketShape.CountFlags does.
func (g *Gain) CountFlags(flags uint8) {
	const fin, syn, rst, ack = 1, 2, 4, 16
	switch {
	case flags&(syn|fin|rst) == 0:
	case flags&(syn|ack) == syn|ack:
		g.SynAck++
	case flags&syn != 0:
		g.Syn++
	case flags&(fin|ack) == fin|ack:
		g.FinAck++
	case flags&rst != 0:
		g.Rst++
	}
}

// Add merges o into g.
func (g *Gain) Add(o *Gain) {
	g.Bytes += o.Bytes
	g.Packets += o.Packets
	for i, n := range o.Sizes {
		g.Sizes[i] += n
	}
	g.Syn += o.Syn
	g.SynAck += o.SynAck
	g.FinAck += o.FinAck
	g.Rst += o.Rst
	g.Retransmissions += o.Retransmissions
	g.OutOfOrder += o.OutOfOrder
	g.Lost += o.Lost
	g.KeepAlive += o.KeepAlive
}

// AddGain merges the length classes and flag combinations of g into s.
func (s *PacketShape) AddGain(g *Gain) {
	for i, n := range g.Sizes {
		if n != 0 {
			s.Sizes[i] += uint64(n)
		}
	}
	if g.Syn|g.SynAck|g.FinAck|g.Rst != 0 {
		s.Syn += uint64(g.Syn)
		s.SynAck += uint64(g.SynAck)
		s.FinAck += uint64(g.FinAck)
		s.Rst += uint64(g.Rst)
	}
}

// AddGain merges the TCP issues of g into t.
func (t *TCPIssues) AddGain(g *Gain) {
	if g.Retransmissions|g.OutOfOrder|g.Lost|g.KeepAlive != 0 {
		t.Add(g.Issues())
	}
}
