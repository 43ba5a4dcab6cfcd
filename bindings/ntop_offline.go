package bindings

// offline says that nothing outside may be asked: by option, or because a script
// found that there is no connection.
func (e *Env) offline() bool { return e.Options.Offline || e.noConnection.Load() }

func setOffline(c *Call, off bool) {
	c.Env.noConnection.Store(off)
	c.Push(nil)
}
