package dpi

// Messengers, cloud agents and vendor protocols that open with constants of
// their own. Where a document describes them it is named; the other constants are
// those that nDPI 4.11 looks for.

func init() {
	Register(Dissector{ID: idDiscord, Name: "Discord", L4: UDP, Min: 8, MaxPackets: 3, Priority: -1, Func: func(c *Context) Verdict {
		b := c.B
		// Voice: "IP discovery" of Discord's developer documentation: type 1 or 2,
		// length 70; and the client's pings.
		if len(b) == 8 && be32(b) == 0x1337cafe || len(b) == 74 && (be32(b) == 0x00010046 && c.N() == 1 || be32(b) == 0x00020046 && c.N() == 2) {
			if len(b) == 74 && b[1] == 1 && c.N() == 1 {
				return More
			}
			return c.Found(idDiscord)
		}
		return No
	}})
	signature(Dissector{ID: idSdRtn, Name: "SD-RTN", L4: UDP, Min: 20}, func(c *Context, b []byte) bool {
		if b[6] != 0x21 || be32(b[12:]) != 0x04534e49 {
			return false
		}
		if n := be16(b[16:]); b[18] == 0 && 19+n <= len(b) {
			c.Meta().HostName = hostText(b[19 : 19+n])
		}
		return true
	})
	signature(Dissector{ID: idAlicloud, Name: "AliCloud", L4: TCP, Min: 8, First: "\xce"}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xcefabeba && (len(b) == 8 && be32(b[4:]) > 0 || int(be32(b[4:])) == len(b)-8)
	})
	signature(Dissector{ID: idAvast, Name: "AVAST", L4: TCP, Min: 6, First: "N", Priority: -9}, func(_ *Context, b []byte) bool {
		return has(b, "NOSA") && le16(b[4:]) == len(b) || has(b, "NOSA") && be16(b[4:]) == len(b)
	})
	signature(Dissector{ID: idHpvirtgrp, Name: "HP_VIRTGRP", L4: TCP, Min: 4, First: "\x16", Priority: -12}, func(c *Context, b []byte) bool {
		return c.N() == 1 && be16(b[1:]) == len(b) && b[3] == 0
	})
	signature(Dissector{ID: idXiaomi, Name: "Xiaomi", L4: TCP, Min: 12, First: "\xc2", Ports: []uint16{5222}}, func(c *Context, b []byte) bool {
		if be32(b) != 0xc2fe0005 || int(be32(b[4:]))+12 != len(b) || be32(b[8:]) != 0x00020016 {
			return false
		}
		// Fields of tag and length follow in protobuf form: 0x3a is the host.
		for o := b[12:]; len(o) >= 2 && int(o[1])+2 <= len(o); {
			if o[0] == 0x28 || o[0] == 0x08 {
				o = o[2:]
				continue
			}
			if o[0] == 0x3a {
				c.Meta().HostName = hostText([]byte(hostOnly(string(o[2 : 2+o[1]]))))
			}
			o = o[2+o[1]:]
		}
		return true
	})
	Register(Dissector{ID: idThreema, Name: "Threema", L4: TCP, Ports: []uint16{5222, 443}, OnlyPorts: true, Min: 2, MaxPackets: 6, Func: func(c *Context) Verdict {
		// The handshake of its cryptography whitepaper: client hello 48, server
		// hello 80, login 191 bytes; an acknowledgement; then frames with a length in front.
		want := []int{0, 48, 80, 191}
		switch n := c.N(); {
		case n <= 3 && len(c.B) == want[n]:
			return More
		case n == 4:
			return More
		case n > 4 && le16(c.B)+2 == len(c.B):
			return c.Found(idThreema)
		}
		return No
	}})
	signature(Dissector{ID: idSyncthing, Name: "Syncthing", L4: UDP, Ports: []uint16{21027}, Min: 5, First: "\x2e"}, func(_ *Context, b []byte) bool {
		return be32(b) == 0x2ea7d90b // Local Discovery Protocol v4
	})
	signature(Dissector{ID: idRipeAtlas, Name: "RipeAtlas", L4: UDP, Min: 25, First: "M"}, func(_ *Context, b []byte) bool {
		return len(b) == 25 && has(b, "MGLNDD") // its traceroute and ping payload
	})
	signature(Dissector{ID: idDropbox, Name: "Dropbox", L4: UDP, Ports: []uint16{17500}, Min: 10, First: "{", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return contains(b, `"host_int"`) // LAN sync announcements
	})
	Register(Dissector{ID: idTelegram, Name: "Telegram", L4: UDP, Min: 40, MaxPackets: 2, Func: dissectTelegram})
	signature(Dissector{ID: idViber, Name: "Viber", L4: TCP, Min: 6, Ports: []uint16{4244, 5242}}, func(c *Context, b []byte) bool {
		return len(b) > 6 && (b[2] == 0x03 && b[3] == 0 || b[2] == 0x6e && b[3] == 0 && b[4] == 0) && le16(b) == len(b) && c.Port(4244, 5242)
	})
	signature(Dissector{ID: idOicq, Name: "OICQ", L4: UDP, Ports: []uint16{8000}, First: "\x02", Min: 11}, func(_ *Context, b []byte) bool {
		version, command := be16(b[1:]), be16(b[3:])
		return b[len(b)-1] == 3 && version != 0 && (command >= 1 && command <= 0xb5 || command >= 0x3f7 && command <= 0x3f9)
	})
	signature(Dissector{ID: idTeamviewer, Name: "TeamViewer", L4: TCP, Ports: []uint16{5938}, OnlyPorts: true, Min: 4}, func(_ *Context, b []byte) bool {
		return b[0] == 0x17 && b[1] == 0x24 || b[0] == 0x11 && b[1] == 0x30
	})
	Register(Dissector{ID: idTeamviewer, Name: "TeamViewer", L4: UDP, Ports: []uint16{5938}, First: "\x00", Min: 14, MaxPackets: 6, Func: func(c *Context) Verdict {
		if c.B[11] != 0x17 || c.B[12] != 0x24 {
			return No
		}
		if c.N() > 1 || c.Port(5938) {
			return c.Found(idTeamviewer)
		}
		return More
	}})
	signature(Dissector{ID: idSoftether, Name: "Softether", L4: UDP, Ports: []uint16{5004}, Min: 2, First: "IA\x00"}, func(c *Context, b []byte) bool {
		return has(b, "IP=") && contains(b, ",PORT=") || len(b) == 1 && b[0] == 'A' && c.Port(5004)
	})
	signature(Dissector{ID: idRadmin, Name: "Radmin", L4: TCP, Ports: []uint16{4899}, Min: 10, First: "\x01"}, func(_ *Context, b []byte) bool {
		return len(b) == 10 && be32(b) == 0x01000000 && b[4] == 1 && be16(b[8:]) == 0x0808
	})
	signature(Dissector{ID: idTuyaLp, Name: "TuyaLP", L4: UDP, Ports: []uint16{6666, 6667}, Min: 20, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return be32(b) == 0x55aa && be32(b[len(b)-4:]) == 0xaa55
	})
	signature(Dissector{ID: idUbntac2, Name: "UBNTAC2", L4: UDP, Ports: []uint16{10001}, Min: 4, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0] <= 2 && be16(b[2:])+4 == len(b) || contains(b, "UBNT")
	})
	Register(Dissector{ID: idZoom, Name: "Zoom", L4: UDP, Ports: []uint16{8801, 8802, 8803, 8804, 8805, 8806, 8807, 8808, 8809, 8810}, Min: 8, MaxPackets: 5, Func: func(c *Context) Verdict {
		b := c.B
		if zoomPeer(b) {
			return c.Found(idZoom)
		}
		if c.T.SrvPort < 8801 && c.T.CliPort < 8801 || c.T.SrvPort > 8810 && c.T.CliPort > 8810 {
			return No
		}
		// Ports of Zoom's firewall guide; the first datagrams of either side.
		if has(b, "\x01\x00\x03") || has(b, "\x01\x00\x02") || has(b, "\x02\x00\x03") || has(b, "\x02\x00\x02") {
			return c.Found(idZoom)
		}
		if b[0] == 5 && len(b) > 16 { // media through the relay: 13 to 16 and 33 to 35
			if k := b[8]; k == 13 || k == 15 || k == 16 || k >= 33 && k <= 35 {
				return c.Found(idZoom)
			}
		}
		if b[0] >= 3 && b[0] <= 5 {
			if c.N() >= 4 {
				return c.Found(idZoom)
			}
			return More
		}
		return No
	}})
	signature(Dissector{ID: idDingtalk, Name: "DingTalk", L4: TCP, Min: 90, First: "\x10"}, func(_ *Context, b []byte) bool {
		return hasAt(b, 2, "\x87\x80\x01\x00\x01\x00\x02\x00\x02\x64\x6b\x03\x00\x20")
	})
}

