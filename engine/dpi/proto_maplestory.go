package dpi

// MapleStory: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idMaplestory, Name: "MapleStory", L4: TCP, First: "\x0e", Min: 16}, func(_ *Context, b []byte) bool {
		head := be32(b)
		return len(b) == 16 && (head == 0x0e003a00 || head == 0x0e003b00 || head == 0x0e004200) && be16(b[4:]) == 0x0100 && (b[6] == '2' || b[6] == '3')
	})
}

// mapleStoryAgent reports the programs that fetch its updates over HTTP.
func mapleStoryAgent(agent, target string) bool {
	return agent == "Patcher" && hasText(target, "/maple/patch") || agent == "AspINet" && hasText(target, "/maplestory/")
}
