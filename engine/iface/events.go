package iface

import (
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// FlowEvent is what can happen to a flow.
type FlowEvent int

// Events of a flow's life.
const (
	FlowRecognised FlowEvent = iota // the classifier has decided
	FlowEnded                       // it was idle and is forgotten
)

func (s *shard) tell(e FlowEvent, f *flow.Record) {
	if s.i.cfg.OnFlow == nil {
		return
	}
	var v flow.Flow
	s.view(f, &v)
	own := v.Own() // it may be kept
	s.i.cfg.OnFlow(e, &own)
}

// nDPI's numbers of the protocols whose servers are counted per client.
var countedServers = map[uint16]host.Service{5: host.DNSServers, 3: host.SMTPServers, 29: host.SMTPServers,
	9: host.NTPServers, 4: host.IMAPServers, 51: host.IMAPServers, 2: host.POPServers, 23: host.POPServers}

// Other protocols by nDPI's numbers.
const (
	protocolDNS  = 5
	protocolHTTP = 7
	protocolTLS  = 91
	protocolQUIC = 188
	protocolTor  = 163
	protocolDoH  = 196
)

// recognised is called once for a flow, when the classifier has decided: the
// client, if it is a local host, has found a server and asked for a name, and has shown
// how it opens connections.
func (s *shard) recognised(f *flow.Record, l flow.Links) {
	s.chooseProfile(f)
	s.tell(FlowRecognised, f)
	if l.Cli == nil || !l.Cli.Local {
		return
	}
	s.noteUse(f, l)
	app, _ := f.Application()
	lower := f.Result.Master
	if lower == 0 {
		lower = app
	}
	kind, counted := countedServers[lower]
	name := ""
	m := s.flows.Metadata(f)
	if m != nil && m.SSHClient == "" && m.SSHServer == "" { // whose name is a banner
		name = m.HostName
	}
	syn := m != nil && m.TCPFingerprint != ""
	if !counted && name == "" && !syn {
		return
	}
	d := l.Cli.Lock()
	defer l.Cli.Unlock()
	if syn {
		d.Detail().Fingerprint(m.TCPFingerprint, f.FirstSeen())
	}
	c := d.Contacted()
	if counted {
		c.Server(kind, f.Server())
	}
	if name == "" {
		return
	}
	web := lower == protocolHTTP && m.HTTPStatus == 200 || lower == protocolTLS || lower == protocolQUIC || app == protocolTor
	resolved := lower == protocolDNS && m.DNSReplyCode == 0
	c.Asked(name, web || resolved)
	if web && app != protocolDoH || resolved {
		c.Visit(name)
	}
}

// ended is called for a flow that is about to be forgotten.
func (s *shard) ended(f *flow.Record, l flow.Links) {
	s.tell(FlowEnded, f)
	up, down := f.Totals()
	if f.Proto != decode.ProtoTCP && f.Proto != decode.ProtoUDP || up.Packets > 0 && down.Packets > 0 || !f.HostsCounted() ||
		!flow.Unicast(f.Server()) {
		return
	}
	_, _, _, port := f.Ends()
	if h := l.Cli; h != nil {
		h.Lock().Contacted().NoAnswer(f.Server(), port, true)
		h.Unlock()
	}
	if h := l.Srv; h != nil {
		h.Lock().Contacted().NoAnswer(f.Client(), port, false)
		h.Unlock()
	}
}
