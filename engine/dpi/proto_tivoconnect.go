package dpi

import "bytes"

// TiVoConnect: "TiVo Connect Automatic Machine Discovery Protocol
// Specification".

func init() {
	signature(Dissector{ID: idTivoconnect, Name: "TiVoConnect", L4: UDP, Ports: []uint16{2190}, Min: 12, First: "Tt"}, func(_ *Context, b []byte) bool {
		return bytes.EqualFold(b[:12], []byte("tivoconnect="))
	})
}
