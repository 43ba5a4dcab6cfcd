package dpi

// SOAP: W3C SOAP 1.1 and 1.2: an XML document whose root is an Envelope, seen
// without the HTTP request that carries it. Requests are named in proto_http.go.

func init() {
	signature(Dissector{ID: idSoap, Name: "SOAP", L4: TCP, First: "<", Min: 19, Priority: 4, MaxPackets: 3}, func(_ *Context, b []byte) bool {
		return has(b, "<?xml version=\"1.0\"") && (contains(b, ":Envelope") || contains(b, "<Envelope") || contains(b, "schemas.xmlsoap.org"))
	})
}
