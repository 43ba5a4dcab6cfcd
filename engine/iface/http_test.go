package iface

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

const httpOK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

// TestRequestsOfAConnection: every request of a connection is counted, not only
// the one by which it was recognised, and what is no message is not.
func TestRequestsOfAConnection(t *testing.T) {
	t.Parallel()
	get := "GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: test\r\n\r\n"
	messages := []message{ask(get), answer(httpOK), ask(strings.Replace(get, "GET", "HEAD", 1)),
		answer("HTTP/1.1 404 Not Found\r\n\r\n"), ask(strings.Replace(get, "GET", "POST", 1)), ask("POST of no request, GET a body"),
		answer("HTTP/1.1 503 Busy\r\n\r\n"), answer("HTTP is in this body, 200"), ask(strings.Replace(get, "GET", "DELETE", 1)), answer(httpOK)}
	file := talks(t, talk{"203.0.113.7", "192.168.1.20", 40000, 80, messages},
		talk{"203.0.113.7", "192.168.1.20", 40001, 80, []message{ask(strings.Replace(get, "www.", "", 1)), answer(httpOK)}},
		talk{"192.168.1.10", "203.0.113.7", 40002, 80, []message{ask(get), answer(httpOK), ask(get)}})
	for _, shards := range []int{1, 4} {
		i := read(t, file, Config{Shards: shards})
		find := func(a string) *host.Host { return i.Host(host.Key{Addr: netip.MustParseAddr(a)}) }
		server, client := find("192.168.1.20"), find("203.0.113.7")
		want := host.HTTPCounters{Get: 2, Head: 1, Post: 1, Other: 1}
		d, at := server.Snapshot(), i.Now().UnixNano()
		if d.HTTPRcvd.HTTPCounters != want {
			t.Errorf("the server was asked %+v, want %+v", d.HTTPRcvd.HTTPCounters, want)
		}
		if want := (host.HTTPCounters{Status: [6]uint64{2: 3, 4: 1, 5: 1}}); d.HTTPSent.HTTPCounters != want {
			t.Errorf("the server answered %+v, want %+v", d.HTTPSent.HTTPCounters, want)
		}
		want.Status[2] = 1 // as a server
		if c := client.Snapshot(); c.HTTPSent.HTTPCounters != want || c.HTTPRcvd.Get != 2 {
			t.Errorf("the client asked %+v and was asked %+v", c.HTTPSent.HTTPCounters, c.HTTPRcvd.HTTPCounters)
		}
		names := server.VirtualHosts(at)
		if len(names) != 2 || names[0].Name != "example.com" || names[0].Requests != 1 || names[1].Name != "www.example.com" || names[1].Requests != 4 {
			t.Fatalf("virtual hosts %+v", names)
		}
		flows, _ := i.Flows(FlowQuery{})
		of := slices.IndexFunc(flows, func(f flow.Flow) bool { return f.CliPort == 40000 })
		if f := flows[of]; names[1].Sent != f.ToServer.Bytes || names[1].Rcvd != f.ToClient.Bytes {
			t.Errorf("%+v of a flow with %d and %d bytes", names[1], f.ToServer.Bytes, f.ToClient.Bytes)
		}
		if n := client.VirtualHosts(at); len(n) != 0 || i.Stats().VirtualHosts != 2 {
			t.Errorf("%d names of a server elsewhere, %d in all", len(n), i.Stats().VirtualHosts)
		}
		i.ResetHost(server, false)
		if i.Stats().VirtualHosts != 0 || len(server.VirtualHosts(at)) != 0 {
			t.Error("names of a host that was reset are still counted")
		}
	}
}

func TestMessagesOfHTTP(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"GET / HTTP/1.1\r\n": "GET", "GET / HTTP/1.1": "", "GET a body\n": "",
		"GET /" + strings.Repeat("x", longRequest): "GET", "GETS / HTTP/1.1": "", "PROPFIND / HTTP/1.1\r\n": "PROPFIND", "": "", "GET": "",
		"get / HTTP/1.1": "", "RPC_IN_DATA /rpc HTTP/1.1\n": "RPC_IN_DATA"} {
		if got := httpMethod([]byte(text)); got != want {
			t.Errorf("%q: method %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]int{"HTTP/1.1 200 OK": 2, "HTTP/1.0 404": 4, "HTTP/1.1 ": 0, "HTTP/1.1 700 x": 0, "HTTP/2.0 200": 0, "": 0} {
		if got := httpStatusClass([]byte(text)); got != want {
			t.Errorf("%q: status class %d, want %d", text, got, want)
		}
	}
}
