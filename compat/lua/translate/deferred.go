package translate

// deferral asks for statements of the main chunk to be run later.
type deferral struct {
	at      map[int]bool // lines on which such a statement starts
	outside int          // locals declared before the statement being deferred; 0: none is
	starts  []int        // where statements of the main chunk start
}

// Deferred is Source with the statements of the main chunk that start on the
// given lines passed, each as a function, to the helper "defer". The error also
// tells of a statement that has to run in its place: one that declares or
// assigns locals of the chunk, or returns.
func Deferred(src, chunk string, lines map[int]bool) (out string, err error) {
	// Calls inside a deferred statement are in a function of its own: their lines
	// are not corrected.
	out, _, err = run(src, chunk, func(p *parser) { p.later = &deferral{at: lines} })
	return out, err
}

// Statements lists the lines on which the statements of the main chunk start.
func Statements(src, chunk string) (starts []int, err error) {
	d := &deferral{}
	_, _, err = run(src, chunk, func(p *parser) { p.later = d })
	return d.starts, err
}

func (p *parser) topStatement() {
	d, line := p.later, p.tok.line
	d.starts = append(d.starts, line)
	if !d.at[line] {
		p.statement()
		return
	}
	if p.is("local") {
		p.fail(line, "a declaration cannot be deferred")
	}
	p.write(";"+helper("defer")+"function()", line)
	d.outside = len(p.scope)
	p.statement()
	d.outside = 0
	p.write("end)", p.outLine)
}
