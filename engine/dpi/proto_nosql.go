package dpi

import "bytes"

// Redis: RESP protocol specification. MongoDB: wire protocol, standard message
// header. Memcached: protocol.txt. Cassandra: native protocol v3 to v5, frame
// header.

func init() {
	Register(Dissector{ID: idResp, Name: "RESP", L4: TCP, Ports: []uint16{6379}, First: "*+-:$", Min: 4, MaxPackets: 4, Func: dissectRESP})
	signature(Dissector{ID: idMongodb, Name: "MongoDB", L4: TCP, Ports: []uint16{27017}, Min: 16}, func(_ *Context, b []byte) bool {
		n, op := int(le32(b)), le32(b[12:])
		if n < 16 || n > 48<<20 || n < len(b) && n != len(b) {
			return false
		}
		switch op {
		case 1, 2001, 2002, 2004, 2005, 2006, 2007, 2010, 2011, 2012, 2013:
			return op != 1 || le32(b[8:]) != 0
		}
		return false
	})
	either(Dissector{ID: idMemcached, Name: "Memcached", L4: TCP | UDP, Ports: []uint16{11211}, Min: 6}, func(c *Context, b []byte) bool {
		if c.L4 == UDP {
			if len(b) < 14 || be16(b[4:]) == 0 || be16(b[6:]) != 0 {
				return false
			}
			b = b[8:]
		}
		line, whole := firstLine(b)
		if !whole {
			return false
		}
		if string(line) == "stats" || string(line) == "version" || has(line, "VERSION 1.") || has(line, "STAT ") {
			return true
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
	signature(Dissector{ID: idCassandra, Name: "Cassandra", L4: TCP, Ports: []uint16{9042}, Min: 9, First: "\x03\x04\x05\x83\x84\x85"}, func(_ *Context, b []byte) bool {
		v := b[0] & 0x7f
		return v >= 3 && v <= 5 && b[1] <= 0x1f && b[4] <= 0x10 && int(be32(b[5:]))+9 == len(b) && (b[4] == 1 || b[4] == 5 || b[4] == 7 || b[4] == 0 || b[4] == 3 || b[4] == 6)
	})
}

// dissectRESP wants one well-formed element from each side, or an array of bulk
// strings, which is how commands are sent.
func dissectRESP(c *Context) Verdict {
	line, whole := firstLine(c.B)
	if !whole || len(line) < 2 || len(line) > 256 {
		return No
	}
	switch c.B[0] {
	case '*', '$':
		if !digits(line[1:]) && string(line[1:]) != "-1" {
			return No
		}
		if c.B[0] == '*' && hasAt(c.B, len(line)+2, "$") {
			return c.Found(idResp)
		}
	case ':':
		if !digits(line[1:]) {
			return No
		}
	case '+', '-':
		if !printable(line) || !c.Port(6379) {
			return No
		}
	}
	if c.NOther() > 0 || c.Port(6379) {
		return c.Found(idResp)
	}
	return More
}
