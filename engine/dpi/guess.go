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

func (e *Engine) networkProtocol(s *State, t *Tuple, p *decode.Packet) {
	if t.Proto == decode.ProtoICMP || t.Proto == decode.ProtoICMPv6 {
		icmpRisks(s, p)
	}
	if id, ok := networkProtocols[t.Proto]; ok {
		e.set(s, 0, id, ConfidenceDPI)
		if own, ok := networkProtocols2026[t.Proto]; ok && e.remap != nil {
			s.res.App = own
		}
	}
	if t.Proto == decode.ProtoICMP {
		s.w.look(p.Payload())
		e.entropyRisk(s)
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

// byPort returns the protocol whose default port the flow uses, the lower port
// first: it is the one that was assigned. 0 when there is none.
func (e *Engine) byPort(t *Tuple) uint16 {
	l4 := transport(t.Proto)
	if l4 == 0 {
		return 0
	}
	if id, ok := e.ports[l4][min(t.SrvPort, t.CliPort)]; ok {
		return id
	}
	return e.ports[l4][max(t.SrvPort, t.CliPort)]
}

// guess names a flow that no dissector named.
func (e *Engine) guess(s *State, t *Tuple) {
	if w := s.w; w != nil && w.partial != 0 {
		e.set(s, w.partialM, w.partial, ConfidencePartial)
		return
	}
	if w := s.w; w != nil && (t.SrvPort == 8080 || t.CliPort == 8080) { // Ookla's, see proto_ookla.go
		if app := e.cache.recallHost(cacheOokla, t.Client, w.now); app != 0 {
			e.set(s, 0, app, ConfidencePartialCache)
			return
		}
	}
	if e.cfg.NoGuess {
		return
	}
	port, host := e.byPort(t), e.byAddress(t)
	if port != 0 && s.w != nil && (host != 0 && port == idTls || t.Proto == decode.ProtoUDP && notByPort[port]) && e.saidNo(s.w, port) {
		port = 0 // its own dissector looked and declined; where TLS would be, much else hides
	}
	if port != 0 {
		e.set(s, 0, port, ConfidencePort)
	} else if host != 0 {
		e.set(s, 0, host, ConfidenceIP)
	}
}

// byAddress returns the protocol that the user or the table gives the server's
// address, then the client's.
func (e *Engine) byAddress(t *Tuple) uint16 {
	if c := e.Custom(); c != nil {
		if id := c.byAddress(t); id != 0 {
			return id
		}
	}
	if id := e.addrs.find(t.Server); id != 0 {
		return id
	}
	return e.addrs.find(t.Client)
}

// saidNo says whether a dissector of the protocol has declined.
func (e *Engine) saidNo(w *work, id uint16) bool {
	for k, set := range w.excluded {
		for ; set != 0; set &= set - 1 {
			if e.x.all[k<<6+trailing(set)].ID == id {
				return true
			}
		}
	}
	return false
}

// notByPort lists UDP protocols that are only believed when their dissector
// agrees, because their ports serve much else.
var notByPort = map[uint16]bool{
	idSnmp: true, idNetflow: true,
}
