package dpi

// TRDP: IEC 61375-2-3, annex A: process data and message data headers.

func init() {
	signature(Dissector{ID: idTrdp, Name: "TRDP", L4: TCP | UDP, Ports: []uint16{17224, 17225}, Min: 40}, func(_ *Context, b []byte) bool {
		size := int(be32(b[20:])) // header: counter, version, type, two topology counters, length
		switch {
		case b[6] == 'P' && (b[7] == 'd' || b[7] == 'r' || b[7] == 'p'):
			return be32(b[24:]) == 0 && size <= len(b)-40 && len(b)-40-size < 4
		case b[6] == 'M' && len(b) >= 116:
			return size <= len(b)-116 && len(b)-116-size < 4
		}
		return false
	})
}
