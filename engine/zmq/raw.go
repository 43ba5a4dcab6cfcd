package zmq

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"
)

// Listener hands on messages of one frame that begin with their topic, as BGP
// servers publish them.
type Listener struct {
	sock   zmq4.Socket
	cancel context.CancelFunc
	done   chan struct{}
}

// Listen connects to a publisher and calls f with what follows the topic.
func Listen(endpoint, topic string, f func(text string)) (*Listener, error) {
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
	l := &Listener{sock: sock, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		for {
			m, err := sock.Recv()
			if err != nil {
				return
			}
			if text, ok := strings.CutPrefix(string(m.Bytes()), topic); ok {
				f(strings.TrimPrefix(text, " "))
			}
		}
	}()
	return l, nil
}

// Close ends the subscription.
func (l *Listener) Close() {
	l.cancel()
	_ = l.sock.Close()
	<-l.done
}
