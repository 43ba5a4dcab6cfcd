package dpi

import "net/netip"

// force notes what a rule about ports or addresses says of a new flow. The
// packets are looked at all the same, for names and risks.
func (e *Engine) force(s *State, t *Tuple) {
	c := e.Custom()
	if c == nil {
		return
	}
	master, app := c.forced(e, t)
	if app == 0 {
		return
	}
	s.ruled = true
	s.w.rule = Result{Master: e.served(master), App: e.served(app)}
	s.res.Master, s.res.App, s.res.Confidence = s.w.rule.Master, s.w.rule.App, ConfidenceCustom
	s.res.Category = e.category(s)
}

// byHost looks a name up in the user's rules and lists; known says that they
// have the last word on it.
func (c *Custom) byHost(x *Context, name string) (app uint16, category uint8, known bool) {
	if _, risky := below(c.riskyHosts, name); risky {
		x.Risk(riskRiskyDomain)
	}
	if hit, ok := below(c.hostCats, name); ok {
		c.hit(x.E, x.S, hit)
		if hit.category == categoryMalware {
			x.Risk(riskMalwareHostContacted)
		}
		if en, ok := x.E.hosts.find(name); ok {
			app = en.proto
		}
		category, known = hit.category, true
	}
	if en, ok := c.hosts.find(name); ok {
		app, known = en.proto, true
	}
	return app, category, known
}

// hit records that a list put the flow into its category. A flow counts once.
func (c *Custom) hit(_ *Engine, s *State, l listed) {
	s.hostCat = l.category
	if s.listed {
		return
	}
	s.listed = true
	l.list.hits.Add(1)
	if s.meta == nil {
		s.meta = new(Metadata)
	}
	s.meta.CategoryList = l.list.Name
}

// settle applies what the user says of the addresses of a flow, then the
// exceptions from risks.
func (c *Custom) settle(e *Engine, s *State, t *Tuple) {
	if !s.listed {
		if hit, ok := c.addrCats.find(t.Client); ok {
			c.hit(e, s, hit)
		} else if hit, ok := c.addrCats.find(t.Server); ok {
			c.hit(e, s, hit)
			if hit.category == categoryMalware { // the client went there
				s.res.Risks |= 1 << riskMalwareHostContacted
			}
		}
	}
	if s.listed {
		s.res.Category = s.hostCat
	}
	for _, a := range [2]netip.Addr{t.Client, t.Server} {
		if r, ok := c.addrRisks.find(a); ok {
			s.res.Risks |= r
		}
	}
	if s.res.Risks == 0 {
		return
	}
	if s.meta != nil {
		if keep, ok := below(c.hostMasks, s.meta.HostName); ok {
			s.res.Risks &= keep
		}
	}
	if keep, ok := c.addrMasks.find(t.Client); ok {
		s.res.Risks &= keep
	}
	if keep, ok := c.addrMasks.find(t.Server); ok {
		s.res.Risks &= keep
	}
}
