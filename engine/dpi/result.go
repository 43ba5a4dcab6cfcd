package dpi

import (
	"net/netip"
	"strings"
)

// Categories that dissectors set by themselves.
const (
	categoryMedia     = 1
	categoryDownload  = 7
	categoryConnCheck = 30
	categoryMalware   = 100
)

// Breeds from which on a protocol is marked as unsafe.
const (
	breedAcceptable = 1
	breedUnsafe     = 3
	breedDangerous  = 5
)

// set stores a verdict, ids in the numbering of 2024, and its category.
func (e *Engine) set(s *State, master, app uint16, how Confidence) {
	if master == app {
		master = 0
	}
	if app == 0 {
		master, app = 0, master
	}
	s.res.Master, s.res.App, s.res.Confidence = e.served(master), e.served(app), how
	s.found = true
	s.res.Category = e.category(s)
}

// mailLike names the masters whose category is the flow's, whatever runs in
// them: mail stays mail when it is read from a known provider.
var mailLike = map[uint16]bool{
	idMailImap: true, idMailImaps: true, idMailPop: true, idMailPops: true, idMailSmtp: true, idMailSmtps: true,
	idDns: true, idDhcp: true,
}

func (e *Engine) category(s *State) uint8 {
	if s.hostCat != 0 {
		return s.hostCat
	}
	if mailLike[s.res.Master] {
		return e.Protocol(s.res.Master).Category
	}
	c := e.Protocol(s.res.App).Category
	if c == 0 && s.res.Master != 0 {
		c = e.Protocol(s.res.Master).Category
	}
	return c
}

// Host records the host name of a flow that master carries and returns the
// application the name stands for, 0 for none. It sets the category that the
// name asks for, and the risks that its form brings.
func (c *Context) Host(name string, master uint16) uint16 {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	m := c.Meta()
	m.HostName, m.Info = name, name
	en, ok := c.E.hosts.find(name)
	hostRisks(c, name, ok)
	if u := c.E.Custom(); u != nil {
		if app, cat, known := u.byHost(c, name); known {
			if cat != 0 {
				c.S.hostCat = cat
			}
			return app
		}
	}
	if cat, hit := c.E.hostCats.find(name); hit {
		// A name listed for its category alone names no application.
		c.S.hostCat = cat.category
		return 0
	} else if ok && !mailLike[master] {
		c.S.hostCat = en.category
	}
	if !ok {
		if master == idTls && c.S.res.Risks&(1<<riskSuspiciousDgaDomain) != 0 && onionName(name) {
			return idTor
		}
		return 0
	}
	return en.proto
}

// onionName says whether a made-up name looks like those under which Tor's relays
// ask for each other (tor-spec: a random host between "www." and a common end).
func onionName(name string) bool {
	return strings.HasPrefix(name, "www.") && (strings.HasSuffix(name, ".com") || strings.HasSuffix(name, ".net"))
}

// IsNumeric reports a host name that is an address, with or without a port.
func IsNumeric(host string) bool {
	if !maybeNumeric(host) {
		return false
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	_, err := netip.ParseAddrPort(host)
	return err == nil
}

// maybeNumeric is a cheap look at a host name, true of every address: one with a
// letter that no digit is, and without a colon, is none.
func maybeNumeric(host string) bool {
	letters := false
	for i := range len(host) {
		c := host[i]
		switch {
		case c == ':':
			return true // IPv6, which may have a zone with any name
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == '-', c == '_':
			letters = true
		}
	}
	return !letters
}

// settle adds what only the whole flow tells.
func (e *Engine) settle(s *State, t *Tuple) {
	custom := e.Custom()
	if s.ruled {
		s.res.Master, s.res.App, s.res.Confidence, s.found = s.w.rule.Master, s.w.rule.App, ConfidenceCustom, true
	}
	if s.found {
		s.res.Category = e.category(s)
		if e.cfg.KeepCategory && s.firstCat != 0 {
			s.res.Category = s.firstCat
		}
		e.portRisk(s, t)
		for _, id := range [2]uint16{s.res.Master, s.res.App} {
			if b := e.Protocol(id).Breed; b >= breedUnsafe && b <= breedDangerous {
				s.res.Risks |= 1 << riskUnsafeProtocol
			}
		}
		if e.remoteDesktop(s.res.App) {
			s.res.Risks |= 1 << riskDesktopOrFileSharingSession
		}
	}
	if (s.packets[0] == 0) != (s.packets[1] == 0) && !oneWay(t) && !e.oneWayProtocol(s, t) {
		s.res.Risks |= 1 << riskUnidirectionalTraffic
	}
	if s.meta != nil && s.res.Risks&goodRisks != 0 && e.goodHost(s.meta.HostName) {
		s.res.Risks &^= goodRisks
	}
	if s.meta == nil && s.res.Risks&(1<<riskSuspiciousEntropy) != 0 {
		s.meta = e.near.metas.get() // the risk's text names the entropy
	}
	if s.meta != nil {
		s.meta.Entropy = uint16(s.entropy * 1000)
	}
	if s.meta != nil && s.syn.on() {
		s.meta.TCPFingerprint = s.syn.fingerprint()
		s.meta.OSHint = osHints[s.meta.TCPFingerprint]
	}
	if custom != nil {
		custom.settle(e, s, t)
	}
}

// oneWay reports a destination that does not answer: multicast, and the
// broadcast addresses that can be told without knowing the network.
func oneWay(t *Tuple) bool {
	if !t.Server.Is4() {
		return t.Server.IsMulticast()
	}
	return t.Server.IsMulticast() || t.Server.As4()[3] == 255
}

// oneWayProtocol reports what is sent without an answer by its nature.
func (e *Engine) oneWayProtocol(s *State, t *Tuple) bool {
	switch s.res.App {
	case e.served(idNetflow), e.served(idSflow), e.served(idRtp), e.served(idCollectd):
		return true
	case e.served(idSyslog), e.served(idMdns), e.served(idSonos):
		return transport(t.Proto) == UDP
	}
	return false
}

// portRisk marks a protocol that has default ports and uses none of them.
func (e *Engine) portRisk(s *State, t *Tuple) {
	l4 := transport(t.Proto)
	if l4 == 0 || s.res.Confidence == ConfidencePort || s.res.Confidence == ConfidenceIP {
		return
	}
	known := false
	for _, id := range [2]uint16{s.res.Master, s.res.App} {
		if id == 0 {
			continue
		}
		ports := e.Protocol(id).TCPPorts
		if l4 == UDP {
			ports = e.Protocol(id).UDPPorts
		}
		for _, p := range ports {
			if known = true; p == t.SrvPort || p == t.CliPort {
				return
			}
		}
	}
	if known {
		s.res.Risks |= 1 << riskKnownProtocolOnNonStandardPort
	}
}
