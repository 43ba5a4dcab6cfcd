package dpi

// Cloudflare WARP: "WARP with firewall" of Cloudflare's documentation: its
// addresses with the ports of the tunnel; a variant of WireGuard whose types
// are 0xC1 to 0xC4.

func init() {
	signature(Dissector{ID: idCloudflareWarp, Name: "CloudflareWarp", L4: UDP, Ports: []uint16{2408, 500, 1701, 4500, 443, 4443, 8443, 8095}, OnlyPorts: true, Min: 1, Priority: -8}, func(c *Context, _ []byte) bool {
		return c.E.addrs.find(c.T.Server) == idCloudflareWarp || c.E.addrs.find(c.T.Client) == idCloudflareWarp
	})
}
