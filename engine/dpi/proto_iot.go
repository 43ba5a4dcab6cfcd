package dpi

// CoAP: RFC 7252. Modbus/TCP: Modbus Messaging on TCP/IP, section 3.1.3. DNP3:
// IEEE 1815. IEC 60870-5-104. S7: RFC 1006 with protocol id 0x32 or 0x72.
// BACnet/IP: ASHRAE 135 annex J. EtherNet/IP: ODVA volume 2. OPC UA: OPC
// 10000-6, section 7.1.

func init() {
	signature(Dissector{ID: idCoap, Name: "COAP", L4: UDP, Ports: []uint16{5683, 5684}, Min: 4, Priority: 5, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0]>>6 == 1 && b[0]&15 <= 8 && (b[1]>>5 <= 5 && b[1]>>5 != 1 && b[1]>>5 != 3) && b[1]&0x1f <= 15
	})
	either(Dissector{ID: idModbus, Name: "Modbus", L4: TCP, Ports: []uint16{502}, Min: 8, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return be16(b[2:]) == 0 && be16(b[4:]) >= 2 && be16(b[4:])+6 <= len(b) && b[7]&0x7f <= 111
	})
	signature(Dissector{ID: idDnp3, Name: "DNP3", L4: TCP | UDP, Ports: []uint16{20000}, Min: 10, First: "\x05"}, func(_ *Context, b []byte) bool {
		return b[1] == 0x64 && b[2] >= 5
	})
	either(Dissector{ID: idIec60870, Name: "IEC60870", L4: TCP, Ports: []uint16{2404}, Min: 6, First: "\x68", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[1] >= 4 && int(b[1])+2 <= len(b)
	})
	either(Dissector{ID: idS7comm, Name: "S7Comm", L4: TCP, Ports: []uint16{102}, Min: 8, First: "\x03", Priority: -1}, func(c *Context, b []byte) bool {
		if b[1] != 0 || be16(b[2:]) > len(b) || b[5] != 0xf0 {
			return false
		}
		switch b[7] {
		case 0x32:
			return true
		case 0x72:
			c.Set(0, idS7commPlus)
		}
		return false
	})
	Register(Dissector{ID: idS7commPlus, Name: "S7CommPlus", L4: TCP, Ports: []uint16{102}, Min: 8, First: "\x03", MaxPackets: 6, Priority: -2, Func: dissectCOTP})
	signature(Dissector{ID: idBacnet, Name: "BACnet", L4: UDP, Ports: []uint16{47808}, Min: 4, First: "\x81"}, func(_ *Context, b []byte) bool {
		return b[1] <= 0x0c && be16(b[2:]) == len(b)
	})
	either(Dissector{ID: idEthernetIp, Name: "EthernetIP", L4: TCP | UDP, Ports: []uint16{44818}, Min: 24, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		command := le16(b)
		return le16(b[2:])+24 == len(b) && (command <= 4 || command >= 0x63 && command <= 0x75)
	})
	signature(Dissector{ID: idOpcUa, Name: "OPC-UA", L4: TCP, Ports: []uint16{4840}, Min: 8, First: "HAOMCER"}, func(_ *Context, b []byte) bool {
		switch string(b[:4]) {
		case "HELF", "ACKF", "OPNF", "MSGF", "CLOF", "ERRF", "RHEF":
			return int(le32(b[4:])) == len(b)
		}
		return false
	})
	signature(Dissector{ID: idHartIp, Name: "HART-IP", L4: TCP | UDP, Ports: []uint16{5094, 5095}, Min: 8, First: "\x01\x02", Priority: 4}, func(c *Context, b []byte) bool {
		return (b[0] == 1 || b[0] == 2) && b[1]&15 <= 3 && b[2] <= 4 && be16(b[6:]) == len(b) && be16(b[4:]) < 0xff00
	})
	// DLMS/COSEM wrapper (IEC 62056-47): version 1, source and destination, length.
	signature(Dissector{ID: idIec62056, Name: "IEC62056", L4: TCP | UDP, Ports: []uint16{4059}, Min: 9, First: "\x00", Priority: 4}, func(_ *Context, b []byte) bool {
		return be16(b) == 1 && be16(b[6:]) == len(b)-8 && (b[8] == 0x60 || b[8] == 0x61 || b[8] == 0xc0 || b[8] == 0xc4 || b[8] == 0xc1 || b[8] == 0xc5)
	})
	signature(Dissector{ID: idKnxnetIp, Name: "KNXnet_IP", L4: TCP | UDP, Ports: []uint16{3671}, Min: 6, First: "\x06"}, func(_ *Context, b []byte) bool {
		return b[1] == 0x10 && be16(b[4:]) == len(b)
	})
	signature(Dissector{ID: idFins, Name: "FINS", L4: TCP | UDP, Ports: []uint16{9600}, Min: 12, OnlyPorts: true}, func(c *Context, b []byte) bool {
		return has(b, "FINS") || b[0]&0x80 != 0 && b[1] == 0 && b[2] <= 7
	})
}

// dissectCOTP follows ISO transport on port 102 to what runs in it: S7comm plus
// or MMS (ISO 9506 over RFC 1006, session SPDU 0x0D or ACSE).
func dissectCOTP(c *Context) Verdict {
	b := c.B
	if b[1] != 0 || be16(b[2:]) > len(b) {
		return No
	}
	switch {
	case b[5] == 0xe0 || b[5] == 0xd0:
		return More
	case b[5] == 0xf0 && b[7] == 0x72:
		return c.Found(idS7commPlus)
	case b[5] == 0xf0 && b[7] == 0x0d && len(b) > 20 && contains(b, "\x28\xca\x22\x02"): // object id 1.0.9506.2.x
		return c.Found(idIso95061Mms)
	case b[5] == 0xf0 && len(b) > 12 && hasAt(b, 7, "\x01\x00\x01\x00\x61"):
		return c.Found(idIso95061Mms)
	}
	return No
}
