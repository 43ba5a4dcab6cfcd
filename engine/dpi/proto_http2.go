package dpi

// HTTP/2 with prior knowledge: RFC 9113, section 3.4.

func init() {
	signature(Dissector{ID: idHttp2, Name: "HTTP2", L4: TCP, First: "P", Min: 14, Priority: -9}, func(_ *Context, b []byte) bool {
		return has(b, "PRI * HTTP/2.0")
	})
}
