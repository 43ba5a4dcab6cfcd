package iface

import (
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// protocolFTPData is nDPI's number for data connections of FTP, whose ports
// change.
const protocolFTPData = 175

// notePorts tells local hosts of the port that a flow uses, if its beginning shows
// which end is the server: a SYN, or for UDP the smaller port number. It is called
// until the flow is recognised and its server has answered.
func (s *shard) notePorts(f *flow.Record) {
	_, _, cliPort, srvPort := f.Ends()
	up, down := f.TCPFlags()
	switch {
	case f.Proto == decode.ProtoTCP:
		if up&decode.SYN == 0 {
			return
		}
	case f.Proto != decode.ProtoUDP || cliPort <= srvPort:
		f.NotePorts()
		return
	}
	use := host.PortUse{Port: host.Port{Number: srvPort, UDP: f.Proto == decode.ProtoUDP}, Master: f.Result.Master, App: f.Result.App,
		Turn: s.turn(f)}
	l := s.flows.Links(f)
	_, answered := f.Totals()
	if h := l.Cli; h != nil && h.Local {
		c := h.Lock().Contacted()
		c.Asks(use)
		if _, local := f.Local(); !local && flow.Unicast(f.Server()) && l.SrvMAC != nil && !l.SrvMAC.Address.Special() {
			c.Behind(l.SrvMAC.Address, f.FirstSeen())
		}
		h.Unlock()
	}
	serves := answered.Packets > 0 && down&decode.RST == 0
	if h := l.Srv; h != nil && h.Local && serves && use.App != protocolFTPData && use.Master != protocolFTPData {
		h.Lock().Contacted().Serves(use)
		h.Unlock()
	}
	if f.Classified() && (answered.Packets > 0 || l.Srv == nil || !l.Srv.Local) {
		f.NotePorts()
	}
}

// turn is when a flow would be looked at in the original: its flows are walked every
// five seconds, from the first to the last slot of their table. A file has one walk.
func (s *shard) turn(f *flow.Record) uint64 {
	walk := uint64(0)
	if s.i.Live() {
		walk = uint64(f.LastSeen() / 5e9)
	}
	return walk<<32 | uint64(f.DisplayKey()%slots(s.i.cfg.MaxFlows))
}
