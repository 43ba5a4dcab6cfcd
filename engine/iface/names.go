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
