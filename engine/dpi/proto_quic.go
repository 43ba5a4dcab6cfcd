package dpi

import "bytes"

// QUIC: RFC 9000 (v1), RFC 9369 (v2), RFC 9001 (Initial protection), the IETF
// drafts, and Google QUIC, whose CHLO is described in the "QUIC Crypto"
// document of the Chromium project.

func init() {
	Register(Dissector{ID: idQuic, Name: "QUIC", L4: UDP, Min: 9, Priority: -7, Extra: 12, MaxPackets: 6, Func: dissectQUIC})
}

func dissectQUIC(c *Context) Verdict {
	b := c.B
	if v, ok := legacyVersion(b); ok {
		return quicCHLO(c, v, b)
	}
	if c.S.found && b[0]>>6 == 2 && len(b) >= 12 && *c.Note() == quicMedia && (rtpHeader(b) || rtcpHeader(b)) {
		c.Set(idQuic, idSnapchatCall) // media beside Google QUIC on one port: only Snapchat does that
		return Found
	}
	if len(b) < 9 || b[0]&0x80 == 0 {
		if c.S.found {
			return FoundMore
		}
		return No
	}
	version := be32(b[1:])
	known := draft(version) != 0 || quicSalt(version) != nil || version == quicQ046 || version&0xfffff000 == 0xfaceb000
	if !known || b[0]&0x40 == 0 && version != quicQ046 && !forcedNegotiation(version) {
		if c.S.found {
			return FoundMore
		}
		return No
	}
	if version == quicQ046 {
		return quicCHLO(c, version, b)
	}
	if !c.S.found {
		if !quicInitial(version, b) {
			if c.N() < 4 {
				return More
			}
			return No
		}
		if quicHeader(b) == nil {
			return No
		}
		c.Set(0, idQuic)
	}
	for len(b) > 0 {
		rest := quicPacket(c, version, b)
		if rest == nil || len(rest) >= len(b) {
			break
		}
		b = rest
	}
	if quicHello(c) || forcedNegotiation(version) && c.N() > 2 {
		return Found
	}
	return FoundMore
}

// quicInitial reports a long header of type Initial: 0, and 1 in version 2.
func quicInitial(version uint32, b []byte) bool {
	kind := b[0] >> 4 & 3
	if version == quicV2 {
		return kind == 1
	}
	return kind == 0
}

// header is the part of a long header that is not protected.
type quicLong struct {
	dcid  []byte
	pn    int // offset of the packet number
	total int // length of the packet
}

func quicHeader(b []byte) *quicLong {
	off := 5
	n := int(b[off])
	if n > 20 || len(b) < off+1+n+1 {
		return nil
	}
	h := &quicLong{dcid: b[off+1 : off+1+n]}
	off += 1 + n
	n = int(b[off])
	if n > 20 || len(b) < off+1+n {
		return nil
	}
	off += 1 + n
	token, k := varint(b[off:])
	if k == 0 || token > uint64(len(b)) {
		return nil
	}
	off += k + int(token)
	if off >= len(b) {
		return nil
	}
	length, k := varint(b[off:])
	if k == 0 || length > uint64(len(b)) {
		return nil
	}
	h.pn = off + k
	h.total = h.pn + int(length)
	if h.total > len(b) {
		return nil
	}
	return h
}

// varint reads a variable-length integer (RFC 9000, section 16) and its size,
// 0 when it is cut off.
func varint(b []byte) (v uint64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	n = 1 << (b[0] >> 6)
	if len(b) < n {
		return 0, 0
	}
	v = uint64(b[0] & 0x3f)
	for _, x := range b[1:n] {
		v = v<<8 | uint64(x)
	}
	return v, n
}

// quicPacket reads the CRYPTO frames of one packet of a datagram and returns
// what follows it.
func quicPacket(c *Context, version uint32, b []byte) []byte {
	if len(b) < 9 || b[0]&0x80 == 0 || be32(b[1:]) != version || !quicInitial(version, b) {
		return nil
	}
	h := quicHeader(b)
	if h == nil {
		return nil
	}
	w := c.w
	packet := b[:h.total]
	frames := func(plain []byte) { quicFrames(c, plain) }
	if w.quic != nil {
		if w.quic.fromClient != c.FromClient {
			return b[h.total:] // under the other end's keys
		}
		if w.quic.open(packet, h.pn, frames) {
			return b[h.total:]
		}
	}
	if keys := newQUICKeys(version, h.dcid); keys != nil {
		if keys.open(packet, h.pn, frames) {
			keys.fromClient = c.FromClient
			w.quic = keys
		}
	}
	return b[h.total:]
}

