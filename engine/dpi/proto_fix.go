package dpi

// FIX: "FIX Transport" (FIX session layer): tag 8 BeginString, tag 9 BodyLength.

func init() {
	signature(Dissector{ID: idFix, Name: "FIX", L4: TCP, First: "8", Min: 6}, func(_ *Context, b []byte) bool {
		return has(b, "8=FIX.4.") || has(b, "8=FIXT.1.") || has(b, "8=O\x019=") || has(b, "8=FIX.5.") ||
			has(b, "8=") && len(b) > 6 && contains(b[:min(len(b), 16)], "\x019=")
	})
}
