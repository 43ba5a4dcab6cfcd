package dpi

// Zabbix: "Header" of its protocol: ZBXD and flags.

func init() {
	// Zabbix: "Header" of its protocol: ZBXD and flags.
	signature(Dissector{ID: idZabbix, Name: "Zabbix", L4: TCP, Ports: []uint16{10050, 10051}, First: "Z", Min: 5}, func(_ *Context, b []byte) bool {
		return has(b, "ZBXD") && b[4] >= 1 && b[4] <= 7
	})
}
