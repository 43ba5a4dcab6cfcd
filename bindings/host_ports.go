package bindings

import (
	"fmt"

	"ntopgo/compat/lua"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
)

// setUsedPorts adds to the table of a local host the ports it serves and those
// it asked for elsewhere as "tcp:443" -> application, and the card of the router
// behind which it first found a remote host.
func (c *Call) setUsedPorts(t *lua.Table, h *host.Host) {
	serves, asks := h.UsedPorts()
	t.Set("used_ports", lua.NewTable(2).Set("local_server_ports", c.portNames(serves)).Set("remote_contacted_ports", c.portNames(asks)))
	if router, known := h.Router(); known {
		t.Set("router", router.String())
	}
}

func (c *Call) portNames(list []host.PortUse) *lua.Table {
	t := lua.NewTable(len(list))
	for _, u := range list {
		t.Set(portName(u.Port), c.Env.DPI.Name(dpi.Result{Master: u.Master, App: u.App}))
	}
	return t
}

func portName(p host.Port) string {
	if p.UDP {
		return fmt.Sprintf("udp:%d", p.Number)
	}
	return fmt.Sprintf("tcp:%d", p.Number)
}

// setVLANPorts adds the ports that local hosts of a VLAN serve to its table.
func (c *Call) setVLANPorts(t *lua.Table, vlan uint16) {
	byPort := map[host.Port]host.PortUse{}
	for _, h := range c.Iface.Hosts() {
		if h.VLAN != vlan || !h.Local || !c.seesHost(h) {
			continue
		}
		serves, _ := h.UsedPorts()
		for _, u := range serves {
			byPort[u.Port] = u
		}
	}
	list := make([]host.PortUse, 0, len(byPort))
	for _, u := range byPort {
		list = append(list, u)
	}
	t.Set("used_ports", lua.NewTable(2).Set("local_server_ports", c.portNames(list)).Set("remote_contacted_ports", lua.NewTable(0)))
}
