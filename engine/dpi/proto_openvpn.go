package dpi

// OpenVPN: "OpenVPN wire protocol" (openvpn-rfc): opcode and key id, session id.
// Over TCP a length of two bytes comes first.

func init() {
	Register(Dissector{ID: idOpenvpn, Name: "OpenVPN", L4: TCP | UDP, Ports: []uint16{1194}, Min: 14, MaxPackets: 6, Priority: 3, Func: dissectOpenVPN})
}

// Opcodes, in the upper five bits.
const (
	ovpnControl      = 4
	ovpnAck          = 5
	ovpnClientReset1 = 1
	ovpnClientReset2 = 7
	ovpnServerReset2 = 8
	ovpnClientReset3 = 10
)

func dissectOpenVPN(c *Context) Verdict {
	b, note := c.B, c.Note()
	if c.L4 == TCP {
		if be16(b) != len(b)-2 && be16(b) > len(b)-2 || be16(b) < 14 {
			return No
		}
		b = b[2:]
	}
	op := b[0] >> 3
	session := be64(b[1:]) & 0xffffffffffff
	if session == 0 {
		return No
	}
	if c.FromClient || c.NOther() == 0 {
		if *note == 0 {
			if b[0]&7 != 0 || op != ovpnClientReset2 && op != ovpnClientReset1 && op != ovpnClientReset3 || len(b) > 1300 {
				return No
			}
			*note = session
			return More
		}
		return More
	}
	// The server's answer repeats the client's session id in its acknowledgement,
	// behind its own id, an optional HMAC with packet id and time, and the count.
	if op != ovpnServerReset2 && op != ovpnControl && op != ovpnAck && op != 2 {
		return No
	}
	for i := 10; i+8 <= len(b) && i < 120; i++ {
		if be64(b[i:])&0xffffffffffff == *note && *note != 0 {
			return c.Found(idOpenvpn)
		}
	}
	return No
}
