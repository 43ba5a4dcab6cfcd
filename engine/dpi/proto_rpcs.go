package dpi

// Remote calls and brokers. CORBA: GIOP (OMG CORBA 3.4 part 2). DCE RPC: C706.
// Thrift: binary protocol, strict form. NATS: client protocol. STOMP 1.2. Kafka:
// protocol guide, request header. JSON-RPC 2.0. AJP 1.3. FastCGI 1.0. SOME/IP:
// AUTOSAR. DRDA: Open Group DDM. OpenWire: ActiveMQ.

func init() {
	signature(Dissector{ID: idCorba, Name: "Corba", L4: TCP | UDP, Min: 12, First: "GZM"}, func(_ *Context, b []byte) bool {
		return has(b, "GIOP\x01") || has(b, "ZIOP\x01") || has(b, "MIOP\x10") || has(b, "MIOP")
	})
	Register(Dissector{ID: idDcerpc, Name: "DCERPC", L4: TCP | UDP, Ports: []uint16{135}, Min: 16, First: "\x05\x04", MaxPackets: 3, Func: dissectDCERPC})
	either(Dissector{ID: idApacheThrift, Name: "Thrift", L4: TCP | UDP, Min: 13, First: "\x00\x80\x82", Priority: 3}, func(c *Context, b []byte) bool {
		if b[0] == 0 { // framed transport: a length first
			if int(be32(b))+4 != len(b) {
				return false
			}
			b = b[4:]
		}
		if len(b) < 9 {
			return false
		}
		if b[0] == 0x82 { // compact: version and type, sequence, name
			n := int(b[3])
			return b[1]&0x1f == 1 && b[1]>>5 >= 1 && b[1]>>5 <= 4 && n > 0 && n < len(b)-4 && printable(b[4:4+n])
		}
		if be16(b) != 0x8001 || b[2] != 0 || b[3] < 1 || b[3] > 4 {
			return false
		}
		n := int(be32(b[4:]))
		return n > 0 && n < 256 && 8+n <= len(b) && printable(b[8:8+n])
	})
	either(Dissector{ID: idNats, Name: "Nats", L4: TCP, Ports: []uint16{4222}, Min: 5, First: "ICPSMU+-"}, func(_ *Context, b []byte) bool {
		return has(b, "INFO {") || has(b, "CONNECT {") || has(b, "SUB ") && contains(b, "\r\n") && printable(b) || has(b, "MSG ") && contains(b, "\r\n") || has(b, "PUB ") && contains(b, "\r\n")
	})
	signature(Dissector{ID: idStomp, Name: "STOMP", L4: TCP, Ports: []uint16{61613}, Min: 9, First: "CSE"}, func(_ *Context, b []byte) bool {
		return has(b, "CONNECT\n") || has(b, "STOMP\n") || has(b, "CONNECTED\n") || has(b, "CONNECT\r\n") || has(b, "STOMP\r\n")
	})
	either(Dissector{ID: idApacheKafka, Name: "Kafka", L4: TCP, Ports: []uint16{9092}, Min: 14, First: "\x00"}, func(_ *Context, b []byte) bool {
		n := int(be32(b))
		key, version, client := be16(b[4:]), be16(b[6:]), be16(b[12:])
		return n+4 == len(b) && key <= 67 && version <= 16 && (client == 0xffff || 14+client <= len(b) && client > 0 && printable(b[14:14+client]))
	})
	signature(Dissector{ID: idJsonRpc, Name: "JSON-RPC", L4: TCP, Min: 20, First: "{", Priority: 3}, func(_ *Context, b []byte) bool {
		return contains(b, `"jsonrpc":"2.0"`) || contains(b, `"jsonrpc": "2.0"`)
	})
	signature(Dissector{ID: idAjp, Name: "AJP", L4: TCP, Ports: []uint16{8009}, Min: 5, First: "\x12A"}, func(_ *Context, b []byte) bool {
		return b[0] == 0x12 && b[1] == 0x34 && be16(b[2:])+4 <= len(b)+8192 && (b[4] == 2 || b[4] >= 7 && b[4] <= 10) || has(b, "AB") && b[4] >= 3 && b[4] <= 9 && be16(b[2:]) > 0 && be16(b[2:]) <= 8192
	})
	signature(Dissector{ID: idFastcgi, Name: "FastCGI", L4: TCP, Ports: []uint16{9000}, Min: 16, First: "\x01"}, func(_ *Context, b []byte) bool {
		return b[1] == 1 && be16(b[4:]) == 8 && b[8] == 0 && b[9] >= 1 && b[9] <= 3 && be32(b[11:]) == 0
	})
	signature(Dissector{ID: idSomeip, Name: "SOMEIP", L4: TCP | UDP, Ports: []uint16{30490, 30491, 30501}, Min: 16, Priority: -1}, func(_ *Context, b []byte) bool {
		switch be32(b) {
		case 0xffff0000, 0xffff8000:
			return be32(b[4:]) == 8 && be32(b[8:]) == 0xdeadbeef
		case 0xffff8100:
			return be32(b[12:])>>24 == 1
		}
		kind := b[14] &^ 0x20 // 0x20 marks segments
		ok := kind <= 2 || kind >= 0x40 && kind <= 0x42 || kind == 0x80 || kind == 0x81 || kind == 0xc0 || kind == 0xc1
		return b[12] == 1 && ok && b[15] < 0x40 && int(be32(b[4:]))+8 == len(b) && be16(b) != 0
	})
	signature(Dissector{ID: idDrda, Name: "DRDA", L4: TCP, Ports: []uint16{50000, 446}, Min: 10}, func(_ *Context, b []byte) bool {
		return b[2] == 0xd0 && be16(b) >= be16(b[6:])+6 && be16(b) == be16(b[6:])+6 && be16(b) <= len(b)
	})
	signature(Dissector{ID: idOpenwire, Name: "OpenWire", L4: TCP, Ports: []uint16{61616}, Min: 14, First: "\x00"}, func(_ *Context, b []byte) bool {
		return b[4] == 1 && hasAt(b, 5, "ActiveMQ")
	})
	either(Dissector{ID: idGit, Name: "Git", L4: TCP, Ports: []uint16{9418}, Min: 8, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return contains(b[:min(len(b), 24)], "git-")
	})
	signature(Dissector{ID: idRsync, Name: "RSYNC", L4: TCP, Ports: []uint16{873}, Min: 12, First: "@"}, func(_ *Context, b []byte) bool {
		return has(b, "@RSYNCD:")
	})
	either(Dissector{ID: idSmpp, Name: "SMPP", L4: TCP, Ports: []uint16{2775}, Min: 16, First: "\x00"}, func(_ *Context, b []byte) bool {
		n, id := int(be32(b)), be32(b[4:])&0x7fffffff // SMPP 3.4, section 3.2
		return n >= 16 && n <= len(b) && (id >= 1 && id <= 9 || id == 0x0b || id == 0x15 || id == 0x21 || id == 0x102 || id == 0x103) && be32(b[8:]) <= 0x500 && be32(b[12:]) != 0
	})
	signature(Dissector{ID: idDiameter, Name: "Diameter", L4: TCP, Ports: []uint16{3868}, Min: 20, First: "\x01"}, func(_ *Context, b []byte) bool {
		code := be24(b[5:]) // RFC 6733
		return be24(b[1:]) <= len(b) && be24(b[1:]) >= 20 && be24(b[1:])%4 == 0 && b[4]&0x0f == 0 && (code >= 257 && code <= 282 || code >= 300 && code <= 330)
	})
	signature(Dissector{ID: idHl7, Name: "HL7", L4: TCP, Ports: []uint16{2575}, Min: 8, First: "\x0b"}, func(_ *Context, b []byte) bool {
		return hasAt(b, 1, "MSH|") || hasAt(b, 1, "FHS|") || hasAt(b, 1, "BHS|") // MLLP framing
	})
	signature(Dissector{ID: idPptp, Name: "PPTP", L4: TCP, Ports: []uint16{1723}, Min: 10}, func(_ *Context, b []byte) bool {
		return be32(b[4:]) == 0x1a2b3c4d && be16(b) <= len(b) && be16(b[2:]) == 1 // RFC 2637
	})
	signature(Dissector{ID: idZ3950, Name: "Z3950", L4: TCP, Ports: []uint16{210}, Min: 12, Priority: 4, First: "\xb4\xb5\xb6\xb7"}, func(_ *Context, b []byte) bool {
		_, n, off := berHeader(b, 65535) // ISO 23950: PDUs are context tags 20 and up
		return off > 0 && off+n == len(b) && b[off]&0xc0 == 0x80
	})
	signature(Dissector{ID: idLustre, Name: "Lustre", L4: TCP, Ports: []uint16{988}, Min: 16}, func(c *Context, b []byte) bool {
		return le32(b) == 0x45726963 || le32(b) == 0xacce7100
	})
	signature(Dissector{ID: idMegaco, Name: "Megaco", L4: UDP, Ports: []uint16{2944}, Min: 5, First: "!M"}, func(_ *Context, b []byte) bool {
		return has(b, "!/1 ") || has(b, "!/2 ") || has(b, "!/3 ") || has(b, "MEGACO/") // RFC 3525
	})
	signature(Dissector{ID: idRoughtime, Name: "Roughtime", L4: UDP, Ports: []uint16{2002}, Min: 20, First: "R\x02\x03\x05\x04\x06"}, func(_ *Context, b []byte) bool {
		if has(b, "ROUGHTIM") { // draft-ietf-ntp-roughtime
			return true
		}
		n := int(le32(b)) // tags, then offsets
		return n >= 2 && n <= 8 && len(b) >= 8*n && (hasAt(b, 4*n, "NONC") || hasAt(b, 4*n, "SIG\x00") || hasAt(b, 4*n, "VER\x00") || hasAt(b, 4*n, "PAD\xff") || hasAt(b, 4*n, "SIG\xff") || hasAt(b, 4*n, "VER\xff"))
	})
	Register(Dissector{ID: idBfcp, Name: "BFCP", L4: TCP | UDP, Min: 12, Priority: 5, MaxPackets: 4, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note() // RFC 8855, section 5.1: two messages of one conference
		if version := b[0] >> 5; version != 1 && version != 2 || b[0]&0x0f != 0 || b[1] < 1 || b[1] > 18 || be16(b[2:]) > 256 {
			return No
		}
		conference := uint64(be32(b[4:])) + 1
		if *note == conference && conference > 1 {
			return c.Found(idBfcp)
		}
		if c.L4 == UDP && 4*be16(b[2:])+12 != len(b) {
			return No
		}
		*note = conference
		return More
	}})
	Register(Dissector{ID: idRsh, Name: "RSH", L4: TCP, Ports: []uint16{514}, OnlyPorts: true, Min: 2, MaxPackets: 3, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note() // 4.2BSD rshd: a port in decimal, then two users and a command, each ended by zero
		if *note == 0 {
			if text, rest := zeroString(b[:min(len(b), 8)]); rest != nil && (text == "" || digits([]byte(text))) {
				*note = 1
				return More
			}
			return No
		}
		local, rest := zeroString(b)
		remote, command := zeroString(rest)
		if local != "" && remote != "" && len(command) > 1 && printable([]byte(local+remote)) {
			return c.Found(idRsh)
		}
		return No
	}})
	signature(Dissector{ID: idAtg, Name: "ATG", L4: TCP, Ports: []uint16{10001}, Min: 8, First: "\x01", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return (b[1]|0x20 == 'i' || b[1]|0x20 == 's') && digits(b[2:6]) // tank gauges, Veeder-Root function codes
	})
	signature(Dissector{ID: idIax, Name: "IAX", L4: UDP, Ports: []uint16{4569}, Min: 12, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0]&0x80 != 0 && b[10] >= 1 && b[10] <= 10 // RFC 5456, full frame
	})
	signature(Dissector{ID: idH323, Name: "H323", L4: TCP, Ports: []uint16{1720}, Min: 9, First: "\x03", Priority: 1}, func(_ *Context, b []byte) bool {
		return be16(b) == 0x0300 && be16(b[2:]) <= len(b) && b[4] == 8 && b[5] == 2 // TPKT, Q.931 with a two byte call reference
	})
	signature(Dissector{ID: idTeamspeak, Name: "TeamSpeak", L4: TCP | UDP, Ports: []uint16{9987, 8767}, Min: 20, First: "T\xf4"}, func(_ *Context, b []byte) bool {
		return has(b, "TS3INIT1") || be32(b) == 0xf4be0300 || be32(b) == 0xf4be0200 || be32(b) == 0xf4be0100
	})
	signature(Dissector{ID: idMpegts, Name: "MPEG_TS", L4: UDP, Min: 188, First: "G", Priority: 2}, func(_ *Context, b []byte) bool {
		if len(b)%188 != 0 { // ISO/IEC 13818-1: packets of 188 bytes
			return false
		}
		for i := 0; i < len(b); i += 188 {
			if b[i] != 0x47 {
				return false
			}
		}
		return true
	})
	signature(Dissector{ID: idRtps, Name: "RTPS", L4: UDP, Min: 16, First: "R"}, func(_ *Context, b []byte) bool {
		return has(b, "RTPS") && b[4] <= 2 // OMG DDSI-RTPS
	})
	signature(Dissector{ID: idEgd, Name: "EthernetGlobalData", L4: UDP, Ports: []uint16{18246}, Min: 32, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0] == 13 && b[1] == 1
	})
	signature(Dissector{ID: idKismet, Name: "Kismet", L4: TCP, Ports: []uint16{2501}, Min: 10, First: "*"}, func(_ *Context, b []byte) bool {
		return has(b, "*KISMET:")
	})
	Register(Dissector{ID: idTinc, Name: "TINC", L4: TCP, Ports: []uint16{655}, Min: 6, First: "0", MaxPackets: 4, Func: func(c *Context) Verdict {
		line, whole := firstLine(c.B) // tinc manual, "Meta-protocol": ID message "0 name 17"
		if whole && has(line, "0 ") && len(line) > 5 && hasAt(line, len(line)-3, " 17") {
			if c.NOther() > 0 {
				return c.Found(idTinc)
			}
			return More
		}
		return No
	}})
	Register(Dissector{ID: idRx, Name: "RX", L4: UDP, Min: 28, Priority: 2, MaxPackets: 4, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note() // "RX protocol specification": epoch, connection, call, numbers, type, flags
		if b[20] < 1 || b[20] > 13 || b[21] > 0x2f || be32(b) == 0 {
			return No
		}
		id := be64(b) &^ 3 // the low bits of the connection id are a channel
		if *note == id && c.NOther() > 0 {
			return c.Found(idRx)
		}
		*note = id
		return More
	}})
	Register(Dissector{ID: idMonero, Name: "Monero", L4: TCP, Ports: []uint16{18080}, Min: 8, First: "\x01", MaxPackets: 2, Func: func(c *Context) Verdict {
		if be64(c.B) == 0x0121010101010101 { // Levin protocol
			return c.Found(idMonero)
		}
		return No
	}})
	signature(Dissector{ID: idWebsocket, Name: "WebSocket", L4: TCP, Min: 4, Priority: 9, First: "\x81\x82", MaxPackets: 1}, func(c *Context, b []byte) bool {
		n, head := int(b[1]&0x7f), 2 // RFC 6455, section 5.2: final text or binary frame
		if n == 126 {
			n, head = be16(b[2:]), 4
		}
		if b[1]&0x80 != 0 {
			head += 4
		}
		return c.N() == 1 && n < 65536 && head+n == len(b) && n > 0
	})
}

func dissectDCERPC(c *Context) Verdict {
	b := c.B
	if c.L4 == TCP {
		if b[0] == 5 && b[1] <= 1 && b[2] <= 19 && b[3]&0x80 == 0 && (le16(b[8:]) == len(b) || be16(b[8:]) == len(b)) && (b[4]&0x10 != 0 || b[4] == 0) {
			return c.Found(idDcerpc)
		}
		return No
	}
	if len(b) < 80 || b[0] != 4 || b[1] > 11 || b[2]&^0x7e != 0 && b[2] > 0x7f {
		return No
	}
	n := le16(b[74:])
	if b[4]&0x10 == 0 {
		n = be16(b[74:])
	}
	if n+80 > len(b) {
		return No
	}
	// The object UUID of PROFINET IO ends in the same bytes for all devices (IEC 61158-6-10).
	if hasAt(b, 12, "\x6c\x97\x11\xd1\x82\x71") || hasAt(b, 28, "\x6c\x97\x11\xd1\x82\x71") || c.Port(34964) {
		c.Set(idDcerpc, idProfinetIo)
		return Found
	}
	return c.Found(idDcerpc)
}
