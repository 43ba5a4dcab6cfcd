package dpi

// ZeroMQ: ZMTP 1.0 to 3.1 (rfc.zeromq.org/spec 13, 15, 23): a signature of
// 0xFF, eight bytes and 0x7F, or the short greeting of version 1.

func init() {
	Register(Dissector{ID: idZmq, Name: "ZeroMQ", L4: TCP, Min: 2, MaxPackets: 6, First: "\x01\xff\x00\x28", Priority: 2, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		kind := zmtpGreeting(b)
		if kind == 0 {
			return No
		}
		if seen := *note >> (8 * (1 - c.Dir())) & 0xff; seen != 0 && (seen == kind || seen == 1 || kind == 1) {
			return c.Found(idZmq)
		}
		*note |= kind << (8 * c.Dir())
		return More
	}})
}

// zmtpGreeting returns which greeting b is: 1 short, 2 signature, 3 a flow
// identity; 0 for none.
func zmtpGreeting(b []byte) uint64 {
	switch {
	case len(b) == 2 && b[0] == 1 && (b[1] == 0 || b[1] == 1 || b[1] == 2):
		return 1
	case len(b) >= 10 && b[0] == 0xff && b[9] == 0x7f && be64(b[1:])>>32 == 0:
		return 2
	case len(b) >= 9 && has(b, "\x00\x00\x00\x05\x01flow"), hasAt(b, 1, "\x28flow\x00"):
		return 3
	}
	return 0
}
