package dpi

// FastCGI 1.0: section 3.3, an FCGI_BEGIN_REQUEST record first.

func init() {
	signature(Dissector{ID: idFastcgi, Name: "FastCGI", L4: TCP, Ports: []uint16{9000}, Min: 16, First: "\x01"}, func(_ *Context, b []byte) bool {
		return b[1] == 1 && be16(b[4:]) == 8 && b[8] == 0 && b[9] >= 1 && b[9] <= 3 && be32(b[11:]) == 0
	})
}
