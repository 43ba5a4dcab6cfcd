package dpi

// Stratum, the line-based JSON protocol between miners and pools: method names
// of the Stratum v1 documentation, EIP-1571 for Ethereum, xmr-stratum for
// Monero.

func init() {
	either(Dissector{ID: idMining, Name: "Mining", L4: TCP, First: "{", Min: 20}, func(c *Context, b []byte) bool {
		if !mines(b) {
			return false
		}
		c.Meta().Info = currency(b)
		return true
	})
}

func mines(b []byte) bool {
	if contains(b, `"mining.subscribe"`) || contains(b, `"mining.authorize"`) || contains(b, `"mining.extranonce`) ||
		contains(b, `"mining.notify"`) || contains(b, `"mining.configure"`) ||
		contains(b, `"eth_submitLogin"`) || contains(b, `"eth_getWork"`) {
		return true
	}
	// Some miners leave "jsonrpc" out.
	return contains(b, `"login"`) && contains(b, `"agent"`) && contains(b, `"pass"`) &&
		(contains(b, `"jsonrpc"`) || contains(b, `"agent":"xmr-`))
}

// currency is what is mined, as nDPI names it, "" when that cannot be told.
func currency(b []byte) string {
	switch {
	case contains(b, `"eth_submitLogin"`), contains(b, `"eth_getWork"`):
		return "Ethereum"
	case contains(b, `"agent":"xmr-stak-cpu`):
		return "ZCash/Monero"
	case contains(b, "zcash"):
		return "ZCash"
	}
	return ""
}
