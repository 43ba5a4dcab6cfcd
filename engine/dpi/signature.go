package dpi

import "bytes"

// signature registers a dissector that decides on each packet by itself: test
// says whether the payload is the protocol's. The flow is declined by the first
// packet that is not.
func signature(d Dissector, test func(c *Context, b []byte) bool) {
	id := d.ID
	d.Func = func(c *Context) Verdict {
		if test(c, c.B) {
			return c.Found(id)
		}
		return No
	}
	Register(d)
}

// either is like signature, but the side that is asked second may be the one
// that shows the protocol: the first packet of each direction is looked at.
func either(d Dissector, test func(c *Context, b []byte) bool) {
	id := d.ID
	d.Func = func(c *Context) Verdict {
		if test(c, c.B) {
			return c.Found(id)
		}
		if c.N() < 4 && c.NOther() == 0 {
			return More
		}
		return No
	}
	Register(d)
}

func contains(b []byte, s string) bool { return bytes.Contains(b, []byte(s)) }

// firstLine returns the bytes before the first line end, and whether there is one.
func firstLine(b []byte) ([]byte, bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, false
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), true
}

// printable reports that all bytes are printable ASCII or white space.
func printable(b []byte) bool {
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\r' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// digits reports that all bytes are decimal digits.
func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// upper reports a byte that is a capital letter.
func upper(c byte) bool { return 'A' <= c && c <= 'Z' }
