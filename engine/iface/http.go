package iface

import (
	"bytes"

	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// saidHTTP counts a request or an answer.
func (s *shard) saidHTTP(f *flow.Record, p *decode.Packet, toServer bool) {
	if toServer {
		if m := httpMethod(p.Payload()); m != "" {
			s.httpRequest(f, s.flows.Links(f), m, nil)
		}
	} else if class := httpStatusClass(p.Payload()); class != 0 {
		httpResponse(s.flows.Links(f), class, p.Time)
	}
}

// httpMethods are those that begin a request (RFC 9110, RFC 5789, RFC 4918).
var httpMethods = []string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PROPFIND",
	"PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "RPC_IN_DATA", "RPC_OUT_DATA"}

// longRequest is from which length on the first line of a request may go on in the
// next segment.
const longRequest = 1000

// httpMethod is the method of the request that b begins with, "" for none.
func httpMethod(b []byte) string {
	if len(b) < 5 || b[0] < 'A' || b[0] > 'Z' {
		return ""
	}
	for _, m := range httpMethods {
		if len(b) > len(m) && b[0] == m[0] && b[len(m)] == ' ' && string(b[:len(m)]) == m {
			line, _, whole := bytes.Cut(b, []byte("\n"))
			if whole && bytes.Contains(line, []byte(" HTTP/1.")) || !whole && len(b) >= longRequest {
				return m
			}
			return ""
		}
	}
	return ""
}

// httpStatusClass is the first digit of the status of the answer that b begins
// with, 0 for none.
func httpStatusClass(b []byte) int {
	const line = "HTTP/1.x 200"
	if len(b) < len(line) || string(b[:7]) != line[:7] || b[8] != ' ' || b[9] < '1' || b[9] > '5' {
		return 0
	}
	return int(b[9] - '0')
}

// httpRequest counts a request for the hosts of its flow and under the name of
// the server that it is for; m is the flow's metadata where it is at hand.
func (s *shard) httpRequest(f *flow.Record, l flow.Links, method string, m *dpi.Metadata) {
	at := f.LastSeen()
	update(l.Cli, func(d *host.Data) { d.Request().HTTPSent.Request(at, method) })
	update(l.Srv, func(d *host.Data) { d.Request().HTTPRcvd.Request(at, method) })
	if !s.servesByName(f, l) {
		return
	}
	if m == nil {
		m = s.flows.Metadata(f)
	}
	if m != nil && m.HostName != "" {
		s.i.hosts.CountVirtualHost(l.Srv, m.HostName, 1, 0, 0, at)
	}
}

// httpResponse counts an answer for the hosts of its flow by the first digit of
// its status.
func httpResponse(l flow.Links, class int, at int64) {
	if class < 1 || class > 5 {
		return
	}
	update(l.Cli, func(d *host.Data) { d.Request().HTTPRcvd.Answer(at, class) })
	update(l.Srv, func(d *host.Data) { d.Request().HTTPSent.Answer(at, class) })
}

// servesByName says whether the server of an HTTP flow is one whose virtual hosts
// are counted.
func (s *shard) servesByName(f *flow.Record, l flow.Links) bool {
	return l.Srv != nil && l.Srv.Local && f.Lower() == flow.ProtocolHTTP && (f.Established() || s.i.Collects())
}

// countVirtualHost counts what an HTTP flow gained under the name of its server.
func (p *passer) countVirtualHost(s *shard, f *flow.Record, l flow.Links, g *host.Gained) {
	if !s.servesByName(f, l) || g.L7.Packets() == 0 {
		return
	}
	if m := s.flows.MetadataIn(f, &p.meta); m != nil && m.HostName != "" {
		s.i.hosts.CountVirtualHost(l.Srv, m.HostName, 0, g.L7.Sent.Bytes, g.L7.Rcvd.Bytes, f.LastSeen())
	}
}
