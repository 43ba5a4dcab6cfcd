package bindings

import (
	"fmt"

	"ntopgo/compat/lua"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// usedPorts is the "used_ports" table of a local host: the ports it serves, and
// those it asked for elsewhere, as "tcp:443" -> application, from its active
// flows.
func (c *Call) usedPorts(h *host.Host) *lua.Table {
	serves, asked := lua.NewTable(0), lua.NewTable(0)
	c.eachFlow(func(f *flow.Flow) {
		if f.Key.VLAN != h.VLAN || f.Client != h.Addr && f.Server != h.Addr {
			return
		}
		port, ok := servicePort(f)
		if !ok {
			return
		}
		name := c.Env.DPI.Name(f.Result)
		if f.Server == h.Addr && servesFTPData(f) {
			return
		}
		if f.Server == h.Addr && !refused(f) {
			serves.Set(port, name)
		}
		if f.Client == h.Addr {
			asked.Set(port, name)
		}
	})
	return lua.NewTable(2).Set("local_server_ports", serves).Set("remote_contacted_ports", asked)
}

// servicePort names the server's port of a flow, if the flow's beginning shows
// which end is the server: a SYN, or for UDP the smaller port number.
func servicePort(f *flow.Flow) (string, bool) {
	switch {
	case f.Key.Proto == decode.ProtoTCP && f.ToServer.TCPFlags&decode.SYN != 0:
		return fmt.Sprintf("tcp:%d", f.SrvPort), true
	case f.Key.Proto == decode.ProtoUDP && f.CliPort > f.SrvPort:
		return fmt.Sprintf("udp:%d", f.SrvPort), true
	}
	return "", false
}

// refused says that a TCP server answered with a reset.
func refused(f *flow.Flow) bool {
	return f.Key.Proto == decode.ProtoTCP && f.ToClient.TCPFlags&decode.RST != 0
}

// ftpData is nDPI's number for data connections of FTP, whose ports change.
const ftpData = 175

func servesFTPData(f *flow.Flow) bool {
	return f.Result.App == ftpData || f.Result.Master == ftpData
}
