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
		return c.Found(idSip)
	}
	for _, m := range sipMethods {
		if !has(b, m) {
			continue
		}
		uri := strings.ToLower(string(line[len(m):]))
		if strings.HasPrefix(uri, "sip:") || strings.HasPrefix(uri, "sips:") || strings.HasPrefix(uri, "tel:") || strings.HasSuffix(uri, "sip/2.0") {
			return c.Found(idSip)
		}
	}
	return No
}
