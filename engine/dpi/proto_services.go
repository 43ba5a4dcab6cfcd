package dpi

import "bytes"

// Services with a short opening; those without a document here have the
// constants that nDPI 4.11 looks for. BJNP: Canon's printer protocol.
// HiSLIP: IVI-6.1. Munin: node protocol. DLEP: RFC 8175. AFP: DSI header. AMS:
// Beckhoff TC1000 documentation. Ceph: messenger banner. OpenFlow: 1.5 header.
// Skinny: SCCP header. Whois: RFC 3912. ICA and CGP: Citrix. UFTP: version 4 and
// 5. TRDP: IEC 61375-2-3. C12.22: ANSI. C37.118: IEEE synchrophasors.

func init() {
	signature(Dissector{ID: idBjnp, Name: "BJNP", L4: UDP, Ports: []uint16{8611, 8612}, Min: 5, First: "BM"}, func(_ *Context, b []byte) bool {
		return has(b, "BJNP") || has(b, "BNJB") || has(b, "BJNB") || has(b, "MFNP")
	})
	signature(Dissector{ID: idHislip, Name: "HiSLIP", L4: TCP, Ports: []uint16{4880}, Min: 16, First: "H"}, func(_ *Context, b []byte) bool {
		return has(b, "HS") && be64(b[8:]) == uint64(len(b)-16)
	})
	signature(Dissector{ID: idMunin, Name: "Munin", L4: TCP, Ports: []uint16{4949}, Min: 16, First: "#"}, func(c *Context, b []byte) bool {
		const banner = "# munin node at "
		if !has(b, banner) {
			return false
		}
		line, _ := firstLine(b[len(banner):])
		c.Meta().HostName = hostText(line)
		return true
	})
	signature(Dissector{ID: idDlep, Name: "DLEP", L4: TCP | UDP, Ports: []uint16{854}, Min: 9}, func(c *Context, b []byte) bool {
		return has(b, "DLEP") || c.L4 == TCP && c.Port(854) && be16(b) < 0x11 && be16(b[2:]) == len(b)-4
	})
	signature(Dissector{ID: idTivoconnect, Name: "TiVoConnect", L4: UDP, Ports: []uint16{2190}, Min: 12, First: "Tt"}, func(_ *Context, b []byte) bool {
		return bytes.EqualFold(b[:12], []byte("tivoconnect="))
	})
	signature(Dissector{ID: idAfp, Name: "AFP", L4: TCP, Ports: []uint16{548}, Min: 16, First: "\x00\x01", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0] <= 1 && (b[1] >= 1 && b[1] <= 8) && be32(b[12:]) == 0 && int(be32(b[8:]))+16 <= len(b)
	})
	signature(Dissector{ID: idBeckhoffAds, Name: "BeckhoffADS", L4: TCP, Ports: []uint16{48898}, Min: 38, First: "\x00"}, func(_ *Context, b []byte) bool {
		flags := le16(b[24:]) // AMS/TCP header of 6 bytes, then the AMS header of 32
		return be16(b) == 0 && int(le32(b[2:])) == len(b)-6 && int(le32(b[26:])) == len(b)-38 && (flags == 4 || flags == 5) && le16(b[22:]) <= 9
	})
	signature(Dissector{ID: idCeph, Name: "Ceph", L4: TCP, Ports: []uint16{3300, 6789}, Min: 7, First: "c"}, func(_ *Context, b []byte) bool {
		return has(b, "ceph v")
	})
	signature(Dissector{ID: idCheckmk, Name: "CHECKMK", L4: TCP, Ports: []uint16{6556}, Min: 15, First: "<"}, func(_ *Context, b []byte) bool {
		return has(b, "<<<check_mk>>>")
	})
	signature(Dissector{ID: idCip, Name: "CIP", L4: UDP, Ports: []uint16{2222}, Min: 12, OnlyPorts: true}, func(c *Context, b []byte) bool {
		if c.T.SrvPort != c.T.CliPort || b[1] != 0 {
			return false
		}
		off := 2 // common packet format: items of type, length, data
		for range int(b[0]) {
			if off+4 > len(b) {
				return false
			}
			off += 4 + le16(b[off+2:])
		}
		return off == len(b)
	})
	signature(Dissector{ID: idCitrix, Name: "Citrix", L4: TCP, Ports: []uint16{1494, 2598}, Min: 6, First: "\x7f\x1a"}, func(_ *Context, b []byte) bool {
		return has(b, "\x7f\x7fICA\x00") || has(b, "\x1aCGP/01")
	})
	signature(Dissector{ID: idCpha, Name: "CPHA", L4: UDP, Ports: []uint16{8116}, Min: 21, OnlyPorts: true, First: "\x1a"}, func(c *Context, b []byte) bool {
		return b[1] == 0x90 && c.T.SrvPort == c.T.CliPort
	})
	signature(Dissector{ID: idGearman, Name: "Gearman", L4: TCP, Ports: []uint16{4730}, Min: 12, First: "\x00"}, func(_ *Context, b []byte) bool {
		return (hasAt(b, 1, "REQ") || hasAt(b, 1, "RES")) && be32(b[4:]) <= 64 && be32(b[4:]) > 0
	})
	signature(Dissector{ID: idJrmi, Name: "JRMI", L4: TCP, Ports: []uint16{1099}, Min: 6, First: "J"}, func(_ *Context, b []byte) bool {
		return has(b, "JRMI\x00")
	})
	signature(Dissector{ID: idNano, Name: "Nano", L4: TCP, Ports: []uint16{7075}, Min: 8, First: "R"}, func(c *Context, b []byte) bool {
		return has(b, "RC") && b[2] >= b[3] && b[3] >= b[4] && b[4] >= 10 && b[5] <= 0x0f
	})
	signature(Dissector{ID: idOpenflow, Name: "OpenFlow", L4: TCP, Ports: []uint16{6633, 6653}, Min: 8, First: "\x01\x04\x05\x06", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[1] < 36 && be16(b[2:]) <= len(b) && be16(b[2:]) >= 8
	})
	signature(Dissector{ID: idSkinny, Name: "CiscoSkinny", L4: TCP, Ports: []uint16{2000}, Min: 12, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		version, id := le32(b[4:]), le32(b[8:])
		return int(le32(b))+8 <= len(b) && version <= 0x16 && (id <= 0x160 || id == 0x8000)
	})
	signature(Dissector{ID: idTailscale, Name: "Tailscale", L4: UDP, Ports: []uint16{41641}, Min: 7, First: "T"}, func(_ *Context, b []byte) bool {
		return has(b, "TS\xf0\x9f\x92\xac") // disco messages
	})
	signature(Dissector{ID: idWhoisDas, Name: "Whois-DAS", L4: TCP, Ports: []uint16{43, 4343}, OnlyPorts: true, Min: 3}, func(c *Context, b []byte) bool {
		if !c.FromClient || !bytes.HasSuffix(b, []byte("\r\n")) || !printable(b) {
			return false
		}
		line, _ := firstLine(b)
		c.Meta().HostName = hostText(line)
		return true
	})
	signature(Dissector{ID: idUftp, Name: "UFTP", L4: UDP, Ports: []uint16{1044}, Min: 24, First: "\x40\x50"}, func(_ *Context, b []byte) bool {
		return b[1] < 22 && b[15] == 0 && b[16] == b[1]
	})
	signature(Dissector{ID: idTrdp, Name: "TRDP", L4: TCP | UDP, Ports: []uint16{17224, 17225}, Min: 40}, func(_ *Context, b []byte) bool {
		size := int(be32(b[20:])) // header: counter, version, type, two topology counters, length
		switch {
		case b[6] == 'P' && (b[7] == 'd' || b[7] == 'r' || b[7] == 'p'):
			return be32(b[24:]) == 0 && size <= len(b)-40 && len(b)-40-size < 4
		case b[6] == 'M' && len(b) >= 116:
			return size <= len(b)-116 && len(b)-116-size < 4
		}
		return false
	})
	signature(Dissector{ID: idC1222, Name: "ANSI_C1222", L4: TCP | UDP, Ports: []uint16{1153}, Min: 50, First: "\x60"}, func(_ *Context, b []byte) bool {
		return byte(len(b)-2) == b[1] && b[2] == 0xa2 && b[4] == 0x06
	})
	signature(Dissector{ID: idIeeeC37118, Name: "IEEE-C37118", L4: TCP | UDP, Ports: []uint16{4712, 4713}, Min: 17, First: "\xaa"}, func(_ *Context, b []byte) bool {
		return b[1]>>4 < 6 && be16(b[2:]) == len(b) && crc16(b[:len(b)-2]) == uint16(be16(b[len(b)-2:]))
	})
	signature(Dissector{ID: idTplinkShp, Name: "TPLINK_SHP", L4: TCP | UDP, Ports: []uint16{9999}, OnlyPorts: true, Min: 8}, func(c *Context, b []byte) bool {
		if c.L4 == TCP { // a length first; the text is XORed with its predecessor, starting with 171
			if int(be32(b)) != len(b)-4 {
				return false
			}
			b = b[4:]
		}
		return len(b) > 1 && b[0]^171 == '{' && (b[1]^b[0] == '"' || b[1]^b[0] == '\n' || b[1]^b[0] == '}')
	})
	signature(Dissector{ID: idEaq, Name: "EAQ", L4: UDP, Ports: []uint16{6000}, OnlyPorts: true, Min: 16}, func(_ *Context, b []byte) bool {
		return len(b) == 16 && b[0] <= 9 && b[1] <= 9 && b[2] <= 9 && b[3] <= 9 // a counter, one digit a byte
	})
	signature(Dissector{ID: idNestLogSink, Name: "NestLogSink", L4: TCP, Ports: []uint16{11095}, OnlyPorts: true, Min: 8}, func(_ *Context, b []byte) bool {
		return b[1] <= 2 && (b[2] == 0 || b[2] == 0x10) && b[3] == 0x13
	})
}

// crc16 is CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xffff.
func crc16(b []byte) uint16 {
	crc := uint16(0xffff)
	for _, x := range b {
		crc ^= uint16(x) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
