package dpi

// Stratum, the line-based JSON protocol between miners and pools: method names
// of the Stratum v1 documentation, EIP-1571 for Ethereum, xmr-stratum for
// Monero.

func init() {
	either(Dissector{ID: idMining, Name: "Mining", L4: TCP, First: "{", Min: 20}, func(c *Context, b []byte) bool {
		if contains(b, `"mining.subscribe"`) || contains(b, `"mining.authorize"`) || contains(b, `"mining.extranonce`) ||
			contains(b, `"mining.notify"`) || contains(b, `"mining.configure"`) ||
			contains(b, `"eth_submitLogin"`) || contains(b, `"eth_getWork"`) {
			return true
		}
		return contains(b, `"jsonrpc"`) && contains(b, `"login"`) && contains(b, `"agent"`) && contains(b, `"pass"`)
	})
}
