package dpi

// Epic Games: the stateless handshake of Unreal Engine games; bytes as nDPI
// 4.11 looks for them.

func init() {
	Register(Dissector{ID: idEpicgames, Name: "EpicGames", L4: UDP, Min: 5, MaxPackets: 4, Func: dissectUnreal})
}

// dissectUnreal recognises the stateless handshake of Unreal Engine games: a
// first packet of zeros behind a word, answered with the same word and bit 3.
func dissectUnreal(c *Context) Verdict {
	b, note := c.B, c.Note()
	word := uint64(be32(b))
	if c.N() == 1 {
		if len(b) >= 34 && word&8 == 0 && be64(b[10:])|be64(b[18:])|be64(b[26:]) == 0 {
			*note = word<<1 | 1
			return More
		}
		return No
	}
	if c.NOther() == 0 {
		return More
	}
	if *note != 0 && word == *note>>1|8 {
		return c.Found(idEpicgames)
	}
	return No
}
