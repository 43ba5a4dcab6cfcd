package dpi

import "ntopgo/engine/decode"

// networkProtocols names the transports that have no ports (IANA protocol
// numbers to protocol ids).
var networkProtocols = map[uint8]uint16{
	decode.ProtoICMP:   idIpIcmp,
	decode.ProtoIGMP:   idIpIgmp,
	decode.ProtoIPIP:   idIpIpInIp,
	8:                  idIpEgp,
	decode.ProtoGRE:    idIpGre,
	decode.ProtoESP:    idIpsec,
	decode.ProtoAH:     idIpsec,
	decode.ProtoICMPv6: idIpIcmpv6,
	89:                 idIpOspf,
	103:                idIpPim,
	112:                idIpVrrp,
	113:                idIpPgm,
	decode.ProtoSCTP:   idIpSctp,
}

// networkProtocols2026 holds what has an id of its own in the 2026 numbering.
var networkProtocols2026 = map[uint8]uint16{decode.ProtoESP: 117, decode.ProtoAH: 116}

func (e *Engine) networkProtocol(s *State, t *Tuple, _ *decode.Packet) {
	if id, ok := networkProtocols[t.Proto]; ok {
		e.set(s, 0, id, ConfidenceDPI)
		if own, ok := networkProtocols2026[t.Proto]; ok && e.remap != nil {
			s.res.App = own
		}
	}
}

// defaultPorts maps the default ports of the table to protocols. Where two
// protocols name a port the higher id, the newer protocol, has it.
func defaultPorts(ps []Protocol) (out [3]map[uint16]uint16) {
	out[TCP], out[UDP] = map[uint16]uint16{}, map[uint16]uint16{}
	for i := range ps {
		for _, p := range ps[i].TCPPorts {
			out[TCP][p] = ps[i].ID
		}
		for _, p := range ps[i].UDPPorts {
			out[UDP][p] = ps[i].ID
		}
	}
	return out
}

// byPort returns the protocol whose default port the flow uses, the server's
// port first. 0 when there is none.
func (e *Engine) byPort(t *Tuple) uint16 {
	l4 := transport(t.Proto)
	if l4 == 0 {
		return 0
	}
	if id, ok := e.ports[l4][t.SrvPort]; ok {
		return id
	}
	return e.ports[l4][t.CliPort]
}

// guess names a flow that no dissector named.
func (e *Engine) guess(s *State, t *Tuple) {
	if w := s.w; w != nil && w.partial != 0 {
		e.set(s, w.partialM, w.partial, ConfidencePartial)
		return
	}
	if e.cfg.NoGuess {
		return
	}
	id := e.byPort(t)
	if id != 0 && t.Proto == decode.ProtoUDP && s.w != nil && s.w.saidNo(id) && notByPort[id] {
		id = 0 // its own dissector looked and declined
	}
	if id != 0 {
		e.set(s, 0, id, ConfidencePort)
		return
	}
	if c := e.Custom(); c != nil {
		if id := c.byAddress(t); id != 0 {
			e.set(s, 0, id, ConfidenceIP)
			return
		}
	}
	if id := e.addrs.find(t.Server); id != 0 {
		e.set(s, 0, id, ConfidenceIP)
	} else if id := e.addrs.find(t.Client); id != 0 {
		e.set(s, 0, id, ConfidenceIP)
	}
}

func (w *work) saidNo(id uint16) bool {
	return int(id) < len(w.excl)*64 && w.excl[id>>6]&(1<<(id&63)) != 0
}

// notByPort lists UDP protocols that are only believed when their dissector
// agrees, because their ports serve much else.
var notByPort = map[uint16]bool{
	idSnmp: true, idNetflow: true,
}
