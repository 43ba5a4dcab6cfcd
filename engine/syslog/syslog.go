// Package syslog receives what other systems log: lines over UDP and TCP, taken
// apart as far as senders agree on a form. It knows nothing of what they say.
package syslog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Bounds of a collector.
const (
	maxLine        = 64 << 10
	maxConnections = 64
	quiet          = 10 * time.Minute // after which a silent connection is closed
)

// Message is a line that was taken apart.
type Message struct {
	Priority    int    // facility times eight plus severity, 0 when there is none
	Host        string // in lower case: who sent it, by a relay's account; "" when no relay says
	Device      string // in lower case, by the sender's account; "" for none
	Application string // in lower case; "" for none
	Content     string
	Producer    string // what wrote it, where its form alone tells
}

// Parse takes a line apart, of the form
//
//	[time;host; ]<priority>[time device ]application[pid]: content
//
// of which most may be missing (RFC 3164 as it is used). A line that begins with a
// brace is JSON and all content. ok is false for a line without priority.
func Parse(line string) (m Message, ok bool) {
	if strings.HasPrefix(line, "{") {
		return Message{Content: line}, true
	}
	before, rest, ok := strings.Cut(line, "<")
	if !ok {
		return m, false
	}
	if _, host, ok := strings.Cut(before, ";"); ok {
		host, _, _ = strings.Cut(host, ";")
		m.Host = strings.ToLower(host)
	}
	priority, rest, ok := strings.Cut(rest, ">")
	if !ok {
		return m, false
	}
	m.Priority, _ = strconv.Atoi(priority) // 0 for what is no number
	if strings.HasPrefix(rest, "date=") {
		m.Producer, m.Content = "fortinet", rest
		return m, true
	}
	if head, content, ok := strings.Cut(rest, "]: "); ok {
		m.Content = content
		if i := strings.LastIndexByte(head, '['); i >= 0 {
			head, m.Application = lastWord(head[:i])
			_, m.Device = lastWord(head)
		}
		return m, true
	}
	head, content, ok := strings.Cut(rest, ": ")
	if !ok {
		m.Content = rest
		return m, true
	}
	m.Content = content
	head, m.Application = lastWord(head)
	_, m.Device = lastWord(head)
	return m, true
}

// lastWord is what follows the last blank, in lower case, and what is before it.
func lastWord(s string) (before, word string) {
	if i := strings.LastIndexByte(s, ' '); i >= 0 {
		return s[:i], strings.ToLower(s[i+1:])
	}
	return "", strings.ToLower(s)
}

// Collector listens for lines.
type Collector struct {
	line   func(line string, from netip.Addr)
	cancel context.CancelFunc
	wg     sync.WaitGroup
	udp    net.PacketConn
	tcp    net.Listener

	mu     sync.Mutex // guards what follows
	conns  map[net.Conn]bool
	closed bool
}

// Listen listens at "syslog://address:port", with "@udp" or "@tcp" behind it for
// one of both only; * is every address. line is called by several goroutines.
func Listen(endpoint string, line func(line string, from netip.Addr)) (*Collector, error) {
	address, proto, _ := strings.Cut(strings.TrimPrefix(endpoint, "syslog://"), "@")
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "" || proto != "" && proto != "udp" && proto != "tcp" {
		return nil, fmt.Errorf("syslog: %q is not syslog://address:port[@udp|@tcp]", endpoint)
	}
	if host == "*" {
		host = ""
	}
	address = net.JoinHostPort(host, port)
	ctx, cancel := context.WithCancel(context.Background())
	c := &Collector{line: line, cancel: cancel, conns: map[net.Conn]bool{}}
	listen := new(net.ListenConfig)
	if proto != "udp" {
		if c.tcp, err = listen.Listen(ctx, "tcp", address); err != nil {
			c.Close()
			return nil, fmt.Errorf("syslog: %w", err)
		}
		if port == "0" { // both on the same one
			address = c.tcp.Addr().String()
		}
		c.wg.Go(c.accept)
	}
	if proto != "tcp" {
		if c.udp, err = listen.ListenPacket(ctx, "udp", address); err != nil {
			c.Close()
			return nil, fmt.Errorf("syslog: %w", err)
		}
		c.wg.Go(c.datagrams)
	}
	return c, nil
}

// Addr is where the collector listens.
func (c *Collector) Addr() net.Addr {
	if c.tcp != nil {
		return c.tcp.Addr()
	}
	return c.udp.LocalAddr()
}

func (c *Collector) datagrams() {
	b := make([]byte, maxLine)
	for {
		n, from, err := c.udp.ReadFrom(b)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // such as an answer that nobody waits for
		}
		c.lines(string(b[:n]), address(from))
	}
}

func (c *Collector) lines(text string, from netip.Addr) {
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n\x00"); line != "" {
			c.line(line, from)
		}
	}
}

func address(a net.Addr) netip.Addr {
	p, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr().Unmap()
}

func (c *Collector) accept() {
	for {
		conn, err := c.tcp.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(100 * time.Millisecond) // such as too many open files
			continue
		}
		if c.keep(conn) {
			c.wg.Go(func() { c.serve(conn) })
		} else {
			_ = conn.Close()
		}
	}
}

func (c *Collector) keep(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.conns) >= maxConnections {
		return false
	}
	c.conns[conn] = true
	return true
}

// serve reads lines until the connection ends, or one is longer than it may be.
func (c *Collector) serve(conn net.Conn) {
	defer func() {
		_ = conn.Close()
		c.mu.Lock()
		delete(c.conns, conn)
		c.mu.Unlock()
	}()
	from := address(conn.RemoteAddr())
	s := bufio.NewScanner(conn)
	s.Buffer(make([]byte, 4096), maxLine)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(quiet))
		if !s.Scan() {
			return
		}
		c.lines(s.Text(), from)
	}
}

// Close ends the collector; line is not called any more when it returns.
func (c *Collector) Close() {
	c.cancel()
	c.mu.Lock()
	c.closed = true
	for conn := range c.conns {
		_ = conn.Close()
	}
	c.mu.Unlock()
	if c.tcp != nil {
		_ = c.tcp.Close()
	}
	if c.udp != nil {
		_ = c.udp.Close()
	}
	c.wg.Wait()
}
