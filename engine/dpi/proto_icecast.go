package dpi

// Icecast: its documentation, "Source client protocol": the method SOURCE and
// fields that begin with "ice-"; servers name themselves.

func init() {
	Register(Dissector{ID: idIcecast, Name: "IceCast", L4: TCP, Ports: []uint16{8000}, First: "S", Min: 7, MaxPackets: 2, Func: func(c *Context) Verdict {
		if !has(c.B, "SOURCE ") {
			return No
		}
		if contains(c.Stream(), "\nice-") {
			return c.Found(idIcecast)
		}
		return More
	}})
}

// icecastServer reports the name that Icecast gives itself in HTTP answers.
func icecastServer(server string) bool { return hasText(server, "Icecast") }
