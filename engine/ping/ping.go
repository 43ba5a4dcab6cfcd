// Package ping measures how long hosts take to answer an ICMP echo: once, or
// again and again while somebody is interested. Sockets are opened when the
// program starts, while it may; nothing here resolves names or stores results
// longer than until they are collected.
package ping

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// payload is what an echo carries: a token of this process, then padding to the
// usual 56 bytes. The identifier alone will not do: unprivileged sockets change
// it.
const payloadLen = 56

// pinger sends and receives on the sockets of one interface.
type pinger struct {
	v4, v6 *icmp.PacketConn
	udp    bool // unprivileged datagram sockets
	token  uint64

	mu   sync.Mutex
	seq  uint16
	sent map[uint16]request
	wait sync.WaitGroup
}

// request is an echo that waits for its answer.
type request struct {
	to     netip.Addr
	at     time.Time
	answer func(rtt time.Duration)
}

// maxWaiting bounds the echoes without an answer; older ones are forgotten.
const maxWaiting = 8192

var errTooMany = errors.New("ping: too many hosts are watched")

// forget is how long an answer can come late.
const forget = 30 * time.Second

// open makes the sockets for two source addresses, of which one may be missing.
// Raw sockets need privileges; where they are refused, the kernel's echo sockets
// may still be allowed.
func open(from4, from6 string) (*pinger, error) {
	p := &pinger{token: rand.Uint64(), sent: map[uint16]request{}}
	var errs []error
	listen := func(network, from string) *icmp.PacketConn {
		if from == "" {
			return nil
		}
		c, err := icmp.ListenPacket(network, from)
		if err != nil {
			errs = append(errs, err)
			return nil
		}
		return c
	}
	p.v4, p.v6 = listen("ip4:icmp", from4), listen("ip6:ipv6-icmp", from6)
	if p.v4 == nil && p.v6 == nil {
		p.udp = true
		p.v4, p.v6 = listen("udp4", from4), listen("udp6", from6)
	}
	if p.v4 == nil && p.v6 == nil {
		return nil, fmt.Errorf("ping: %w", errors.Join(errs...))
	}
	for _, s := range []struct {
		conn  *icmp.PacketConn
		proto int
	}{{p.v4, 1}, {p.v6, 58}} {
		if s.conn != nil {
			p.wait.Add(1)
			go p.read(s.conn, s.proto)
		}
	}
	return p, nil
}

func (p *pinger) close() {
	for _, c := range []*icmp.PacketConn{p.v4, p.v6} {
		if c != nil {
			_ = c.Close()
		}
	}
	p.wait.Wait()
}

// send sends an echo; answer is called with the time it took, or never.
func (p *pinger) send(to netip.Addr, answer func(rtt time.Duration)) error {
	conn, kind := p.v4, icmp.Type(ipv4.ICMPTypeEcho)
	if to.Is6() {
		conn, kind = p.v6, ipv6.ICMPTypeEchoRequest
	}
	if conn == nil {
		return fmt.Errorf("ping %s: no socket for this family", to)
	}
	p.mu.Lock()
	p.seq++
	seq := p.seq
	p.tidy()
	p.sent[seq] = request{to, time.Now(), answer}
	p.mu.Unlock()
	data := make([]byte, payloadLen)
	binary.BigEndian.PutUint64(data, p.token)
	m := icmp.Message{Type: kind, Body: &icmp.Echo{ID: int(uint16(p.token)), Seq: int(seq), Data: data}}
	b, err := m.Marshal(nil)
	if err != nil {
		return fmt.Errorf("ping %s: %w", to, err)
	}
	var dst net.Addr = &net.IPAddr{IP: to.AsSlice(), Zone: to.Zone()}
	if p.udp {
		dst = &net.UDPAddr{IP: to.AsSlice(), Zone: to.Zone()}
	}
	if _, err := conn.WriteTo(b, dst); err != nil {
		p.mu.Lock()
		delete(p.sent, seq)
		p.mu.Unlock()
		return fmt.Errorf("ping %s: %w", to, err)
	}
	return nil
}

// tidy forgets echoes that nobody will answer; the lock is held.
func (p *pinger) tidy() {
	if len(p.sent) < maxWaiting {
		return
	}
	for seq, r := range p.sent {
		if time.Since(r.at) > forget {
			delete(p.sent, seq)
		}
	}
	if len(p.sent) >= maxWaiting {
		clear(p.sent)
	}
}

func (p *pinger) read(conn *icmp.PacketConn, proto int) {
	defer p.wait.Done()
	b := make([]byte, 1500)
	for {
		n, _, err := conn.ReadFrom(b)
		now := time.Now()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // such as an unreachable host, told to the socket
			continue
		}
		m, err := icmp.ParseMessage(proto, b[:n])
		if err != nil || m.Type != ipv4.ICMPTypeEchoReply && m.Type != ipv6.ICMPTypeEchoReply {
			continue
		}
		echo, ok := m.Body.(*icmp.Echo)
		if !ok || len(echo.Data) != payloadLen || binary.BigEndian.Uint64(echo.Data) != p.token {
			continue
		}
		p.mu.Lock()
		r, ok := p.sent[uint16(echo.Seq)]
		delete(p.sent, uint16(echo.Seq))
		p.mu.Unlock()
		if ok {
			r.answer(now.Sub(r.at))
		}
	}
}
