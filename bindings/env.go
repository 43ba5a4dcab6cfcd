package bindings

// Close ends what the bindings opened for themselves; scripts must not run any
// more.
func (e *Env) Close() {
	e.samplings.close()
	e.Ping.Close()
	e.nats.Close()
	e.kafka.Close()
	e.state.mu.Lock()
	defer e.state.mu.Unlock()
	if e.state.bgp != nil {
		e.state.bgp.Close()
	}
	if e.state.events != nil {
		e.state.events.Close()
	}
}

// Close ends what one run of a script opened. Whoever runs scripts calls it when
// the run is over.
func (c *Context) Close() { c.closeZMQ() }
