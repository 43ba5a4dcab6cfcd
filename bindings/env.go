package bindings

// Close ends what the bindings opened for themselves; scripts must not run any
// more.
func (e *Env) Close() {
	e.samplings.close()
	e.Ping.Close()
}
