package dpi

import "bytes"

// Memcached: protocol.txt, and its UDP frame header.

func init() {
	either(Dissector{ID: idMemcached, Name: "Memcached", L4: TCP | UDP, Ports: []uint16{11211}, Min: 6}, func(c *Context, b []byte) bool {
		if c.L4 == UDP {
			if len(b) < 14 || be16(b[4:]) == 0 || be16(b[6:]) != 0 {
				return false
			}
			b = b[8:]
		}
		line, whole := firstLine(b)
		if !whole || len(line) == 0 {
			return false
		}
		if string(line) == "stats" || string(line) == "version" || has(line, "VERSION 1.") || has(line, "STAT ") {
			return true
		}
		switch line[0] {
		case 's', 'a', 'r', 'p', 'V', 'g', 'S', 'E', ' ', '\t', '\v', '\f':
		default:
			return false // nothing below begins so
		}
		f := bytes.Fields(line)
		if len(f) < 2 {
			return c.Port(11211) && (string(line) == "STORED" || string(line) == "END")
		}
		switch string(f[0]) {
		case "set", "add", "replace", "append", "prepend":
			return len(f) >= 5 && digits(f[2]) && digits(f[4])
		case "VALUE":
			return len(f) >= 4 && digits(f[2]) && digits(f[3])
		case "gets":
			return len(f) == 2
		case "get":
			return len(f) == 2 && c.Port(11211)
		}
		return false
	})
}
