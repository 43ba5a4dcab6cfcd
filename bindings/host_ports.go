package bindings

import (
	"fmt"

	"ntopgo/compat/lua"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// setUsedPorts adds to the table of a local host, from its active flows, the
// ports it serves and those it asked for elsewhere as "tcp:443" -> application,
// and the card of the router behind which it first found a remote host.
func (c *Call) setUsedPorts(t *lua.Table, h *host.Host) {
	serves, asked := lua.NewTable(0), lua.NewTable(0)
	var router mac.Addr
	var since int64
	c.eachFlow(func(f *flow.Flow) {
		if f.Key.VLAN != h.VLAN || f.Client != h.Addr && f.Server != h.Addr {
			return
		}
		if f.Client == h.Addr && !c.Env.Nets.Local(f.Server) && flow.Unicast(f.Server) && !f.SrvMAC.Special() &&
			(since == 0 || f.FirstSeen < since) {
			router, since = f.SrvMAC, f.FirstSeen
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
	t.Set("used_ports", lua.NewTable(2).Set("local_server_ports", serves).Set("remote_contacted_ports", asked))
	if since != 0 {
		t.Set("router", router.String())
	}
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
