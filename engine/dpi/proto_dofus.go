package dpi

// Dofus: no public description; the constants are those that nDPI 4.11 looks
// for.

func init() {
	Register(Dissector{ID: idDofus, Name: "Dofus", L4: TCP, Min: 3, MaxPackets: 4, Priority: 2, Func: dissectDofus})
}

func dissectDofus(c *Context) Verdict {
	b, note := c.B, c.Note()
	if dofus1(b) || dofus2(b) {
		return c.Found(idDofus)
	}
	// Version 1 talks in short texts that end in a zero byte: greeting, account,
	// ticket.
	if b[len(b)-1] != 0 || !printable(b[:len(b)-1]) {
		return No
	}
	if *note == 0 {
		if len(b) == 3 && has(b, "HG") || len(b) == 12 && has(b, "Af") || len(b) == 35 && has(b, "HC") || has(b, "Ax") || has(b, "AX") || has(b, "Ad") {
			*note = 1
			return More
		}
		return No
	}
	if len(b) == 11 && has(b, "AT") || len(b) == 5 && (has(b, "AT") || has(b, "Ak")) {
		return c.Found(idDofus)
	}
	return More
}

func dofus1(b []byte) bool {
	return len(b) == 13 && be16(b[1:]) == 0x0508 && be16(b[5:]) == 0x04a0 && be16(b[11:]) == 0x0194
}

func dofus2(b []byte) bool {
	switch n := len(b); {
	case (n == 11 || n == 13 || n == 49) && be32(b) == 0x00050800 && be16(b[4:]) == 5 && be16(b[8:]) == 5 && b[10] == 0x18:
		return n == 11 || n == 13 && be16(b[11:]) == 0x0194 || n == 49 && be16(b[15:])+17 == n
	case n >= 41 && be24(b) == 0x01b926: // two texts with their lengths
		one := be16(b[3:])
		return one+7 <= n && 5+one+2+be16(b[5+one:]) == n
	case n == 56 && has(b, "\x00\x11\x35\x02\x03\x00\x93\x96\x01\x00"):
		one := be16(b[10:])
		return one+14 <= n && 12+one+2+be16(b[12+one:])+1 == n && b[n-1] == 1
	}
	return false
}
