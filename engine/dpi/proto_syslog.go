package dpi

// Syslog: RFC 5424 and RFC 3164: "<PRI>" in front of the message.

func init() {
	signature(Dissector{ID: idSyslog, Name: "Syslog", L4: TCP | UDP, Ports: []uint16{514, 601}, Min: 20, First: "<", Priority: 2}, func(_ *Context, b []byte) bool {
		i := 1
		for i < 5 && i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		if i == 1 || i > 4 || b[i] != '>' {
			return false
		}
		return b[i+1] >= ' ' && b[i+1] <= '~' && (i < 4 || b[1] == '1')
	})
}
