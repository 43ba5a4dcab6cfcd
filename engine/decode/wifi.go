package decode

import "encoding/binary"

// radiotap skips a radiotap header (radiotap.org); of its fields only the flags
// matter, which say whether the frame ends in an FCS and whether the 802.11
// header is padded.
func (d *decoder) radiotap(v view) Reason {
	if !v.has(8) {
		return ReasonTruncatedLink
	}
	size := int(binary.LittleEndian.Uint16(v.b[2:]))
	if v.b[0] != 0 || size < 8 {
		return ReasonMalformed
	}
	if !v.has(size) {
		return ReasonTruncatedLink
	}
	flags := radiotapFlags(v.b[:size])
	v = v.skip(size)
	if flags&0x10 != 0 && v.wire >= 4 { // FCS at the end
		v = v.trim(v.wire - 4)
	}
	return d.wifiFrame(v, flags&0x20 != 0)
}

// radiotapFlags returns the Flags field (bit 1 of the presence word), 0 when it
// is absent. Only TSFT (8 bytes, aligned to 8) can stand before it.
func radiotapFlags(h []byte) byte {
	present := binary.LittleEndian.Uint32(h[4:])
	off := 8
	for w := present; w&0x80000000 != 0; off += 4 { // further presence words
		if off+4 > len(h) {
			return 0
		}
		w = binary.LittleEndian.Uint32(h[off:])
	}
	if present&1 != 0 {
		off = (off+7)&^7 + 8
	}
	if present&2 == 0 || off >= len(h) {
		return 0
	}
	return h[off]
}

// wifi reads an IEEE 802.11 frame; only unencrypted data frames go further.
func (d *decoder) wifi(v view) Reason { return d.wifiFrame(v, false) }

func (d *decoder) wifiFrame(v view, padded bool) Reason {
	if !v.has(2) {
		return ReasonTruncatedLink
	}
	p := d.p
	p.Layer = max(p.Layer, LayerLink)
	fc, flags := v.b[0], v.b[1]
	if fc&0x0c != 0x08 { // management or control
		return ReasonNone
	}
	size := 24
	toDS, fromDS := flags&1 != 0, flags&2 != 0
	if toDS && fromDS {
		size += 6
	}
	qos := fc&0x80 != 0
	amsdu := false
	if qos {
		if v.has(size + 1) {
			amsdu = v.b[size]&0x80 != 0
		}
		size += 2
		if flags&0x80 != 0 { // HT control
			size += 4
		}
	}
	if !v.has(size) {
		return ReasonTruncatedLink
	}
	p.HasMAC = true
	copy(p.DstMAC[:], v.b[4:10])
	copy(p.SrcMAC[:], v.b[10:16])
	if toDS {
		copy(p.DstMAC[:], v.b[16:22])
	}
	if fromDS {
		from := 16
		if toDS {
			from = 24
		}
		copy(p.SrcMAC[:], v.b[from:from+6])
	}
	if fc&0x40 != 0 || flags&0x40 != 0 { // no data, or protected
		return ReasonNone
	}
	if padded {
		size = (size + 3) &^ 3
	}
	if amsdu { // subframe: destination, source, length; the first one is read
		size += 14
	}
	if !v.has(size) {
		return ReasonTruncatedLink
	}
	return d.llc(v.skip(size))
}
