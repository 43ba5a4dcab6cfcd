// Package zmq speaks the framing that nProbe and ntopng use over ZeroMQ: each
// message has a header of fixed length and a text, which may be compressed.
package zmq

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-zeromq/zmq4"
)

// errFrame is a message that is not in this framing.
var errFrame = errors.New("zmq: not a message of a probe")

// Message is one received message.
type Message struct {
	Topic string
	Text  string
}

// parse reads a message of two frames whose body is text.
func parse(frames [][]byte) (Message, error) {
	e, err := parseEnvelope(frames, "")
	return Message{Topic: e.Topic, Text: string(e.Body)}, err
}

// Subscriber receives the messages of a topic from a publisher.
type Subscriber struct {
	sock   zmq4.Socket
	cancel context.CancelFunc
	in     chan Message
	done   chan struct{}
}

// waiting is how many messages a subscriber keeps for its reader.
const waiting = 1024

// Subscribe connects to an endpoint such as "tcp://127.0.0.1:5556". A publisher
// that is not there is an error.
func Subscribe(endpoint, topic string) (*Subscriber, error) {
	ctx, cancel := context.WithCancel(context.Background())
	sock := zmq4.NewSub(ctx, zmq4.WithDialerMaxRetries(1), zmq4.WithDialerTimeout(2*time.Second), zmq4.WithAutomaticReconnect(true))
	err := sock.Dial(endpoint)
	if err == nil {
		err = sock.SetOption(zmq4.OptionSubscribe, topic)
	}
	if err != nil {
		cancel()
		_ = sock.Close()
		return nil, fmt.Errorf("zmq: subscribe to %s: %w", endpoint, err)
	}
	s := &Subscriber{sock: sock, cancel: cancel, in: make(chan Message, waiting), done: make(chan struct{})}
	go s.read()
	return s, nil
}

func (s *Subscriber) read() {
	defer close(s.done)
	for {
		raw, err := s.sock.Recv()
		if err != nil {
			return
		}
		m, err := parse(raw.Frames)
		if err != nil {
			continue // such as another program on that port
		}
		select {
		case s.in <- m:
		default: // the reader is slow: new ones are dropped, as ZeroMQ does
		}
	}
}

// Receive is the next message; ok is false when none came in time.
func (s *Subscriber) Receive(timeout time.Duration) (m Message, ok bool) {
	select {
	case m = <-s.in:
		return m, true
	default:
	}
	select {
	case m = <-s.in:
		return m, true
	case <-s.done:
		return Message{}, false
	case <-time.After(timeout):
		return Message{}, false
	}
}

// Close ends the subscription.
func (s *Subscriber) Close() {
	s.cancel()
	_ = s.sock.Close()
	<-s.done
}
