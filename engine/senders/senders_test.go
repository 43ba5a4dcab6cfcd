package senders

import (
	"context"
	"regexp"
	"testing"
	"time"

	"ntopgo/engine/senders/sendertest"
)

func TestNATS(t *testing.T) {
	t.Parallel()
	b := sendertest.NewBroker(t)
	var n NATS
	defer n.Close()
	if err := n.Publish(b.URL, "alerts", "hello"); err != nil {
		t.Fatal(err)
	}
	if got := <-b.Got; got != "alerts hello" {
		t.Error(got)
	}
	if got, err := n.Request(b.URL, "echo", "you", 10*time.Second); err != nil || got != "you" {
		t.Errorf("%q %v", got, err)
	}
	if got, err := n.Request(b.URL, "silence", "you", 50*time.Millisecond); err == nil {
		t.Errorf("answered %q", got)
	}
	if err := n.Publish("nats://127.0.0.1:1", "x", "y"); err == nil {
		t.Error("no broker, yet published")
	}
}

func TestKafka(t *testing.T) {
	t.Parallel()
	addr, next := sendertest.Kafka(t, "flows")
	var k Kafka
	defer k.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, info := range []string{addr + ";flows", addr + ";flows;compression.codec=gzip"} {
		if err := k.Send(ctx, info, "message"); err != nil {
			t.Fatal(err)
		}
		if got := next(); got != "message" {
			t.Errorf("%s: %q", info, got)
		}
	}
	for _, info := range []string{"", "host", ";topic", "host;", "h;t;compression.codec=x", "h;t;security.protocol=sasl_ssl,sasl.mechanism=x"} {
		if err := k.Send(ctx, info, "x"); err == nil {
			t.Errorf("%q: sent", info)
		}
	}
	for _, m := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		if _, topic, err := kafkaOptions("h;t;security.protocol=sasl_ssl,sasl.mechanism=" + m + ",sasl.username=a,sasl.password=b"); err != nil || topic != "t" {
			t.Errorf("%s: %v", m, err)
		}
	}
}

func TestSyslog(t *testing.T) {
	t.Parallel()
	socket, next := sendertest.Syslog(t)
	if err := Syslog(socket, 3, "two\nlines\n"); err != nil {
		t.Fatal(err)
	}
	if got := next(); !regexp.MustCompile(`^<11>\w{3} [ \d]\d \d\d:\d\d:\d\d \S+\[\d+\]: two lines\n$`).MatchString(got) {
		t.Errorf("%q", got)
	}
	if err := Syslog(socket, 99, "x"); err != nil {
		t.Error(err)
	} else if got := next(); got[:4] != "<15>" {
		t.Errorf("%q", got)
	}
	if err := Syslog(socket+"x", 3, "x"); err == nil {
		t.Error("nobody listens")
	}
}
