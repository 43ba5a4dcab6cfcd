// Package senders hands messages to other systems: Kafka topics, NATS subjects
// and the system log. It keeps connections, but no messages: what cannot be sent
// now is an error for the caller.
package senders

import (
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// NATS is a connection to a message broker that is made when it is first
// needed. The zero value is ready.
type NATS struct {
	mu   sync.Mutex
	url  string
	conn *nats.Conn
}

// brokerTimeout bounds how long a connection may take.
const brokerTimeout = 5 * time.Second

// connect returns a connection to url; one to another broker is ended.
func (n *NATS) connect(url string) (*nats.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn != nil && n.url == url && !n.conn.IsClosed() {
		return n.conn, nil
	}
	if n.conn != nil {
		n.conn.Close()
		n.conn = nil
	}
	conn, err := nats.Connect(url, nats.Timeout(brokerTimeout), nats.Name("ntopng"))
	if err != nil {
		return nil, fmt.Errorf("broker %s: %w", url, err)
	}
	n.conn, n.url = conn, url
	return conn, nil
}

// Publish sends a message to the subscribers of a subject.
func (n *NATS) Publish(url, subject, message string) error {
	conn, err := n.connect(url)
	if err == nil {
		err = conn.Publish(subject, []byte(message))
	}
	if err == nil {
		err = conn.FlushTimeout(brokerTimeout)
	}
	if err != nil {
		return fmt.Errorf("publish to %s: %w", subject, err)
	}
	return nil
}

// Request sends a message and waits for the first answer.
func (n *NATS) Request(url, subject, message string, timeout time.Duration) (string, error) {
	conn, err := n.connect(url)
	if err != nil {
		return "", err
	}
	answer, err := conn.Request(subject, []byte(message), timeout)
	if err != nil {
		return "", fmt.Errorf("ask %s: %w", subject, err)
	}
	return string(answer.Data), nil
}

// Close ends the connection.
func (n *NATS) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn != nil {
		n.conn.Close()
		n.conn = nil
	}
}