// zoomPeer reports the first packet of a direct call: type 0x1f, then after 24
// bytes an address and an identifier with lengths in front, and four zeros.
func zoomPeer(b []byte) bool {
	if len(b) <= 36 || !has(b, "\x1f\x02\x01") || be32(b[len(b)-4:]) != 0 {
		return false
	}
	n := uint64(be32(b[24:]))
	if 24+4+n+4 >= uint64(len(b)) {
		return false
	}
	return 24+4+n+4+uint64(be32(b[28+n:]))+4 == uint64(len(b))
}

// dissectTelegram finds the twelve 0xFF bytes in requests to Telegram's call
// reflectors ("tgvoip" relay protocol), whose ports lie between 500 and 600.
func dissectTelegram(c *Context) Verdict {
	if (c.T.SrvPort < 500 || c.T.SrvPort > 600) && (c.T.CliPort < 500 || c.T.CliPort > 600) {
		return No
	}
	if be64(c.B[16:]) == 1<<64-1 && be32(c.B[24:]) == 0xffffffff {
		return c.Found(idTelegram)
	}
	run := 0
	for _, x := range c.B {
		if x != 0xff {
			run = 0
			continue
		}
		if run++; run == 12 {
			return c.Found(idTelegram)
		}
	}
	return No
}
