package main

import (
	"io"
	"net"
	"sync"
	"time"
)

// recorder connects two real endpoints in memory and keeps what they say.
type recorder struct {
	mu     sync.Mutex
	cond   *sync.Cond
	writes [2][]recorded // by side: 0 client, 1 server
	buf    [2][]byte     // on the way to the side
	read   [2]int        // bytes a side has read
	closed [2]bool
}

// recorded is one write, and how much its side had read by then.
type recorded struct {
	data []byte
	seen int
}

func newRecorder() *recorder {
	r := &recorder{}
	r.cond = sync.NewCond(&r.mu)
	return r
}

// end is one side of a recorder.
type end struct {
	r    *recorder
	side int
}

func (e end) Write(b []byte) (int, error) {
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	if e.r.closed[e.side] {
		return 0, net.ErrClosed
	}
	data := append([]byte{}, b...)
	e.r.writes[e.side] = append(e.r.writes[e.side], recorded{data, e.r.read[e.side]})
	e.r.buf[1-e.side] = append(e.r.buf[1-e.side], data...)
	e.r.cond.Broadcast()
	return len(b), nil
}

func (e end) Read(b []byte) (int, error) {
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	for len(e.r.buf[e.side]) == 0 {
		if e.r.closed[0] || e.r.closed[1] {
			return 0, io.EOF
		}
		e.r.cond.Wait()
	}
	n := copy(b, e.r.buf[e.side])
	e.r.buf[e.side] = e.r.buf[e.side][n:]
	e.r.read[e.side] += n
	return n, nil
}

func (e end) Close() error {
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	e.r.closed[e.side] = true
	e.r.cond.Broadcast()
	return nil
}

func (e end) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1 + e.side} }
func (e end) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2 - e.side} }
func (e end) SetDeadline(time.Time) error      { return nil }
func (e end) SetReadDeadline(time.Time) error  { return nil }
func (e end) SetWriteDeadline(time.Time) error { return nil }

// messages merges the two sides: a write comes after what its side had read,
// and the client goes first when both may. Writes of one side that follow each
// other are sent together.
func (r *recorder) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []message
	var next, sent [2]int
	for next[0] < len(r.writes[0]) || next[1] < len(r.writes[1]) {
		side := 0
		if next[0] == len(r.writes[0]) || r.writes[0][next[0]].seen > sent[1] {
			side = 1
		}
		if next[side] == len(r.writes[side]) {
			side = 1 - side
		}
		data := r.writes[side][next[side]].data
		next[side]++
		sent[side] += len(data)
		if n := len(out); n > 0 && out[n-1].fromClient == (side == 0) {
			out[n-1].data = append(out[n-1].data, data...)
			continue
		}
		out = append(out, message{fromClient: side == 0, data: append([]byte{}, data...)})
	}
	return out
}

// converse runs both ends to their end and returns what they said.
func converse(client, server func(net.Conn) error) ([]message, error) {
	r := newRecorder()
	failed := make(chan error, 2)
	for side, run := range []func(net.Conn) error{client, server} {
		go func() {
			e := end{r, side}
			err := run(e)
			e.Close()
			failed <- err
		}()
	}
	var err error
	for range 2 {
		if e := <-failed; e != nil && err == nil {
			err = e
		}
	}
	return r.messages(), err
}
