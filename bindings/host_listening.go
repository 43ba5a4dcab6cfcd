package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/collect"
	"ntopgo/engine/host"
)

// setListeningPorts adds the ports on which processes of a host wait, as an agent on
// it has told; nothing when none has.
func (c *Call) setListeningPorts(t *lua.Table, h *host.Host) {
	col := c.collector()
	if col == nil {
		return
	}
	ports, told := col.Listening(h.Addr)
	if !told {
		return
	}
	t.Set("listening_ports", lua.NewTable(4).
		Set("tcp4", listeningTable(ports.TCP4)).
		Set("tcp6", listeningTable(ports.TCP6)).
		Set("udp4", listeningTable(ports.UDP4)).
		Set("udp6", listeningTable(ports.UDP6)))
}

func listeningTable(ports map[uint16]collect.ListeningPort) *lua.Table {
	t := lua.NewTable(len(ports))
	for n, p := range ports {
		t.Set(n, lua.NewTable(2).Set("process", p.Process).Set("package", p.Package))
	}
	return t
}
