package dpi

import "bytes"

// IRC: RFC 1459 and RFC 2812.

func init() {
	either(Dissector{ID: idIrc, Name: "IRC", L4: TCP, Ports: []uint16{6667, 6697, 194}, First: "NUCPJ:M", Min: 8}, func(c *Context, b []byte) bool {
		switch {
		case b[0] == ':', has(b, "NICK "), has(b, "USER "), has(b, "PASS "), has(b, "CAP "):
		default:
			return false
		}
		line, whole := firstLine(b)
		if !whole || !printable(line) {
			return false
		}
		switch {
		case has(b, "NICK "), has(b, "USER "), has(b, "PASS "):
			c.Risk(riskClearTextCredentials)
		}
		switch {
		case has(b, "NICK "):
			return contains(b, "USER ") || len(bytes.Fields(line)) == 2
		case has(b, "USER "):
			return contains(line, " :")
		case has(b, "CAP LS"), has(b, "CAP REQ"):
			return true
		case b[0] == ':':
			f := bytes.Fields(line)
			return len(f) > 2 && (string(f[1]) == "NOTICE" || string(f[1]) == "PRIVMSG" || string(f[1]) == "JOIN" || len(f[1]) == 3 && digits(f[1]))
		}
		return false
	})
}
