package checks

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"

	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iec104"
)

// Setting is what is configured for one check.
type Setting struct {
	Enabled   bool
	Items     []string // of its list, as its page takes them
	Threshold int64    // 0: the check's own
	// Limits are thresholds by name, where a check has several; nil: the check's
	// own. Those that are turned off are left out.
	Limits map[string]int64
}

// Server is an address or network of servers in a VLAN.
type Server struct {
	Prefix netip.Prefix
	VLAN   uint16
}

// Servers are those that are expected, by what they serve; VLAN 0 stands for any.
// Where a list is empty no server is unexpected.
type Servers struct{ DNS, NTP, DHCP, SMTP, Gateway []Server }

// Config says which checks are run. The zero value is what a new installation
// has.
type Config struct {
	Year int // of the script tree; it decides which checks there are
	// Flow and Host are the settings by key. Nil: every check is as it comes.
	// Checks that are left out of a map are off.
	Flow, Host map[string]Setting
	Servers    Servers
	// Devices says which protocols devices may speak; nil: all.
	Devices *Devices
	// IEC104Types stands for the types of data that the check of them lists; empty:
	// it counts.
	IEC104Types    []string
	IEC104Learning int64 // seconds; 0: the usual time
	// Excluded says that an alert about a flow must not be raised because of one
	// of its ends; nil: none is left out. It must be quick.
	Excluded func(a netip.Addr, vlan uint16, alert uint8) bool
}

// Set is a configuration made ready. It does not change and may be used by
// several goroutines.
type Set struct {
	dpi     *dpi.Engine
	all     []*Check // by key
	byAlert [128]*Check
	logic   [hooks][]*entry
	byRisk  [64]*entry
	risks   [hooks]uint64
	on      map[string]bool
	hosts   []hostEntry
	hostsOn map[string]bool
	vlans   map[uint16]bool
	places  map[[2]byte]bool
	servers Servers
	// issueLimits is as the variable of this name.
	issueLimits map[string]int64
	excluded    func(a netip.Addr, vlan uint16, alert uint8) bool
	iec         iec104.Config
	devices     *Devices
}

// entry is a check that is on; order is its place in the order of keys, which
// decides between alerts of the same score.
type entry struct {
	*Check
	order int
}

// Checks lists the flow checks of a year's tree by key.
func Checks(year int, e *dpi.Engine) []*Check {
	all := logicChecks()
	for _, r := range riskChecks(year) {
		all = append(all, fromRisk(r, e))
	}
	slices.SortFunc(all, func(a, b *Check) int { return cmp.Compare(a.Key, b.Key) })
	return all
}

// NewSet makes cfg ready for flows that e has classified.
func NewSet(cfg Config, e *dpi.Engine) *Set {
	s := &Set{dpi: e, all: Checks(cfg.Year, e), on: map[string]bool{}, servers: cfg.Servers, excluded: cfg.Excluded,
		iec: noIEC104, devices: cfg.Devices}
	for i, c := range s.all {
		s.byAlert[c.Alert] = c
		setting, listed := cfg.Flow[c.Key]
		if cfg.Flow == nil {
			setting.Enabled = !c.Off
		} else if !listed {
			continue
		}
		if setting.Enabled {
			s.enable(&entry{c, i}, &setting)
		}
	}
	if len(cfg.IEC104Types) > 0 {
		s.iec.Allowed = typeIDs(cfg.IEC104Types)
	}
	if cfg.IEC104Learning > 0 {
		s.iec.Learning = cfg.IEC104Learning
	}
	s.enableHosts(&cfg)
	return s
}

