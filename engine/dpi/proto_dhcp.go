package dpi

import (
	"strconv"
	"strings"
)

// DHCP: RFC 2131, options of RFC 2132. DHCPv6: RFC 8415.

func init() {
	Register(Dissector{ID: idDhcp, Name: "DHCP", L4: UDP, Ports: []uint16{67, 68}, OnlyPorts: true, Min: 240, First: "\x01\x02", Func: dissectDHCP})
	Register(Dissector{ID: idDhcpv6, Name: "DHCPV6", L4: UDP, Ports: []uint16{546, 547}, OnlyPorts: true, Min: 4, Func: func(c *Context) Verdict {
		if c.B[0] >= 1 && c.B[0] <= 36 {
			return c.Found(idDhcpv6)
		}
		return No
	}})
}

func dissectDHCP(c *Context) Verdict {
	b := c.B
	if be32(b[236:]) != 0x63825363 || b[2] > 16 {
		return No
	}
	m := c.Meta()
	if b[1] == 1 && b[2] == 6 {
		copy(m.DHCPMAC[:], b[28:34])
	}
	c.Set(0, idDhcp)
	for o := b[240:]; len(o) >= 2 && o[0] != 255; {
		if o[0] == 0 {
			o = o[1:]
			continue
		}
		n := int(o[1])
		if len(o) < 2+n {
			break
		}
		switch v := o[2 : 2+n]; o[0] {
		case 12: // host name
			m.DHCPName = strings.TrimRight(string(v), "\x00")
			m.HostName = strings.ToLower(m.DHCPName)
		case 55: // parameter request list: a fingerprint of the client
			list := make([]string, n)
			for i, x := range v {
				list[i] = strconv.Itoa(int(x))
			}
			m.DHCPFingerprint = strings.Join(list, ",")
		}
		o = o[2+n:]
	}
	return Found
}
