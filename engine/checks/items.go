package checks

import (
	"net/netip"
	"strconv"
	"strings"

	"ntopgo/engine/flow"
)

var noPrefix netip.Prefix

// places reads the two letters of countries.
func places(items []string) map[[2]byte]bool {
	m := map[[2]byte]bool{}
	for _, s := range items {
		if len(s) == 2 {
			m[[2]byte{s[0], s[1]}] = true
		}
	}
	return m
}

func vlans(items []string) map[uint16]bool {
	m := map[uint16]bool{}
	for _, s := range items {
		if n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 12); err == nil {
			m[uint16(n)] = true
		}
	}
	return m
}

// ParseServers reads a list as the network configuration page writes it:
// addresses or networks, each with an optional @vlan, separated by commas. What
// cannot be read is left out and counted.
func ParseServers(list string) (servers []Server, bad int) {
	for _, part := range strings.Split(list, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		addr, vlan, tagged := strings.Cut(part, "@")
		s := Server{}
		n, err := strconv.ParseUint(vlan, 10, 16)
		if tagged && err != nil {
			bad++
			continue
		}
		s.VLAN = uint16(n)
		if s.Prefix, err = netip.ParsePrefix(addr); err != nil {
			a, err := netip.ParseAddr(addr)
			if err != nil {
				bad++
				continue
			}
			s.Prefix = netip.PrefixFrom(a, a.BitLen())
		}
		servers = append(servers, s)
	}
	return servers, bad
}

func expected(list []Server, a netip.Addr, vlan uint16) bool {
	for _, s := range list {
		if (s.VLAN == vlan || s.VLAN == 0) && s.Prefix.Contains(a) {
			return true
		}
	}
	return false
}

// nDPI's numbers of the protocols whose servers may be unexpected.
const (
	protocolSMTP  = 3
	protocolDNS   = 5
	protocolNTP   = 9
	protocolDHCP  = 18
	protocolSMTPS = 29
)

// lower is the protocol that carries a flow.
func lower(f *flow.Flow) uint16 {
	if f.Result.Master != 0 {
		return f.Result.Master
	}
	return f.Result.App
}

const (
	portDHCP = 67
	portDNS  = 53
)

// unexpected is said of nobody while no server is configured.
func (s *Set) unexpected(list []Server, f *flow.Flow, server netip.Addr) bool {
	return len(list) > 0 && !broadcast(f, server) && !expected(list, server, f.Key.VLAN)
}

func broadcast(f *flow.Flow, a netip.Addr) bool {
	return !flow.Unicast(a) && !a.IsMulticast() || a == f.Server && group(f.Srv) && !a.IsMulticast()
}

func unexpectedDNS(s *Set, f *flow.Flow, _ *flow.Alert) bool {
	if lower(f) != protocolDNS {
		return false
	}
	server := f.Server
	if f.CliPort == portDNS {
		server = f.Client
	}
	return s.unexpected(s.servers.DNS, f, server)
}

func unexpectedNTP(s *Set, f *flow.Flow, _ *flow.Alert) bool {
	return lower(f) == protocolNTP && s.unexpected(s.servers.NTP, f, f.Server)
}

// unexpectedDHCP looks at requests to servers; their answers to clients are other
// flows.
func unexpectedDHCP(s *Set, f *flow.Flow, _ *flow.Alert) bool {
	return lower(f) == protocolDHCP && f.SrvPort == portDHCP && s.unexpected(s.servers.DHCP, f, f.Server)
}

// unexpectedSMTP needs an answer: somebody who only asks has found no server.
func unexpectedSMTP(s *Set, f *flow.Flow, _ *flow.Alert) bool {
	l := lower(f)
	return (l == protocolSMTP || l == protocolSMTPS) && f.ToClient.Packets > 0 && s.unexpected(s.servers.SMTP, f, f.Server)
}
