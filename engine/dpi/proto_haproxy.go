package dpi

// HAProxy's PROXY protocol, version 1 and 2 (proxy-protocol.txt).

func init() {
	// HAProxy's PROXY protocol, version 1 and 2 (haproxy.org, proxy-protocol.txt).
	signature(Dissector{ID: idHaproxy, Name: "HAProxy", L4: TCP, First: "P\x0d", Min: 12, Priority: -11}, func(_ *Context, b []byte) bool {
		return has(b, "PROXY TCP4 ") || has(b, "PROXY TCP6 ") || has(b, "PROXY UNKNOWN") || has(b, "\r\n\r\n\x00\r\nQUIT\n")
	})
}
