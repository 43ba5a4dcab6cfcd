package dpi

// DingTalk: no public description; the constants are those that nDPI 4.11 looks
// for.

func init() {
	signature(Dissector{ID: idDingtalk, Name: "DingTalk", L4: TCP, Min: 90, First: "\x10"}, func(_ *Context, b []byte) bool {
		return hasAt(b, 2, "\x87\x80\x01\x00\x01\x00\x02\x00\x02\x64\x6b\x03\x00\x20")
	})
}
