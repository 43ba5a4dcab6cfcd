package zmq

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of a publisher.
const (
	maxSubscribers   = 64
	maxSubscriptions = 256
	maxTopic         = 1 << 10
	// highWater is how many messages wait for a slow subscriber; more are dropped,
	// as ZeroMQ does.
	highWater    = 1000
	writeTimeout = 30 * time.Second
)

// Publisher sends messages to whoever subscribed.
type Publisher struct {
	listener net.Listener
	dropped  atomic.Uint64
	wg       sync.WaitGroup

	mu     sync.Mutex // guards what follows
	id     uint32
	peers  map[*peer]bool
	closed bool
}

// peer is a subscriber.
type peer struct {
	conn   net.Conn
	out    chan []byte
	unsent atomic.Int64 // messages given to out that are not wholly written yet
	mu     sync.Mutex
	topics map[string]int // subscriptions, which a peer may make more than once
}

// Publish listens at an endpoint such as "tcp://*:5557".
func Publish(endpoint string) (*Publisher, error) {
	e, err := parseEndpoint(endpoint + "c") // a publisher always listens
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), e.network, e.address)
	if err != nil {
		return nil, fmt.Errorf("zmq: publish at %s: %w", endpoint, err)
	}
	p := &Publisher{listener: l, peers: map[*peer]bool{}}
	p.wg.Go(p.accept)
	return p, nil
}

// Addr is where the publisher listens.
func (p *Publisher) Addr() string { return p.listener.Addr().String() }

// Dropped is how many messages were not sent to a subscriber that was too slow.
func (p *Publisher) Dropped() uint64 { return p.dropped.Load() }

func (p *Publisher) accept() {
	for {
		conn, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(redial / 10)
			continue
		}
		s := &peer{conn: conn, out: make(chan []byte, highWater), topics: map[string]int{}}
		if !p.keep(s) {
			_ = conn.Close()
			continue
		}
		p.wg.Go(func() { p.serve(s) })
	}
}

func (p *Publisher) keep(s *peer) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.peers) >= maxSubscribers {
		return false
	}
	p.peers[s] = true
	return true
}

// serve reads the subscriptions of a peer until its connection ends.
func (p *Publisher) serve(s *peer) {
	defer func() {
		p.mu.Lock()
		delete(p.peers, s)
		close(s.out) // nobody sends to it any more
		p.mu.Unlock()
		_ = s.conn.Close()
	}()
	_ = s.conn.SetDeadline(time.Now().Add(dialTimeout))
	r := bufio.NewReader(s.conn)
	if handshake(s.conn, r, "PUB", "SUB", "XSUB") != nil {
		return
	}
	_ = s.conn.SetDeadline(time.Time{})
	p.wg.Go(s.write)
	for {
		flags, body, err := readFrame(r, maxTopic+1)
		if err != nil {
			return
		}
		if flags&frameCommand == 0 && len(body) > 0 {
			s.subscribe(string(body[1:]), body[0] == 1)
		}
	}
}

func (s *peer) subscribe(topic string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !on && s.topics[topic] > 1:
		s.topics[topic]--
	case !on:
		delete(s.topics, topic)
	case s.topics[topic] > 0 || len(s.topics) < maxSubscriptions:
		s.topics[topic]++
	}
}

func (s *peer) wants(head string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.topics {
		if strings.HasPrefix(head, t) {
			return true
		}
	}
	return false
}

func (s *peer) write() {
	for b := range s.out {
		_ = s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, err := s.conn.Write(b)
		s.unsent.Add(-1)
		if err != nil {
			_ = s.conn.Close() // which ends serve
			for range s.out {  // until it has
				s.unsent.Add(-1)
			}
			return
		}
	}
}

// publish sends a message of two frames to those who want it. It does not wait.
func (p *Publisher) publish(head, body []byte) {
	message := append(frame(frameMore, head), frame(0, body)...)
	for s := range p.peers {
		if !s.wants(string(head)) {
			continue
		}
		s.unsent.Add(1)
		select {
		case s.out <- message:
		default:
			s.unsent.Add(-1)
			p.dropped.Add(1)
		}
	}
}

// Send sends a text, compressed, under a topic, with the short header that probes
// expect of such messages.
func (p *Publisher) Send(topic, text string) error {
	var body bytes.Buffer
	body.WriteByte(0)
	z := zlib.NewWriter(&body)
	_, err := io.WriteString(z, text)
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("zmq: %w", err)
	}
	if body.Len() > 0xffff {
		return fmt.Errorf("zmq: a message of %d bytes is too long", len(text))
	}
	head := make([]byte, headerV1)
	copy(head[:topicLen-1], topic)
	binary.LittleEndian.PutUint16(head[18:], uint16(body.Len()))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.id++
	binary.LittleEndian.PutUint32(head[20:], p.id)
	p.publish(head, body.Bytes())
	return nil
}

// SendFlows sends flows, or what a probe tells of itself, as a probe does: with
// numbered messages, so that a collector sees which it missed. binary says that
// body is in nDPI's serialization.
func (p *Publisher) SendFlows(topic string, source uint32, body []byte, tlv bool) {
	head := make([]byte, headerV3)
	copy(head[:topicLen-1], topic)
	head[16] = versionFlags
	if tlv {
		head[17] = flagTLV
	}
	be, le := binary.BigEndian, binary.LittleEndian
	le.PutUint32(head[20:], uint32(len(body)))
	le.PutUint32(head[24:], uint32(len(body)))
	le.PutUint32(head[32:], source)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.id++
	be.PutUint32(head[28:], p.id)
	p.publish(head, body)
}

// linger is how long a publisher that ends waits for its subscribers.
const linger = time.Second

// waits says whether a subscriber has not been sent everything.
func (p *Publisher) waits() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.peers {
		if s.unsent.Load() > 0 {
			return true
		}
	}
	return false
}

// Close ends the publisher. What slow subscribers have not read by then is lost.
func (p *Publisher) Close() {
	for end := time.Now().Add(linger); p.waits() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	p.mu.Lock()
	p.closed = true
	for s := range p.peers {
		_ = s.conn.Close()
	}
	p.mu.Unlock()
	_ = p.listener.Close()
	p.wg.Wait()
}
