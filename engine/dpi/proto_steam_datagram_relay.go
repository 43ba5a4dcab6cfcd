package dpi

// Valve's Steam Datagram Relay: pings of at least 100 bytes name themselves; as
// nDPI 4.11 looks for them.

func init() {
	signature(Dissector{ID: idValveSdr, Name: "SteamDatagramRelay", L4: UDP, Min: 100}, func(_ *Context, b []byte) bool {
		return hasAt(b, 2, "sdping")
	})
}
