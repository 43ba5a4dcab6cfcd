package dpi

// RTP and RTCP: RFC 3550, payload types of RFC 3551.

func init() {
	Register(Dissector{ID: idRtp, Name: "RTP", L4: UDP, Min: 12, Priority: 8, MaxPackets: 8, Func: dissectRTP})
}

// rtpHeader reports a plausible header with an assigned payload type.
func rtpHeader(b []byte) bool {
	if len(b) < 12 || b[0]>>6 != 2 {
		return false
	}
	kind := b[1] & 0x7f
	fixed := 12 + 4*int(b[0]&15)
	if b[0]&0x10 != 0 {
		if len(b) < fixed+4 {
			return false
		}
		fixed += 4 + 4*be16(b[fixed+2:])
	}
	if fixed > len(b) {
		return false
	}
	return kind <= 34 && kind != 1 && kind != 2 || kind >= 96
}

// rtcpHeader reports a sender or receiver report, a description or feedback,
// whose length fits.
func rtcpHeader(b []byte) bool {
	return len(b) >= 8 && b[0]>>6 == 2 && b[1] >= 200 && b[1] <= 207 && 4*(be16(b[2:])+1) <= len(b)
}

func dissectRTP(c *Context) Verdict {
	if c.T.SrvPort <= 1024 || c.T.CliPort <= 1024 {
		return No
	}
	b, note := c.B, c.Note()
	if rtcpHeader(b) && 4*(be16(b[2:])+1) == len(b) && len(b) >= 28 {
		return c.Found(idRtcp)
	}
	if !rtpHeader(b) || rtcpHeader(b) {
		return No
	}
	// One packet proves little: three of one source whose numbers go up do. The
	// note holds count, direction, payload type and sequence number.
	seq, ssrc := be16(b[2:]), be32(b[8:])
	id := uint64(ssrc)<<24&0xffffff00000000 | uint64(b[1]&0x7f)<<24
	last, count := int(*note>>8&0xffff), *note&0xff
	if count == 0 {
		*note = id | uint64(seq)<<8 | 1
		return More
	}
	if step := (seq - last) & 0xffff; *note&^0xffffff != id || step == 0 || step > 8 {
		if c.NOther() > 0 && c.NDir() < 4 {
			return More // the other direction has its own source
		}
		return No
	}
	if count >= 2 {
		return c.Found(idRtp)
	}
	*note = id | uint64(seq)<<8 | (count + 1)
	return More
}
