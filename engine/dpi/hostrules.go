package dpi

import "sort"

// HostRule is a host name that tells what a flow is.
type HostRule struct {
	Host     string // the name or its end
	Protocol uint16 // 0 when it tells a category only
	Category uint8
}

// HostRules lists the host names that the tables know, in order; those of the
// user are not among them.
func (e *Engine) HostRules() []HostRule {
	out := make([]HostRule, 0, len(e.hosts.whole)+len(e.hosts.inside))
	add := func(en hostEntry) {
		out = append(out, HostRule{en.pattern, e.served(en.proto), en.category})
	}
	for _, en := range e.hosts.whole {
		add(en)
	}
	for _, list := range e.hosts.inside {
		for _, en := range list {
			add(en)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Host < out[j].Host })
	return out
}
