package syslog

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Message{
		`{"a":1}`: {Content: `{"a":1}`},
		"<13>Apr  2 19:26:07 Router1 Suricata[77]: {\"x\": 1}":        {Priority: 13, Device: "router1", Application: "suricata", Content: `{"x": 1}`},
		"<13>Apr  2 19:26:07 Router1 kernel: link up":                 {Priority: 13, Device: "router1", Application: "kernel", Content: "link up"},
		"2024-01-02;10.0.0.5; <134>Jan 2 00:00:00 fw app: x":          {Priority: 134, Host: "10.0.0.5", Device: "fw", Application: "app", Content: "x"},
		"<189>date=2024-01-02 time=10:00:00 devname=\"fg\" msg=\"a\"": {Priority: 189, Producer: "fortinet", Content: "date=2024-01-02 time=10:00:00 devname=\"fg\" msg=\"a\""},
		"<5>just text":  {Priority: 5, Content: "just text"},
		"<x>app: y":     {Application: "app", Content: "y"},
		"<1>su[1]: ok ": {Priority: 1, Application: "su", Content: "ok "},
	} {
		if m, ok := Parse(line); !ok || m != want {
			t.Errorf("%s: %+v %t\nwant %+v", line, m, ok, want)
		}
	}
	for _, line := range []string{"", "no priority", "<13"} {
		if m, ok := Parse(line); ok {
			t.Errorf("%q: %+v", line, m)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2024;10.0.0.5; <134>Jan 2 00:00:00 fw app[1]: x")
	f.Fuzz(func(t *testing.T, line string) {
		if m, ok := Parse(line); ok && !strings.Contains(line, m.Content) {
			t.Errorf("%q: %+v", line, m)
		}
	})
}

func TestCollector(t *testing.T) {
	t.Parallel()
	got := make(chan string, 100)
	c, err := Listen("syslog://127.0.0.1:0", func(line string, from netip.Addr) { got <- from.String() + " " + line })
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, network := range []string{"tcp", "udp"} {
		conn, err := net.Dial(network, c.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := fmt.Fprint(conn, "<1>a: one\r\n\n<2>b: two\n"); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"127.0.0.1 <1>a: one", "127.0.0.1 <2>b: two"} {
			select {
			case line := <-got:
				if line != want {
					t.Errorf("%s: %q, want %q", network, line, want)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%s: nothing arrived", network)
			}
		}
	}
	if _, err := Listen("syslog://"+c.Addr().String()+"@tcp", nil); err == nil {
		t.Error("listened twice")
	}
	for _, e := range []string{"syslog://127.0.0.1", "syslog://127.0.0.1:1@sctp", "syslog://", "syslog://nowhere.invalid:1"} {
		if c, err := Listen(e, nil); err == nil {
			c.Close()
			t.Errorf("%s was taken", e)
		}
	}
}
