package dpi

// iQIYI: the name of its predecessor PPStream in its peer messages; as nDPI
// 4.11 looks for it.

func init() {
	signature(Dissector{ID: idIqiyi, Name: "iQIYI", L4: UDP, Min: 121, Priority: 2}, func(_ *Context, b []byte) bool {
		return len(b) < 300 && contains(b, "PPStream")
	})
}
