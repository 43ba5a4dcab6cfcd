package dpi

// Elasticsearch transport protocol: messages open with "ES" and a length
// (Elasticsearch source documentation of TcpTransport).

func init() {
	signature(Dissector{ID: idElasticsearch, Name: "Elasticsearch", L4: TCP, Ports: []uint16{9200, 9300}, First: "E", Min: 6}, func(_ *Context, b []byte) bool {
		return has(b, "ES") && be32(b[2:]) < 1<<24 && b[2] == 0
	})
}
