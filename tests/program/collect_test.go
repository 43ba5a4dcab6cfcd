package program

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"ntopgo/engine/collect"
	"ntopgo/tests/harness"
)

// port is a free port of this machine.
func port(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// interfaceData is what the REST interface says of interface 0.
func interfaceData(t *testing.T, p *harness.Program) map[string]any {
	t.Helper()
	_, body := p.Get("/lua/rest/v2/get/interface/data.lua?ifid=0")
	var o struct {
		Rsp map[string]any `json:"rsp"`
	}
	if err := json.Unmarshal([]byte(body), &o); err != nil {
		return nil
	}
	return o.Rsp
}

// logged waits until the program has logged something.
func logged(t *testing.T, p *harness.Program, text string) {
	t.Helper()
	harness.Eventually(t, 20*time.Second, func() error {
		if !strings.Contains(p.Log(), text) {
			return fmt.Errorf("no line with %q:\n%s", text, p.Log())
		}
		return nil
	})
}

// TestCollection sends flows of a probe to a server that listens for them.
func TestCollection(t *testing.T) {
	t.Parallel()
	n := port(t)
	p := harness.Start(t, harness.Options{Args: []string{"-i", fmt.Sprintf("tcp://127.0.0.1:%dc", n), "-l", "1", "-m", "192.168.1.0/24"}})
	send := publish(t, n)
	var b collect.TLV
	for i := range 3 {
		b.String(collect.Field{ID: 8}, fmt.Sprintf("192.168.1.%d", 10+i))
		b.String(collect.Field{ID: 12}, "203.0.113.5")
		b.Uint(collect.Field{ID: 7}, 40000)
		b.Uint(collect.Field{ID: 11}, 443)
		b.Uint(collect.Field{ID: 4}, 6)
		b.Uint(collect.Field{ID: 1}, 1000)
		b.Uint(collect.Field{ID: 2}, 10)
		b.String(collect.Field{PEN: 35632, ID: 57590}, "91.126")
		b.End()
	}
	logged(t, p, "collecting at")
	harness.Eventually(t, 20*time.Second, func() error {
		send("flow", b.Bytes(), true) // the publisher may not yet have heard of the subscription
		if d := interfaceData(t, p); fmt.Sprint(d["num_flows"]) != "3" || fmt.Sprint(d["packets"]) == "0" {
			return fmt.Errorf("%v flows, %v packets", d["num_flows"], d["packets"])
		}
		return nil
	})
	if _, body := p.Get("/lua/rest/v2/get/flow/active.lua?ifid=0"); !strings.Contains(body, "192.168.1.12") || !strings.Contains(body, "Google") {
		t.Errorf("flows: %.400s", body)
	}
}

// publish returns what sends a message as a probe does that connects to a
// collector.
func publish(t *testing.T, port int) func(topic string, body []byte, tlv bool) {
	t.Helper()
	p := zmq4.NewPub(t.Context())
	t.Cleanup(func() { _ = p.Close() })
	if err := p.Dial(fmt.Sprintf("tcp://127.0.0.1:%d", port)); err != nil {
		t.Fatal(err)
	}
	id := uint32(0)
	return func(topic string, body []byte, tlv bool) {
		t.Helper()
		head := make([]byte, 36) // topic, version, flags, sizes, id, source
		copy(head, topic)
		if head[16] = 4; tlv {
			head[17] = 2
		}
		id++
		binary.BigEndian.PutUint32(head[28:], id)
		if err := p.SendMulti(zmq4.NewMsgFrom(head, body)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestChain lets one instance export what it reads from a file, and another one
// collect it.
func TestChain(t *testing.T) {
	t.Parallel()
	n := port(t)
	endpoint := fmt.Sprintf("tcp://127.0.0.1:%d", n)
	to := harness.Start(t, harness.Options{Args: []string{"-i", endpoint, "-l", "1", "-m", "192.168.1.0/24"}})
	// It sends its flows when it ends.
	from := harness.Start(t, harness.Options{Args: []string{"-i", harness.Demo(), "-l", "1", "-m", "192.168.1.0/24", "-I", endpoint}})
	var want map[string]any
	harness.Eventually(t, 30*time.Second, func() error {
		if want = interfaceData(t, from); want == nil || want["is_loading"] == true || fmt.Sprint(want["num_flows"]) == "0" {
			return fmt.Errorf("still reading: %v", want["num_flows"])
		}
		return nil
	})
	logged(t, to, "collecting at")
	from.Stop()
	harness.Eventually(t, 20*time.Second, func() error {
		got := interfaceData(t, to)
		if fmt.Sprint(got["num_flows"]) != fmt.Sprint(want["num_flows"]) {
			return fmt.Errorf("%v flows arrived, want %v", got["num_flows"], want["num_flows"])
		}
		return nil
	})
}

// TestSystemLog sends what Suricata logs about a flow to a server with the tree's
// script for it.
func TestSystemLog(t *testing.T) {
	t.Parallel()
	dir := harness.Tree(t, 2024)
	n := port(t)
	p := harness.Start(t, harness.Options{Args: []string{"--install-dir", dir, "-i", fmt.Sprintf("syslog://127.0.0.1:%d@udp", n), "-l", "1"}})
	conn, err := net.Dial("udp", fmt.Sprintf("127.0.0.1:%d", n))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	logged(t, p, "Reading syslog://")
	harness.Eventually(t, 30*time.Second, func() error {
		if _, err := fmt.Fprint(conn, `<13>Apr  2 19:26:07 sensor suricata[77]: {"timestamp":"2019-04-02T19:26:07.362136+0200","event_type":"netflow","src_ip":"192.168.1.10",`+
			`"src_port":40000,"dest_ip":"203.0.113.5","dest_port":443,"proto":"TCP","app_proto":"tls","netflow":{"pkts":5,`+
			`"bytes":700,"start":"2019-04-02T19:26:00.000000+0200","end":"2019-04-02T19:26:06.000000+0200"}}`); err != nil {
			return err
		}
		if d := interfaceData(t, p); fmt.Sprint(d["num_flows"]) != "1" {
			return fmt.Errorf("%v flows\n%s", d["num_flows"], p.Log())
		}
		return nil
	})
	if _, body := p.Get("/lua/rest/v2/get/flow/active.lua?ifid=0"); !strings.Contains(body, "192.168.1.10") || !strings.Contains(body, "203.0.113.5") {
		t.Errorf("flows: %.400s", body)
	}
}
