package dpi

// CAN over UDP as Kvaser-style gateways and "ISO 11898 over IP" bridges frame it:
// the text "ISO11898" and a version (CANopen/CiA 309-1 style datagrams).

func init() {
	signature(Dissector{ID: idCan, Name: "Controller_Area_Network", L4: UDP, First: "I", Min: 11}, func(_ *Context, b []byte) bool {
		return has(b, "ISO11898")
	})
}
