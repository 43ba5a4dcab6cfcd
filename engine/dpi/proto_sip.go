package dpi

import "strings"

// SIP: RFC 3261, methods of the IANA registry.

func init() {
	Register(Dissector{ID: idSip, Name: "SIP", L4: TCP | UDP, Ports: []uint16{5060, 5061}, First: "ABCIMNOPRSU", Min: 8, Func: dissectSIP})
}

var sipMethods = []string{"INVITE ", "REGISTER ", "OPTIONS ", "ACK ", "BYE ", "CANCEL ", "SUBSCRIBE ", "NOTIFY ", "MESSAGE ", "PUBLISH ", "PRACK ", "UPDATE ", "REFER ", "INFO "}

func dissectSIP(c *Context) Verdict {
	b := c.B
	line, _ := firstLine(b)
	if has(b, "SIP/2.0 ") {
		sipFields(c, b)
		return c.Found(idSip)
	}
	for _, m := range sipMethods {
		if !has(b, m) {
			continue
		}
		uri := strings.ToLower(string(line[len(m):]))
		if strings.HasPrefix(uri, "sip:") || strings.HasPrefix(uri, "sips:") || strings.HasPrefix(uri, "tel:") || strings.HasSuffix(uri, "sip/2.0") {
			sipFields(c, b)
			return c.Found(idSip)
		}
	}
	return No
}

// sipFields reads who calls whom (RFC 3261, 20.20, 20.39, 20.8; compact forms of
// 7.3.3).
func sipFields(c *Context, b []byte) {
	m := c.Meta()
	_, rest := cutLine(b)
	header(rest, func(name, value []byte) {
		switch {
		case is(name, "From"), is(name, "f"):
			m.SIPFrom = sipAddress(value)
		case is(name, "To"), is(name, "t"):
			m.SIPTo = sipAddress(value)
		case is(name, "Call-ID"), is(name, "i"):
			m.SIPCallID = string(value)
		}
	})
}

// sipAddress returns the URI of a name-addr or addr-spec, without parameters.
func sipAddress(v []byte) string {
	s := string(v)
	if i := strings.IndexByte(s, '<'); i >= 0 {
		s = s[i+1:]
		if j := strings.IndexByte(s, '>'); j >= 0 {
			s = s[:j]
		}
	}
	s, _, _ = strings.Cut(s, ";")
	if !printable([]byte(s)) {
		return ""
	}
	return strings.TrimSpace(s)
}
