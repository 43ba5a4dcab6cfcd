// Package sendertest plays the receiving ends of package senders.
package sendertest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Broker is a NATS server of the bare protocol: it keeps what is published and
// answers requests on the subject "echo" with their own text.
type Broker struct {
	URL string

	Got chan string // "subject payload" of what was published

	mu   sync.Mutex
	subs map[string]string // subscription numbers by subject
}

// NewBroker starts a broker.
func NewBroker(t testing.TB) *Broker {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	b := &Broker{URL: "nats://" + l.Addr().String(), subs: map[string]string{}, Got: make(chan string, 64)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go b.talk(conn)
		}
	}()
	return b
}

func (b *Broker) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", args...) }
	say(`INFO {"server_id":"test","version":"2.10.0","max_payload":1048576,"proto":1,"headers":true}`)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		switch f[0] {
		case "PING":
			say("PONG")
		case "SUB":
			b.mu.Lock()
			b.subs[f[1]] = f[len(f)-1]
			b.mu.Unlock()
		case "PUB":
			n, _ := strconv.Atoi(f[len(f)-1])
			payload := make([]byte, n+2)
			if _, err := io.ReadFull(in, payload); err != nil {
				return
			}
			text := string(payload[:n])
			b.Got <- f[1] + " " + text
			if len(f) == 4 && f[1] == "echo" {
				b.answer(say, f[2], text)
			}
		}
	}
}

// answer sends to the inbox subscription that covers a subject.
func (b *Broker) answer(say func(string, ...any), subject, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for pattern, sid := range b.subs {
		if strings.HasPrefix(subject, strings.TrimSuffix(pattern, "*")) {
			say("MSG %s %s %d\r\n%s", subject, sid, len(text), text)
			return
		}
	}
}
