package dpi

// AVAST: "NOSA" and a length; as nDPI 4.11 looks for it.

func init() {
	signature(Dissector{ID: idAvast, Name: "AVAST", L4: TCP, Min: 6, First: "N", Priority: -9}, func(_ *Context, b []byte) bool {
		return has(b, "NOSA") && le16(b[4:]) == len(b) || has(b, "NOSA") && be16(b[4:]) == len(b)
	})
}
