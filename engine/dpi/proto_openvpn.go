package dpi

// OpenVPN: "OpenVPN wire protocol" (openvpn-rfc): opcode and key id, session id.
// Over TCP a length of two bytes comes first.

func init() {
	Register(Dissector{ID: idOpenvpn, Name: "OpenVPN", L4: TCP | UDP, Ports: []uint16{1194}, Min: 14, MaxPackets: 6, Priority: 3, Func: dissectOpenVPN})
}

// Opcodes, in the upper five bits.
const (
	ovpnClientReset1 = 1
	ovpnServerReset1 = 2
	ovpnControl      = 4
	ovpnAck          = 5
	ovpnClientReset2 = 7
	ovpnServerReset2 = 8
	ovpnClientReset3 = 10
	ovpnControlWKC   = 11 // with the client's wrapped key
)

// A reset is small; what is larger and looks like one is QUIC.
const ovpnMaxReset = 1200

func dissectOpenVPN(c *Context) Verdict {
	b, note := c.B, c.Note()
	if c.L4 == TCP {
		if n := be16(b); n < 14 || c.NDir() == 1 && n != len(b)-2 {
			return No
		}
		b = b[2:]
	}
	reset := false
	switch b[0] >> 3 {
	case ovpnClientReset1, ovpnServerReset1, ovpnClientReset2, ovpnServerReset2, ovpnClientReset3:
		reset = true
	case ovpnControl, ovpnAck, ovpnControlWKC:
	default:
		return No
	}
	if b[0]&7 != 0 || reset && len(b) >= ovpnMaxReset || len(b) < 9 {
		return No
	}
	// Each side keeps its session id; 32 bits of it are noted.
	session := be64(b[1:])
	id, shift := uint64(uint32(session>>32)^uint32(session)), 32*c.Dir()
	switch mine := *note >> shift & 0xffffffff; {
	case session == 0 || c.NDir() == 1 && !reset:
		return No
	case mine == 0:
		*note |= id << shift
	case mine != id:
		return No
	}
	if c.NDir() >= 2 && c.NOther() >= 2 || c.NDir() >= 4 && c.NOther() == 0 {
		return c.Found(idOpenvpn)
	}
	// The server's answer repeats the client's session id in its acknowledgement,
	// behind its own id, an optional HMAC with packet id and time, and the count.
	other := *note >> (32 - shift) & 0xffffffff
	for i := 10; other != 0 && i+8 <= len(b) && i < 120; i++ {
		if uint64(be32(b[i:])^be32(b[i+4:])) == other {
			return c.Found(idOpenvpn)
		}
	}
	return More
}
