package dpi

// NOE, the telephone protocol of Alcatel-Lucent Enterprise: UA/UDP as Wireshark
// names its operations: 4 and 5 are keep-alives of one byte, 7 data.

func init() {
	signature(Dissector{ID: idNoe, Name: "NOE", L4: UDP, First: "\x04\x05\x07", Min: 1}, func(_ *Context, b []byte) bool {
		switch {
		case len(b) == 1:
			return b[0] == 4 || b[0] == 5
		case len(b) == 5 || len(b) == 12:
			return be16(b) == 0x0700 && b[2] != 0 && b[3] == 0
		}
		return false // the other operations open like TFTP
	})
}
