package checks

import (
	"ntopgo/engine/counters"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// HostAlert is an alert that a host deserves.
type HostAlert struct {
	*HostCheck
	Value, Threshold int64
	Client           uint8 // the host's share of the score as client, the rest is as server
	Attacker, Victim bool
	Runs             int // dangerous_host: for how long its score was high
}

// Server is the share of the score as server.
func (a *HostAlert) Server() uint8 { return a.Score - a.Client }

// hostPeriod is how often the checks of one host are run, in seconds.
const hostPeriod = 60

// Hosts runs the host checks of one interface. It keeps what they have to
// remember; it is for one goroutine.
type Hosts struct {
	states   map[host.Key]*hostState
	round    uint64
	gateways map[*mac.Mac]bool // stations behind which remote hosts were seen
}

// hostState is what is known of a host between two runs.
type hostState struct {
	ranAt int64
	round uint64
	// Counters at the last run, sent and received.
	syn, synAck, fin, finAck, rst [2]uint64
	high                          int // runs in a row with a high score
}

// Due says whether a minute is over for h at now (seconds, wall time).
func (r *Hosts) Due(h *host.Host, now int64) bool {
	s := r.states[h.Key]
	return s == nil || now-s.ranAt >= hostPeriod
}

// Begin begins a walk over all hosts there are; End forgets those that are gone.
func (r *Hosts) Begin(set *Set, all []*host.Host) {
	r.round++
	r.gateways = map[*mac.Mac]bool{}
	for _, h := range all {
		if s := r.states[h.Key]; s != nil {
			s.round = r.round
		}
		if set.HostOn("unexpected_gateway") && !h.Local && !h.Group {
			h.Update(func(d *host.Data) { r.gateways[d.Mac] = d.Mac != nil })
		}
	}
}

// End is described at Begin.
func (r *Hosts) End() {
	for k, s := range r.states {
		if s.round != r.round {
			delete(r.states, k)
		}
	}
}

// Run runs the checks of set on h. now is wall time, at the interface's, both in
// seconds.
func (r *Hosts) Run(set *Set, h *host.Host, now, at int64) (out []HostAlert) {
	if r.states == nil {
		r.states = map[host.Key]*hostState{}
	}
	s := r.states[h.Key]
	if s == nil {
		s = &hostState{}
		r.states[h.Key] = s
	}
	s.ranAt, s.round = now, r.round
	h.Update(func(d *host.Data) {
		for i := range set.hosts {
			e := &set.hosts[i]
			a := HostAlert{HostCheck: e.HostCheck, Threshold: e.threshold, Client: e.Score}
			if s.check(&a, set, h, d, at) || e.Key == "unexpected_gateway" && r.unexpectedGateway(set, h, d) {
				out = append(out, a)
			}
		}
	})
	return out
}

// check says whether a host deserves an alert, which it fills in.
func (s *hostState) check(a *HostAlert, set *Set, h *host.Host, d *host.Data, at int64) bool {
	switch a.Key {
	case "flow_flood":
		sent, rcvd := d.FlowHits[host.AsClient].Count(), d.FlowHits[host.AsServer].Count()
		d.FlowHits = [2]host.Hits{}
		return a.flood(int64(sent), int64(rcvd))
	case "icmp_flood":
		if d.Alerts == nil {
			return false
		}
		sent, rcvd := d.Alerts.ICMP[0].Count(), d.Alerts.ICMP[1].Count()
		d.Alerts.ICMP = [2]host.Hits{}
		return a.flood(int64(sent), int64(rcvd))
	case "syn_scan":
		syn := gained(&s.syn, d.Sent.Syn, d.Rcvd.Syn)
		ack := gained(&s.synAck, d.Sent.SynAck, d.Rcvd.SynAck)
		return a.flood(syn[0]-ack[1], syn[1]-ack[0])
	case "fin_scan":
		var lone [2]uint64
		if d.Alerts != nil {
			lone = d.Alerts.LoneFINs
		}
		fin := gained(&s.fin, lone[0], lone[1])
		ack := gained(&s.finAck, d.Sent.FinAck, d.Rcvd.FinAck)
		return a.flood(fin[0]-ack[1], fin[1]-ack[0])
	case "rst_scan":
		rst := gained(&s.rst, d.Sent.Rst, d.Rcvd.Rst)
		return a.flood(rst[0], rst[1])
	case "scan_detection":
		if d.Alerts == nil {
			return false
		}
		a.Value, d.Alerts.Incomplete = int64(d.Alerts.Incomplete), 0
		return a.Value > a.Threshold
	case "dns_contacts":
		return a.contacts(d, host.DNSServers, protocolDNS)
	case "smtp_contacts":
		return a.contacts(d, host.SMTPServers, protocolSMTP)
	case "ntp_contacts":
		return a.contacts(d, host.NTPServers, protocolNTP)
	case "domain_names_contacts":
		a.Value = int64(d.Contacts().Domains)
		a.Client = a.Score / 2
		d.ResetDomains()
		return a.Value > a.Threshold
	case "countries_contacts":
		a.Value = int64(d.Contacts().Countries)
		d.ResetCountries()
		return a.Value > a.Threshold
	case "remote_connection":
		if d.Alerts == nil {
			return false
		}
		a.Value, a.Client = int64(d.Alerts.RemoteAccess), a.Score/2
		return a.Value > 0
	case "score_threshold":
		_, client := d.Alerts.Score(host.AsClient, at)
		_, server := d.Alerts.Score(host.AsServer, at)
		if a.Value = int64(client); a.Value <= a.Threshold {
			a.Value, a.Client = int64(server), 0
		}
		return a.Value > a.Threshold
	case "dangerous_host":
		_, client := d.Alerts.Score(host.AsClient, at)
		_, server := d.Alerts.Score(host.AsServer, at)
		a.Value = int64(client + server)
		if s.high++; a.Value <= a.Threshold {
			s.high = 0
		}
		a.Runs = s.high
		return s.high > runsOfDanger
	}
	return false
}

// unexpectedGateway is for local hosts that share their station with remote ones.
func (r *Hosts) unexpectedGateway(set *Set, h *host.Host, d *host.Data) bool {
	return h.Local && !h.Group && r.gateways[d.Mac] && !expected(set.servers.Gateway, h.Addr, h.VLAN)
}

// runsOfDanger is for how many runs a score may be high.
const runsOfDanger = 5

// gained is what two counters gained since the last run, which it notes.
func gained(last *[2]uint64, sent, rcvd uint64) [2]int64 {
	out := [2]int64{int64(sent - last[0]), int64(rcvd - last[1])}
	*last = [2]uint64{sent, rcvd}
	return out
}

// flood is for checks that look at what a host does, then at what is done to it.
func (a *HostAlert) flood(does, suffers int64) bool {
	switch {
	case does > a.Threshold:
		a.Value, a.Attacker = does, true
	case suffers > a.Threshold:
		a.Value, a.Victim, a.Client = suffers, true, 0
	default:
		return false
	}
	return true
}

// contacts is for hosts that turn to many servers of a kind and are none.
func (a *HostAlert) contacts(d *host.Data, kind host.Service, protocol uint16) bool {
	a.Value = int64(d.Contacts().Servers[kind])
	if a.Value <= a.Threshold {
		return false
	}
	serves := false
	d.L7.Each(func(id uint16, n *counters.L7) {
		serves = serves || id == protocol && d.TotalAsServer > 0 && n.Rcvd.Packets > n.Sent.Packets
	})
	return !serves
}
