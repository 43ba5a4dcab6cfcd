package dpi

// Riot Games (League of Legends and others): no public description; the
// constants are those that nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idRiotgames, Name: "RiotGames", L4: UDP, Min: 9, Priority: 1}, func(_ *Context, b []byte) bool {
		return be64(b[len(b)-8:]) == 0xaaaaaaaabbbbbbbb || len(b) == 53 && be64(b[45:]) == 0x3cb11f2dea23460c
	})
}
