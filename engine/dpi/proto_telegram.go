package dpi

// Telegram: requests to its call reflectors; the constants are those that nDPI
// 4.11 looks for. Over TCP its own protocol (MTProto 2.0) is encrypted from the
// first byte: what nobody else knows is told by the operator's networks.

func init() {
	Register(Dissector{ID: idTelegram, Name: "Telegram", L4: TCP, Min: 1, Priority: 100, MaxPackets: 1, Func: func(c *Context) Verdict {
		if c.E.byAddress(c.T) != idTelegram {
			return No
		}
		c.SetAs(0, idTelegram, ConfidenceIP)
		return Found
	}})
	Register(Dissector{ID: idTelegram, Name: "Telegram", L4: UDP, Min: 40, MaxPackets: 2, Func: dissectTelegram})
}

// dissectTelegram finds the twelve 0xFF bytes in requests to Telegram's call
// reflectors ("tgvoip" relay protocol), whose ports lie between 500 and 600.
func dissectTelegram(c *Context) Verdict {
	if (c.T.SrvPort < 500 || c.T.SrvPort > 600) && (c.T.CliPort < 500 || c.T.CliPort > 600) {
		return No
	}
	if be64(c.B[16:]) == 1<<64-1 && be32(c.B[24:]) == 0xffffffff {
		return c.Found(idTelegram)
	}
	run := 0
	for _, x := range c.B {
		if x != 0xff {
			run = 0
			continue
		}
		if run++; run == 12 {
			return c.Found(idTelegram)
		}
	}
	return No
}
