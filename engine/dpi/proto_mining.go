package dpi

// Stratum, the line-based JSON protocol between miners and pools: method names
// of the Stratum v1 documentation, EIP-1571 for Ethereum, xmr-stratum for Monero.

func init() {
	either(Dissector{ID: idMining, Name: "Mining", L4: TCP, First: "{", Min: 20}, func(c *Context, b []byte) bool {
		if contains(b, `"mining.subscribe"`) || contains(b, `"mining.authorize"`) || contains(b, `"mining.extranonce`) ||
			contains(b, `"mining.notify"`) || contains(b, `"mining.configure"`) ||
			contains(b, `"eth_submitLogin"`) || contains(b, `"eth_getWork"`) || contains(b, `"eth1.0"`) {
			return true
		}
		return contains(b, `"jsonrpc"`) && contains(b, `"login"`) && contains(b, `"agent"`) && contains(b, `"pass"`)
	})
	// Bitcoin (developer reference, "message headers": magic of main net, test nets, signet, Namecoin).
	signature(Dissector{ID: idBitcoin, Name: "BITCOIN", L4: TCP, Ports: []uint16{8333}, Min: 20, First: "\xf9\xda\xbf\x0b\xfa\x0a"}, func(_ *Context, b []byte) bool {
		switch be32(b) {
		case 0xf9beb4d9, 0xdab5bffa, 0xbfb5dafa, 0x0b110907, 0xfabfb5da, 0x0a03cf40, 0xf9beb4fe:
			return upper(b[4]-32) || printable(b[4:8])
		}
		return false
	})
}
