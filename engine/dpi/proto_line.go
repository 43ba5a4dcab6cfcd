package dpi

// LINE calls: packets before the RTP stream count up in their fourth byte, each
// side for itself, and fixed openings from LINE's addresses; as nDPI 4.11 looks
// for them.

func init() {
	Register(Dissector{ID: idLineCall, Name: "LineCall", L4: UDP, Min: 2, MaxPackets: 18, Priority: 4, Func: dissectLine})
}

// lineNeeded is how many packets of each side must count up.
const lineNeeded = 4

func dissectLine(c *Context) Verdict {
	b, note := c.B, c.Note()
	if c.E.addrs.find(c.T.Server) == idLine && lineOpening(b) {
		c.Set(0, idLineCall)
		return Found
	}
	if len(b) <= 10 {
		return No
	}
	// Of each direction 16 bits: how many so far, the first number.
	shift := 16 * c.Dir()
	count, base := *note>>shift&0xff, *note>>(shift+8)&0xff
	switch {
	case count == 0:
		*note |= (uint64(b[3])<<8 | 1) << shift
		return More
	case rtpHeader(b) || rtcpHeader(b):
		if c.N() < 10 {
			return More
		}
		return No
	case byte(base+count) != b[3]:
		return No
	}
	*note += 1 << shift
	if *note&0xff >= lineNeeded && *note>>16&0xff >= lineNeeded {
		if *note>>8&0xff == *note>>24&0xff {
			return No // two counters with the same start are no proof
		}
		c.Set(0, idLineCall)
		return Found
	}
	return More
}

func lineOpening(b []byte) bool {
	switch {
	case len(b) == 110 && be32(b) == 0xb618006a, len(b) == 46 && be32(b) == 0xb6130006,
		len(b) == 8 && be32(b) == 0xb6070004, len(b) == 16 && be32(b) == 0xb609000c:
		return true
	case b[0] == 0xd0:
		return b[1] == 0xb3 || b[1] == 0xb4 || b[1] == 0xda || b[1] == 0xdb
	case len(b) >= 738 && (b[0] == 0xda || b[0] == 0xdb):
		return be16(b[4:]) == 0x0602
	case len(b) >= 150 && (b[0] == 0xd8 || b[0] == 0xd9):
		kind := b[1] & 0xf0
		return (kind == 0x90 || kind == 0xd0 || kind == 0xe0) && be16(b[4:]) == 0x0602
	}
	return false
}
