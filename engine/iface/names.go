package iface

import (
	"strings"

	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// names hands what a flow revealed about the names of its ends to its hosts.
func (s *shard) names(f *flow.Flow) {
	m := f.Meta
	if m == nil || f.NamesGiven(m) {
		return
	}
	if f.Classified {
		countMessages(f)
	}
	if f.Cli != nil {
		f.Cli.Update(func(d *host.Data) {
			setName(&d.Names.NetBIOS, m.NetBIOSName)
			setName(&d.Names.MDNS, strings.TrimSuffix(m.MDNSName, ".local"))
			setName(&d.Names.DHCP, m.DHCPName)
		})
	}
	if f.Srv != nil && m.HTTPMethod != "" {
		f.Srv.Update(func(d *host.Data) { setName(&d.Names.HTTP, m.HostName) })
	}
	if f.Srv != nil && m.TLSVersion != 0 {
		f.Srv.Update(func(d *host.Data) { setName(&d.Names.TLS, m.HostName) })
	}
	if m.DHCPName != "" || m.DHCPFingerprint != "" {
		if e := s.i.macs.Find(mac.Addr(m.DHCPMAC)); e != nil {
			e.Update(func(d *mac.Data) {
				setName(&d.DHCPName, m.DHCPName)
				setName(&d.DHCPFingerprint, m.DHCPFingerprint)
			})
		}
	}
}

func setName(to *string, name string) {
	if name != "" {
		*to = name
	}
}

// countMessages counts the DNS exchange or the HTTP request of a flow for its
// hosts: a DNS flow is one exchange, of HTTP the first request is known.
func countMessages(f *flow.Flow) {
	m := f.Meta
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
		update(f.Cli, func(d *host.Data) { query(&d.DNSSent); reply(&d.DNSRcvd) })
		update(f.Srv, func(d *host.Data) { query(&d.DNSRcvd); reply(&d.DNSSent) })
	case m.HTTPMethod != "":
		answer := func(c *host.HTTPCounters) {
			if n := m.HTTPStatus / 100; n >= 1 && n <= 5 {
				c.Status[n]++
			}
		}
		update(f.Cli, func(d *host.Data) { *d.HTTPSent.Method(m.HTTPMethod)++; answer(&d.HTTPRcvd) })
		update(f.Srv, func(d *host.Data) { *d.HTTPRcvd.Method(m.HTTPMethod)++; answer(&d.HTTPSent) })
	}
}

func update(h *host.Host, f func(d *host.Data)) {
	if h != nil {
		h.Update(f)
	}
}
