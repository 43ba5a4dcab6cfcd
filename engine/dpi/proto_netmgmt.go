package dpi

// NetFlow and IPFIX: RFC 3954, RFC 7011. sFlow 5: sflow.org. PTP: IEEE 1588.
// NAT-PMP and PCP: RFC 6886, RFC 6887. SLP: RFC 2608. CAPWAP: RFC 5415. GTP:
// 3GPP TS 29.060, 29.281. RMCP: IPMI 2.0, 13.1.3. WSD: OASIS WS-Discovery.

func init() {
	signature(Dissector{ID: idNetflow, Name: "NetFlow", L4: UDP, Ports: []uint16{2055, 2056, 9995, 9996, 4739}, Min: 16, First: "\x00", Priority: 2}, func(c *Context, b []byte) bool {
		v, n := be16(b), be16(b[2:])
		if c.Port(53) {
			return false
		}
		switch v {
		case 1, 5, 7:
			size, head := map[int]int{1: 52, 5: 48, 7: 52}[v], map[int]int{1: 16, 5: 24, 7: 24}[v]
			return n >= 1 && n <= 30 && head+n*size == len(b)
		case 9:
			return n >= 1 && n <= 60 && len(b) >= 24 && be32(b[8:]) > 900000000 && be16(b[22:]) <= len(b)-20 && be16(b[22:]) >= 4
		case 10:
			return n == len(b) && be32(b[4:]) > 900000000
		}
		return false
	})
	signature(Dissector{ID: idSflow, Name: "sFlow", L4: UDP, Ports: []uint16{6343}, Min: 24, First: "\x00", Priority: 2}, func(_ *Context, b []byte) bool {
		return be32(b) == 5 && (be32(b[4:]) == 1 || be32(b[4:]) == 2)
	})
	signature(Dissector{ID: idPtpv2, Name: "PTPv2", L4: UDP, Ports: []uint16{319, 320}, OnlyPorts: true, Min: 34}, func(_ *Context, b []byte) bool {
		return b[1]&15 == 2 && be16(b[2:]) <= len(b) && b[0]&15 <= 13
	})
	signature(Dissector{ID: idNatpmp, Name: "NAT-PMP", L4: UDP, Ports: []uint16{5350, 5351}, OnlyPorts: true, Min: 2}, func(_ *Context, b []byte) bool {
		return b[0] == 0 && (b[1]&0x7f <= 2) || b[0] == 2 && len(b) >= 24
	})
	signature(Dissector{ID: idServiceLocation, Name: "Service_Location_Protocol", L4: TCP | UDP, Ports: []uint16{427}, OnlyPorts: true, Min: 14}, func(_ *Context, b []byte) bool {
		return b[0] == 2 && b[1] >= 1 && b[1] <= 11 && be24(b[2:]) <= len(b) || b[0] == 1 && b[1] <= 10 && be16(b[2:]) <= len(b)
	})
	signature(Dissector{ID: idCapwap, Name: "CAPWAP", L4: UDP, Ports: []uint16{5246, 5247}, OnlyPorts: true, Min: 8}, func(_ *Context, b []byte) bool {
		return b[0] == 0 || b[0] == 1
	})
	Register(Dissector{ID: idGtp, Name: "GTP", L4: UDP, Ports: []uint16{2123, 2152, 3386}, OnlyPorts: true, Min: 8, Func: dissectGTP})
	signature(Dissector{ID: idPfcp, Name: "PFCP", L4: UDP, Ports: []uint16{8805}, OnlyPorts: true, Min: 8}, func(_ *Context, b []byte) bool { // 3GPP TS 29.244
		return b[0]>>5 == 1 && be16(b[2:])+4 == len(b)
	})
	signature(Dissector{ID: idRmcp, Name: "RMCP", L4: UDP, Ports: []uint16{623}, OnlyPorts: true, Min: 4}, func(_ *Context, b []byte) bool {
		return b[0] == 6 && b[1] == 0 && b[3]&0x1f >= 6 && b[3]&0x1f <= 8
	})
	signature(Dissector{ID: idWsd, Name: "WSD", L4: UDP, Ports: []uint16{3702}, OnlyPorts: true, Min: 40, First: "<"}, func(_ *Context, b []byte) bool {
		return has(b, "<?xml") || has(b, "<soap")
	})
	signature(Dissector{ID: idXdmcp, Name: "XDMCP", L4: UDP, Ports: []uint16{177}, OnlyPorts: true, Min: 6}, func(_ *Context, b []byte) bool {
		return be16(b) == 1 && be16(b[2:]) >= 1 && be16(b[2:]) <= 14 && be16(b[4:])+6 == len(b)
	})
	signature(Dissector{ID: idCollectd, Name: "collectd", L4: UDP, Ports: []uint16{25826}, Min: 20, First: "\x00\x02"}, dissectCollectd)
	// Zabbix: "Header" of its protocol: ZBXD and flags.
	signature(Dissector{ID: idZabbix, Name: "Zabbix", L4: TCP, Ports: []uint16{10050, 10051}, First: "Z", Min: 5}, func(_ *Context, b []byte) bool {
		return has(b, "ZBXD") && b[4] >= 1 && b[4] <= 7
	})
	signature(Dissector{ID: idMerakiCloud, Name: "MerakiCloud", L4: UDP, Ports: []uint16{7351}, OnlyPorts: true, Min: 5}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xfef72891 // the constant nDPI 4.11 looks for
	})
}

// dissectGTP tells user plane, control plane and charging by port and version.
func dissectGTP(c *Context) Verdict {
	b := c.B
	version, n := b[0]>>5, be16(b[2:])
	switch {
	case c.Port(3386) && version <= 2 && b[0]&0x10 == 0:
		if (n+6 == len(b) || n+20 == len(b)) && b[1] >= 1 {
			c.Set(idGtp, idGtpPrime)
			return Found
		}
	case c.Port(2152) && version == 1 && b[0]&0x10 != 0 && n+8 <= len(b):
		c.Set(idGtp, idGtpU)
		return Found
	case c.Port(2123) && (version == 1 && n+8 <= len(b) || version == 2 && n+4 <= len(b)):
		c.Set(idGtp, idGtpC)
		return Found
	}
	if n+8 == len(b) && version <= 2 || n+4 == len(b) {
		return c.Found(idGtp)
	}
	return No
}

// dissectCollectd reads parts of type, length and value (collectd wiki, "Binary
// protocol"); part 0 is the host.
func dissectCollectd(c *Context, b []byte) bool {
	host, parts := "", 0
	for len(b) >= 4 {
		kind, n := be16(b), be16(b[2:])
		if n < 4 || n > len(b) || kind > 9 && kind != 0x100 && kind != 0x101 && kind != 0x200 && kind != 0x210 {
			return false
		}
		if kind == 0 && host == "" {
			host, _ = zeroString(b[4:n])
		}
		parts++
		b = b[n:]
	}
	if parts < 3 || len(b) != 0 {
		return false
	}
	if host != "" {
		c.Meta().HostName = hostText([]byte(host))
	}
	return true
}
