package dpi

// TeamSpeak: "TS3INIT1" of version 3 and the packet classes of version 2; as
// nDPI 4.11 looks for them.

func init() {
	signature(Dissector{ID: idTeamspeak, Name: "TeamSpeak", L4: TCP | UDP, Ports: []uint16{9987, 8767}, Min: 20, First: "T\xf4"}, func(_ *Context, b []byte) bool {
		return has(b, "TS3INIT1") || be32(b) == 0xf4be0300 || be32(b) == 0xf4be0200 || be32(b) == 0xf4be0100
	})
}
