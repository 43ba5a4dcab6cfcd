package dpi

// Call of Duty: Mobile: no public description; the constants are those that
// nDPI 4.11 looks for.

func init() {
	Register(Dissector{ID: idCodMobile, Name: "CoD_Mobile", L4: UDP, Min: 12, MaxPackets: 4, Func: func(c *Context) Verdict {
		b := c.B
		if len(b) == 12 && c.Port(7500) && hasAt(b, 8, "ping") || len(b) > 350 && b[0] == 0xce && contains(b, "LOC_PREFAB_LOADOUTNAME_1") {
			return c.Found(idCodMobile)
		}
		return More
	}})
}