func (s *Set) enable(e *entry, setting *Setting) {
	s.on[e.Key] = true
	for h := range hooks {
		if e.Hooks&(1<<h) == 0 {
			continue
		}
		if e.Risk != 0 {
			s.risks[h] |= 1 << e.Risk
		} else {
			s.logic[h] = append(s.logic[h], e)
		}
	}
	if e.Risk != 0 {
		s.byRisk[e.Risk] = e
	}
	switch e.Key {
	case "country_check":
		s.places = places(setting.Items)
	case "iec_unexpected_type_id":
		s.iec.Allowed = typeIDs(setting.Items)
	case "tcp_packets_issues":
		if s.issueLimits = setting.Limits; s.issueLimits == nil {
			s.issueLimits = issueLimits
		}
	case "vlan_bidirectional_traffic":
		s.vlans = vlans(setting.Items)
	}
}

// On says whether the flow check of this key is run.
func (s *Set) On(key string) bool { return s != nil && s.on[key] }

// Of is the check that raises an alert, nil when there is none.
func (s *Set) Of(alert uint8) *Check {
	if s == nil || alert >= 128 {
		return nil
	}
	return s.byAlert[alert]
}

// Keys are the keys of the flow checks, sorted.
func (s *Set) Keys() []string {
	keys := make([]string, len(s.all))
	for i, c := range s.all {
		keys[i] = c.Key
	}
	return keys
}

// Wants says whether a flow with these risks has to be looked at.
func (s *Set) Wants(h Hook, risks uint64) bool {
	if s == nil {
		return false
	}
	i := bits.TrailingZeros8(uint8(h))
	return len(s.logic[i]) > 0 || s.risks[i]&risks != 0
}

// Examine appends to out the alerts that f deserves at moment h, in the order of
// the keys of their checks.
func (s *Set) Examine(h Hook, f *flow.Flow, out []flow.Alert) []flow.Alert {
	i := bits.TrailingZeros8(uint8(h))
	var order [64]int
	begin := len(out)
	add := func(e *entry, a flow.Alert) {
		if s.left(f, a.ID) || len(out)-begin == len(order) {
			return
		}
		// Few are raised: insertion keeps them sorted.
		at := len(out)
		for at > begin && order[at-begin-1] > e.order {
			order[at-begin] = order[at-begin-1]
			at--
		}
		order[at-begin] = e.order
		out = slices.Insert(out, at, a)
	}
	for risks := s.risks[i] & f.Result.Risks; risks != 0; risks &= risks - 1 {
		e := s.byRisk[bits.TrailingZeros64(risks)]
		if e.Risk == riskUnsafe && toEveryCard(f) {
			continue // a search for neighbours is nothing to worry about
		}
		a := e.alert()
		if e.Risk == riskUnsafe && f.ToClient.Packets > manyAnswers {
			a.Roles |= flow.ServerAttacker
		}
		add(e, a)
	}
	for _, e := range s.logic[i] {
		if f.Alerts.Has(e.Alert) {
			continue
		}
		if a := e.alert(); e.test != nil && e.test(s, f, &a) {
			add(e, a)
		}
	}
	return out
}

// RolesNow are the roles of an alert of f, for which more may be known than when it
// was raised.
func (s *Set) RolesNow(f *flow.Flow, a *flow.Alert) flow.Role {
	if c := s.Of(a.ID); c != nil && c.Risk == riskUnsafe && f.ToClient.Packets > manyAnswers {
		return a.Roles | flow.ServerAttacker
	}
	return a.Roles
}

// left says whether an alert must not be raised because of one of the ends.
func (s *Set) left(f *flow.Flow, alert uint8) bool {
	return s.excluded != nil && (s.excluded(f.Client, f.Key.VLAN, alert) || s.excluded(f.Server, f.Key.VLAN, alert))
}

// Excluded says whether an alert about f must not be raised.
func (s *Set) Excluded(f *flow.Flow, alert uint8) bool { return s != nil && s.left(f, alert) }

// listed says whether an address is in a list of malware.
func (s *Set) listed(f *flow.Flow, a netip.Addr) bool {
	if f.Result.Category != categoryMalware { // then no end is
		return false
	}
	category, _, ok := s.dpi.MatchCategory(a.String())
	return ok && category == categoryMalware
}

func (s *Set) badPlace(h *host.Host) bool { return h != nil && s.places[h.Country] }
