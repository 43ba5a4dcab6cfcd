package dpi

// HP's virtual group protocol: type 0x16 and a length; as nDPI 4.11 looks for
// it.

func init() {
	signature(Dissector{ID: idHpvirtgrp, Name: "HP_VIRTGRP", L4: TCP, Min: 4, First: "\x16", Priority: -12}, func(c *Context, b []byte) bool {
		return c.N() == 1 && be16(b[1:]) == len(b) && b[3] == 0
	})
}
