package dpi

// JSON-RPC 2.0 over a bare TCP connection.

func init() {
	signature(Dissector{ID: idJsonRpc, Name: "JSON-RPC", L4: TCP, Min: 20, First: "{", Priority: 3}, func(_ *Context, b []byte) bool {
		return contains(b, `"jsonrpc":"2.0"`) || contains(b, `"jsonrpc": "2.0"`)
	})
}
