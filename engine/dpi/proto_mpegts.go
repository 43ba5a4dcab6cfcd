package dpi

// MPEG transport stream: ISO/IEC 13818-1: packets of 188 bytes, each opening
// with 0x47.

func init() {
	signature(Dissector{ID: idMpegts, Name: "MPEG_TS", L4: UDP, Min: 188, First: "G", Priority: 2}, func(_ *Context, b []byte) bool {
		if len(b)%188 != 0 { // ISO/IEC 13818-1: packets of 188 bytes
			return false
		}
		for i := 0; i < len(b); i += 188 {
			if b[i] != 0x47 {
				return false
			}
		}
		return true
	})
}
