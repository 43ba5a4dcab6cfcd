package translate

// Use is a mention of a field of a global table: ntop.getInfo.
type Use struct {
	Global, Field string
	Line          int
	Call          bool // it is called on the spot
}

// Uses lists the mentions of fields of the given globals in a chunk. Locals and
// parameters of the same name do not count.
func Uses(src, chunk string, globals map[string]bool) (uses []Use, err error) {
	_, _, err = run(src, chunk, func(p *parser) { p.watch = globals; p.uses = &uses })
	return uses, err
}

// note records the field that follows a watched global; the current token is
// the '.' after it.
func (p *parser) note(variable string) {
	if !p.watch[variable] || p.isLocal(variable) {
		return
	}
	field := p.lookahead()
	if field.kind == name {
		*p.uses = append(*p.uses, Use{Global: variable, Field: field.text, Line: field.line})
	}
}

func (p *parser) isLocal(n string) bool {
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].name == n {
			return true
		}
	}
	return false
}