// quicFrames collects CRYPTO frames (RFC 9000, section 19); what else an
// Initial packet may hold is skipped.
func quicFrames(c *Context, b []byte) {
	f := &c.w.buf[0]
	if has(b, "CHLO") || bytes.Contains(b[:min(len(b), 16)], []byte("CHLO")) { // Q050 in the old framing
		chlo(c, b)
		return
	}
	for len(b) > 0 {
		kind := b[0]
		b = b[1:]
		fields := 0
		switch kind {
		case 0, 1: // PADDING, PING
			continue
		case 2, 3: // ACK
			var v [4]uint64
			for i := range v {
				n := 0
				if v[i], n = varint(b); n == 0 {
					return
				}
				b = b[n:]
			}
			if v[2] > 256 {
				return
			}
			fields = int(2 * v[2])
			if kind == 3 {
				fields += 3
			}
		case 6, 8: // CRYPTO; 8 in Google QUIC T05x
			off, n := varint(b)
			if n == 0 {
				return
			}
			b = b[n:]
			size, n := varint(b)
			if n == 0 || size > uint64(len(b)-n) {
				return
			}
			b = b[n:]
			if off < uint64(c.E.cfg.MaxReassembly) {
				f.put(int(off), b[:size], c.E.cfg.MaxReassembly)
			}
			b = b[size:]
			continue
		default:
			return
		}
		for range fields {
			_, n := varint(b)
			if n == 0 {
				return
			}
			b = b[n:]
		}
	}
}

// quicHello reads the ClientHello once all of it is there.
func quicHello(c *Context) bool {
	b := c.w.buf[0].prefix()
	if len(b) >= 4 && has(b, "CHLO") {
		chlo(c, b)
		return true
	}
	if len(b) < 4 || b[0] != hsClientHello || len(b)-4 < be24(b[1:]) {
		return c.S.res.Master != 0
	}
	h := parseHello(b[4:4+be24(b[1:])], false)
	if h == nil {
		return true
	}
	tlsClient(c, h, 'q', idQuic)
	h.release()
	return true
}

// legacyVersion reads the public header of Google QUIC up to Q043: flags, an
// eight byte connection id, the version.
func legacyVersion(b []byte) (uint32, bool) {
	if len(b) < 14 || b[0]&0x80 != 0 || b[0]&0x09 != 0x09 {
		return 0, false
	}
	v := be32(b[9:])
	return v, v>>16 == 0x5130 && v>>8&0xff >= '2' && v>>8&0xff <= '4' && v&0xff >= '0' && v&0xff <= '9'
}

// quicCHLO names a flow of unencrypted Google QUIC.
func quicCHLO(c *Context, version uint32, b []byte) Verdict {
	if !c.S.found {
		c.Set(0, idQuic)
	}
	if i := bytes.Index(b[:min(len(b), 256)], []byte("CHLO")); i >= 0 {
		chlo(c, b[i:])
		if version == quicQ046 && c.S.res.Master == 0 {
			*c.Note() = quicMedia
			return FoundMore
		}
		return Found
	}
	return FoundMore
}

// quicMedia is noted of a flow of Q046 without a name: media may follow.
const quicMedia = 1

// chlo reads the server name out of a client hello in tag-value form.
func chlo(c *Context, b []byte) {
	if i := bytes.Index(b, []byte("CHLO")); i > 0 {
		b = b[i:]
	}
	if len(b) < 8 {
		return
	}
	n := le16(b[4:])
	values := 8 + 8*n
	from := 0
	for i := range n {
		e := 8 + 8*i
		if e+8 > len(b) {
			return
		}
		upto := int(le32(b[e+4:]))
		if upto < from || upto > len(b) || values+upto > len(b) {
			return
		}
		if string(b[e:e+4]) == "SNI\x00" {
			c.Set(idQuic, c.Host(hostText(b[values+from:values+upto]), idQuic))
			return
		}
		from = upto
	}
}
