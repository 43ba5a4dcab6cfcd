package iface

import (
	"strings"

	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// names hands what a flow revealed about the names of its ends to its hosts.
func (s *shard) names(f *flow.Record, l flow.Links) {
	if f.Classified() {
		s.recognised(f, l)
		s.examineRecognised(f, l)
	}
	m := s.flows.Metadata(f)
	if m == nil {
		return
	}
	if f.Classified() {
		s.countMessages(f, l, m)
		countFingerprints(f, l, m)
		s.noteSystem(f, l, m.HTTPUserAgent, m.OSHint)
	}
	learn(l.Cli, f, host.Names{NetBIOS: m.NetBIOSName, MDNS: mdnsHost(m.MDNSName), DHCP: m.DHCPName})
	server := host.Names{}
	if m.HTTPMethod != "" {
		server.HTTP = m.HostName
	}
	if m.TLSVersion != 0 {
		server.TLS = m.HostName
	}
	learn(l.Srv, f, server)
	if m.DHCPName != "" || m.DHCPFingerprint != "" {
		if e := s.i.macs.Find(mac.Addr(m.DHCPMAC)); e != nil {
			e.Update(func(d *mac.Data) {
				setName(&d.DHCPName, m.DHCPName)
				setName(&d.DHCPFingerprint, m.DHCPFingerprint)
			})
			s.noteDHCP(e)
		}
	}
}

func learn(h *host.Host, f *flow.Record, n host.Names) {
	if h != nil && n != (host.Names{}) {
		h.Lock().Detail().Learn(&n, f.FirstSeen())
		h.Unlock()
	}
}

// mdnsHost is the host that an mDNS name is of: an instance of a service (RFC 6763:
// what follows it begins with an underscore) has the name of its host. It is "" for
// names of services and of reverse look-ups, which name what was asked for.
func mdnsHost(name string) string {
	if strings.HasPrefix(name, "_") || strings.HasSuffix(name, ".arpa") {
		return ""
	}
	name, _, _ = strings.Cut(strings.TrimSuffix(name, ".local"), "._")
	return name
}

func setName(to *string, name string) {
	if name != "" {
		*to = name
	}
}

// countMessages counts the DNS exchange or the HTTP request of a flow for its
// hosts: a DNS flow is one exchange, of HTTP this is the first request and its
// answer, what follows is counted by said.
func (s *shard) countMessages(f *flow.Record, l flow.Links, m *dpi.Metadata) {
	switch {
	case m.DNSQuery != "":
		query := func(c *host.DNSCounters) {
			c.Queries++
			*c.Type(m.DNSQueryType)++
		}
		reply := func(c *host.DNSCounters) {
			if !m.DNSHasReply {
				return
			}
			if m.DNSReplyCode == 0 {
				c.RepliesOK++
			} else {
				c.RepliesError++
			}
		}
		update(l.Cli, func(d *host.Data) { query(&d.Message().DNSSent); reply(&d.Message().DNSRcvd) })
		update(l.Srv, func(d *host.Data) { query(&d.Message().DNSRcvd); reply(&d.Message().DNSSent) })
	case m.HTTPMethod != "":
		s.httpRequest(f, l, m.HTTPMethod, m)
		httpResponse(l, m.HTTPStatus/100, f.LastSeen())
	}
}

// riskMaliciousFingerprint is nDPI's number of that risk.
const riskMaliciousFingerprint = 28

// countFingerprints counts what tells programs apart for the local ends of a flow.
func countFingerprints(f *flow.Record, l flow.Links, m *dpi.Metadata) {
	count := func(h *host.Host, kind int, text string, malicious bool) {
		if h != nil && h.Local && text != "" {
			h.Update(func(d *host.Data) { d.Detail().CountFingerprint(kind, text, malicious) })
		}
	}
	count(l.Cli, host.JA4, m.JA4, f.Result.Risks>>riskMaliciousFingerprint&1 != 0)
	count(l.Cli, host.HASSH, m.HASSHClient, false)
	count(l.Srv, host.HASSH, m.HASSHServer, false)
}

func update(h *host.Host, f func(d *host.Data)) {
	if h != nil {
		h.Update(f)
	}
}
