package dpi

// Alibaba Cloud's server load balancer: the constant is the one nDPI 4.11 looks
// for.

func init() {
	signature(Dissector{ID: idAlicloud, Name: "AliCloud", L4: TCP, Min: 8, First: "\xce"}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xcefabeba && (len(b) == 8 && be32(b[4:]) > 0 || int(be32(b[4:])) == len(b)-8)
	})
}
