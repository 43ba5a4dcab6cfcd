package main

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"ntopgo/engine/decode"
)

// message is what one side of a connection wrote at once.
type message struct {
	fromClient bool
	data       []byte
	think      time.Duration // how long the user takes at most before it is sent
}

// Sizes of a connection.
const (
	segmentSize = 1448 // bytes of payload, with timestamps
	wholeBytes  = 3300 // of a direction that are kept whole in the capture
	cutFrame    = 74   // bytes of a later data frame that are kept
)

// tcpSide is the state of one end.
type tcpSide struct {
	h    *host
	port uint16
	seq  uint32
	sent int
	ts   uint32
}

// tcpConn puts a connection on the LAN.
type tcpConn struct {
	l              *lan
	rnd            *rand.Rand
	v6             bool
	client, server tcpSide
	now            time.Duration
	rtt            time.Duration
}

const (
	fin = decode.FIN
	syn = decode.SYN
	rst = decode.RST
	psh = decode.PSH
	ack = decode.ACK
)

// tcp carries messages over a connection that starts at a time and is opened
// and closed as usual. It returns when it ended. rtt is the round trip between
// LAN and server.
func (l *lan) tcp(at time.Duration, client, server *host, v6 bool, port uint16, rtt time.Duration, msgs []message) time.Duration {
	c := l.open(at, client, server, v6, port, rtt)
	c.segment(true, syn, nil)
	c.now += c.rtt * 9 / 10
	c.segment(false, syn|ack, nil)
	c.now += c.rtt / 10
	c.segment(true, ack, nil)
	last := true
	for _, m := range msgs {
		c.now += 200 * time.Microsecond
		if m.fromClient && m.think > 0 {
			c.now += time.Duration(c.rnd.Int64N(int64(m.think)))
		}
		if m.fromClient != last {
			c.now += c.rtt * 9 / 10
			last = m.fromClient
		}
		c.send(m.fromClient, m.data)
	}
	c.now += c.rtt / 2
	c.segment(true, fin|ack, nil)
	c.now += c.rtt * 9 / 10
	c.segment(false, fin|ack, nil)
	c.now += c.rtt / 10
	c.segment(true, ack, nil)
	return c.now
}

func (l *lan) open(at time.Duration, client, server *host, v6 bool, port uint16, rtt time.Duration) *tcpConn {
	c := &tcpConn{l: l, v6: v6, now: at, rtt: rtt}
	// A source of its own: how many draws a connection takes depends on what is
	// said, and must not change the others.
	c.rnd = rand.New(rand.NewPCG(l.rnd.Uint64(), l.rnd.Uint64()))
	c.client = tcpSide{h: client, port: client.nextPort(), seq: c.rnd.Uint32(), ts: c.rnd.Uint32() >> 2}
	c.server = tcpSide{h: server, port: port, seq: c.rnd.Uint32(), ts: c.rnd.Uint32() >> 2}
	return c
}

// refused is a connection attempt that is answered with a reset, or not at all.
func (l *lan) refused(at time.Duration, client, server *host, port uint16, answer bool) {
	c := l.open(at, client, server, false, port, 300*time.Microsecond)
	c.segment(true, syn, nil)
	c.client.seq--
	c.now += c.rtt
	if answer {
		c.client.seq++
		c.server.seq = 0
		c.segment(false, rst|ack, nil)
		return
	}
	c.now += time.Second
	c.segment(true, syn, nil)
}

// send cuts a message into segments; the other side acknowledges every second
// one. About one segment in eighty is lost behind the capture point and sent
// again.
func (c *tcpConn) send(fromClient bool, data []byte) {
	side := &c.server
	if fromClient {
		side = &c.client
	}
	for n := 0; len(data) > 0; n++ {
		part := data[:min(len(data), segmentSize)]
		data = data[len(part):]
		flags := uint8(ack)
		if len(data) == 0 {
			flags |= psh
		}
		seq := side.seq
		c.segment(fromClient, flags, part)
		if n > 2 && c.rnd.IntN(80) == 0 {
			c.now += c.rtt + 20*time.Millisecond
			side.seq = seq
			c.segment(fromClient, flags, part)
		}
		c.now += time.Duration(20+c.rnd.IntN(200)) * time.Microsecond
		if n%2 == 1 || len(data) == 0 {
			c.segment(!fromClient, ack, nil)
			c.now += c.rtt / 8
		}
	}
}

// segment sends one segment and moves the sequence number on.
func (c *tcpConn) segment(fromClient bool, flags uint8, data []byte) {
	src, dst := &c.server, &c.client
	if fromClient {
		src, dst = dst, src
	}
	h := binary.BigEndian.AppendUint16(nil, src.port)
	h = binary.BigEndian.AppendUint16(h, dst.port)
	h = binary.BigEndian.AppendUint32(h, src.seq)
	ackNo := dst.seq
	if flags&ack == 0 {
		ackNo = 0
	}
	h = binary.BigEndian.AppendUint32(h, ackNo)
	options := []byte{1, 1}
	if flags&syn != 0 {
		options = []byte{2, 4, 5, 0xb4, 4, 2} // MSS 1460, selective acknowledgements
	}
	if flags&rst == 0 {
		options = append(options, 8, 10)
		options = binary.BigEndian.AppendUint32(options, src.ts+uint32(c.now/time.Millisecond))
		echo := uint32(0)
		if flags&ack != 0 {
			echo = dst.ts + uint32((c.now-c.rtt/2)/time.Millisecond)
		}
		options = binary.BigEndian.AppendUint32(options, echo)
	} else {
		options = nil
	}
	if flags&syn != 0 {
		options = append(options, 1, 3, 3, 7) // window scale 7
	}
	h = append(h, byte((20+len(options))/4<<4), flags, 0x01, 0xf6, 0, 0, 0, 0)
	if flags&syn != 0 {
		h[14], h[15] = 0xfa, 0xf0
	}
	h = append(append(h, options...), data...)
	keep := 0
	if src.sent += len(data); src.sent > wholeBytes && len(data) > 0 {
		keep = cutFrame
	}
	c.l.ip(c.now, src.h, dst.h, c.v6, decode.ProtoTCP, h, keep)
	src.seq += uint32(len(data))
	if flags&(syn|fin) != 0 {
		src.seq++
	}
}
