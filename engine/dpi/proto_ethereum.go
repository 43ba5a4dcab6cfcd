package dpi

// Ethereum: node discovery v4 (devp2p "discv4": hash, signature, packet type),
// RLPx handshake (devp2p "rlpx": a size and an ECIES point) and the stratum
// protocol of its miners (EIP-1571).

func init() {
	either(Dissector{ID: idEthereum, Name: "ETHEREUM", L4: TCP, First: "{", Min: 20, Priority: -1}, func(_ *Context, b []byte) bool {
		return (contains(b, `"eth1.0"`) || contains(b, `"worker":`)) && !contains(b, "eth_submitLogin") // a login is to a pool: see proto_mining.go
	})
	signature(Dissector{ID: idEthereum, Name: "ETHEREUM", L4: UDP, Ports: []uint16{30303}, Min: 99, OnlyPorts: true}, func(c *Context, b []byte) bool {
		// The type follows 32 bytes of hash and 65 of signature; an RLP list follows.
		return len(b) < 1280 && b[97] >= 1 && b[97] <= 6 && b[98] >= 0xc0 && b[96] <= 1
	})
	signature(Dissector{ID: idEthereum, Name: "ETHEREUM", L4: TCP, Ports: []uint16{30300, 30301, 30302, 30303, 30304, 30305}, Min: 100, OnlyPorts: true}, func(c *Context, b []byte) bool {
		return c.N() == 1 && len(b) < 700 && (b[2] == 4 && be16(b) == len(b)-2 || len(b) == 307 && b[0] == 4 || b[2] == 4 && len(b) > 300)
	})
}
