package dpi

func be16(b []byte) int { return int(b[0])<<8 | int(b[1]) }
func be24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }
func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
func be64(b []byte) uint64 { return uint64(be32(b))<<32 | uint64(be32(b[4:])) }
func le16(b []byte) int    { return int(b[1])<<8 | int(b[0]) }
func le32(b []byte) uint32 {
	return uint32(b[3])<<24 | uint32(b[2])<<16 | uint32(b[1])<<8 | uint32(b[0])
}

// has reports whether b begins with s.
func has(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

// hasAt reports whether s stands at offset i of b.
func hasAt(b []byte, i int, s string) bool {
	return i >= 0 && len(b) >= i+len(s) && string(b[i:i+len(s)]) == s
}

// hasText is has for strings.
func hasText(s, prefix string) bool { return len(s) >= len(prefix) && s[:len(prefix)] == prefix }

// crc16 is the CRC of polynomial 0x1021, most significant bit first: with start
// 0xffff that of CCITT-FALSE, with 0 that of XMODEM.
func crc16(b []byte, crc uint16) uint16 {
	for _, x := range b {
		crc ^= uint16(x) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
