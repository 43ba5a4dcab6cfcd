package dpi

// berHeader reads a BER/DER tag with its definite length (ITU-T X.690, 8.1) and
// returns the offset of the content; 0 when it is none or goes beyond limit
// bytes.
func berHeader(b []byte, limit int) (tag byte, length, off int) {
	if len(b) < 2 {
		return 0, 0, 0
	}
	tag, length, off = b[0], int(b[1]), 2
	if length&0x80 != 0 {
		n := length & 0x7f
		if n == 0 || n > 4 || len(b) < 2+n {
			return 0, 0, 0
		}
		length = 0
		for _, x := range b[2 : 2+n] {
			length = length<<8 | int(x)
		}
		off = 2 + n
	}
	if length > limit {
		return 0, 0, 0
	}
	return tag, length, off
}
