package dpi

// Apple's push service: Apple support article HT203609: ports 5223 and 2197 on
// addresses of Apple (RIPE and ARIN: 17.0.0.0/8 and the networks that the
// article names).

func init() {
	signature(Dissector{ID: idApplePush, Name: "ApplePush", L4: TCP, Ports: []uint16{5223, 2197}, OnlyPorts: true, Min: 1, Priority: -9}, func(c *Context, _ []byte) bool {
		return appleNetworks.around(c.T.Client) || appleNetworks.around(c.T.Server)
	})
}

var appleNetworks = prefixes("17.0.0.0/8", "2620:149:a44::/48", "2403:300:a42::/48", "2403:300:a51::/48", "2a01:b740:a42::/48")
