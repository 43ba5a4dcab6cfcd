package dpi

// Games and game engines with a public or observed framing. RakNet: its manual,
// "offline message id". Source engine: Valve's "Server queries" and "A2S".
// The others have no public description: their constants are those that nDPI
// 4.11 looks for.

func init() {
	signature(Dissector{ID: idRaknet, Name: "RakNet", L4: UDP, Min: 17, Priority: 1, First: "\x01\x02\x05\x06\x07\x08\x1c\x14\x11\x12\x13\x17\x18\x19\x1a"}, func(_ *Context, b []byte) bool {
		const magic = "\x00\xff\xff\x00\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x78"
		return hasAt(b, 1, magic) || hasAt(b, 9, magic) || hasAt(b, 17, magic) || hasAt(b, 32, magic)
	})
	signature(Dissector{ID: idSourceEngine, Name: "Source_Engine", L4: UDP, Ports: []uint16{27015}, Min: 6, First: "\xff"}, func(c *Context, b []byte) bool {
		if be32(b) != 0xffffffff {
			return false
		}
		return b[4] == 'T' && contains(b, "Source Engine Query") || c.Port(27015) && (b[4] == 'U' || b[4] == 'V' || b[4] == 'I')
	})
	signature(Dissector{ID: idRiotgames, Name: "RiotGames", L4: UDP, Min: 9, Priority: 1}, func(_ *Context, b []byte) bool {
		return be64(b[len(b)-8:]) == 0xaaaaaaaabbbbbbbb || len(b) == 53 && be64(b[45:]) == 0x3cb11f2dea23460c
	})
	signature(Dissector{ID: idCrynet, Name: "CryNetwork", L4: UDP, Min: 26, First: "\x3c"}, func(_ *Context, b []byte) bool {
		return len(b) == int(b[0])+10 && b[16] == 1 && b[20] == 7 && be16(b[24:]) == 0x0307
	})
	signature(Dissector{ID: idNintendo, Name: "Nintendo", L4: UDP, Min: 49, First: "\x32"}, func(_ *Context, b []byte) bool {
		return has(b, "\x32\xab\x98\x64\x02") // PIA, the peer library of its consoles
	})
	signature(Dissector{ID: idZug, Name: "ZUG", L4: UDP, Min: 5, First: "\x00"}, func(_ *Context, b []byte) bool {
		return has(b, "\x00zUG\x10")
	})
	signature(Dissector{ID: idI3d, Name: "i3D", L4: UDP, Min: 74, Priority: -5}, func(_ *Context, b []byte) bool {
		return (be32(b) == 0x00010046 || be32(b) == 0x00020046) && be32(b[4:]) == 0x0003cfa8 ||
			(be16(b) == 0x9078 || be16(b) == 0x9067) && be32(b[8:]) == 0x0003cfa9 && be32(b[12:]) == 0xbede0003
	})
	signature(Dissector{ID: idGenshinImpact, Name: "GenshinImpact", L4: UDP, Min: 20, First: "\x00"}, func(_ *Context, b []byte) bool {
		return be64(b) == 0x000000ff00000000 && be32(b[12:]) == 0x499602d2 && be32(b[16:]) == 0xffffffff
	})
	signature(Dissector{ID: idTencentgames, Name: "TencentGames", L4: TCP, Min: 51}, func(_ *Context, b []byte) bool {
		return be32(b) == 0x3366000b && be16(b[4:]) == 0x0b || be32(b) == 0x4366aa00 && be32(b[12:]) == 0x10e68601 ||
			be32(b) == 0xaa000000 && be32(b[10:]) == 0x10e68601 || be16(b) == 0 && be16(b[2:]) == len(b)-4 && be16(b[4:]) == 0x7801 ||
			be32(b) == 0x4215f787 && be16(b[6:]) == 0
	})
	signature(Dissector{ID: idNeteaseGames, Name: "NetEaseGames", L4: TCP | UDP, Min: 12}, func(_ *Context, b []byte) bool {
		return len(b) == 12 && b[0] == 1 && le16(b[2:]) == 0x1d0 && le32(b[8:]) == 0x01010100 || len(b) >= 30 && be32(b) == 0xb3af8de8 || len(b) > 30 && le32(b) == 0x0c080807
	})
	either(Dissector{ID: idLolwildrift, Name: "LoLWildRift", L4: UDP, Min: 22}, func(c *Context, b []byte) bool {
		switch note := c.Note(); {
		case len(b) == 22:
			return be32(b) == 0x0102c841 && be32(b[18:]) == 0x41304231
		case len(b) == 69 && be32(b) == 0x04000000:
			*note = 1
		case len(b) == 359:
			return *note == 1 && be32(b) == 0x10000000
		}
		return false
	})
	signature(Dissector{ID: idTeso, Name: "TES_Online", L4: TCP, First: "\x00", Min: 600}, func(_ *Context, b []byte) bool {
		return int(be32(b)) == len(b)-4 && (contains(b, "eso.live") || contains(b, "\x8b\x78\x9c\x01"))
	})
	signature(Dissector{ID: idTocaBoca, Name: "TocaBoca", L4: UDP, Min: 24, Ports: []uint16{5055}}, func(c *Context, b []byte) bool {
		return be64(b) == 0x7d7d7d7d7d7d7d7d || be32(b) == 0xffff0001 && be32(b[12:]) == 0x02ff0104
	})
	signature(Dissector{ID: idAmongUs, Name: "AmongUs", L4: UDP, Min: 10, First: "\x08"}, func(_ *Context, b []byte) bool {
		return be64(b) == 0x0800010080d90203
	})
	signature(Dissector{ID: idWorldofwarcraft, Name: "WorldOfWarcraft", L4: TCP, Min: 8, Ports: []uint16{3724}}, func(c *Context, b []byte) bool {
		return hasAt(b, 2, "WORLD OF WARCRAFT CONNECTION") || c.Port(3724) && (hasAt(b, 4, "WoW") || hasAt(b, 5, "WoW"))
	})
	signature(Dissector{ID: idYojimbo, Name: "Yojimbo", L4: UDP, Min: 16, First: "\x00"}, func(_ *Context, b []byte) bool {
		return hasAt(b, 1, "NETCODE ") // netcode.io connection request
	})
	Register(Dissector{ID: idEpicgames, Name: "EpicGames", L4: UDP, Min: 5, MaxPackets: 4, Func: dissectUnreal})
	signature(Dissector{ID: idGaijin, Name: "GaijinEntertainment", L4: UDP, Min: 8, First: "\x8f"}, func(_ *Context, b []byte) bool {
		return be16(b) == 0x8fff && b[2] == 0 && be32(b[4:]) == 0x82ff0001
	})
	signature(Dissector{ID: idSteam, Name: "Steam", L4: UDP, Ports: []uint16{27036}, Min: 16, First: "\xffV"}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xffffffff && be32(b[4:]) == 0x214c5fa0 || has(b, "VS01") // In-Home Streaming discovery, Steam datagrams
	})
	either(Dissector{ID: idMumble, Name: "Mumble", L4: UDP, Min: 12, Ports: []uint16{64738}}, func(c *Context, b []byte) bool {
		// Ping of the voice protocol: a zero word and an id, answered with the id.
		note := c.Note()
		if len(b) == 12 && be32(b) == 0 {
			*note = be64(b[4:])
			return c.Port(64738)
		}
		return len(b) == 24 && *note != 0 && be64(b[4:]) == *note
	})
	Register(Dissector{ID: idActivision, Name: "Activision", L4: UDP, Min: 18, MaxPackets: 6, First: "\x0c\x0d\x29\x28", Func: dissectActivision})
	signature(Dissector{ID: idPathofexile, Name: "PathofExile", L4: TCP, Ports: []uint16{6112}, Min: 26, First: "\x00"}, func(_ *Context, b []byte) bool {
		return len(b) < 50 && be16(b[1:]) == 0x0300 && b[6] == 0 && be16(b[7:]) == 0x0200 && be64(b[len(b)-8:]) == 0x40000001
	})
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

func dissectActivision(c *Context) Verdict {
	b, note := c.B, c.Note()
	if c.NDir() == 1 && *note&(1<<c.Dir()) == 0 {
		if w := be16(b); (w == 0x0c02 || w == 0x0d02) && len(b) >= 29 {
			if be16(b[17:]) == 0xc0a8 && be32(b[19:]) == 0x0015020c {
				return c.Found(idActivision)
			}
			*note |= 1 << c.Dir()
			if *note == 3 {
				return More
			}
			return More
		}
		return No
	}
	if c.FromClient && b[0] == 0x29 || !c.FromClient && b[0] == 0x28 {
		if c.N() >= 4 && *note == 3 {
			return c.Found(idActivision)
		}
		return More
	}
	return No
}
