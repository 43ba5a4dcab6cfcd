package dpi

// Raft as libraft (dqlite) speaks it: a preamble of two little-endian 64 bit
// words, message type and length, as its "raft_uv" transport writes them.

func init() {
	Register(Dissector{ID: idRaft, Name: "Raft", L4: TCP, First: "\x01\x02\x03\x04\x05\x06", Min: 16, MaxPackets: 3, Func: func(c *Context) Verdict {
		b := c.B
		if le32(b) < 1 || le32(b) > 6 || le32(b[4:]) != 0 || le32(b[12:]) != 0 {
			return No
		}
		if uint64(le32(b[8:])) == uint64(len(b)-16) || c.N() >= 3 {
			return c.Found(idRaft)
		}
		return More
	}})
}
