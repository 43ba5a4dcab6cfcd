package dpi

// Told completes what a probe found of a flow that it classified itself. A flow
// that it could not name, and one whose ports or addresses a rule of the user
// names, is guessed; lists of the user give the category before the protocol
// does. host is the name that the flow asked for, "" for none.
func (e *Engine) Told(r Result, host string, t *Tuple) Result {
	unknown := r.App == 0 && r.Master == 0
	if unknown || e.Custom() != nil {
		s := e.NewState()
		e.GiveUp(s, t)
		if g := s.Result(); unknown || e.IsCustom(g.App) {
			r.Master, r.App, r.Confidence = g.Master, g.App, g.Confidence
		}
		e.Release(s)
	}
	r.Category = e.category(&State{res: r})
	for _, name := range []string{host, t.Server.String(), t.Client.String()} {
		if c, _, ok := e.MatchCategory(name); ok && name != "" {
			r.Category = c
			break
		}
	}
	return r
}
