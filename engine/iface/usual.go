package iface

// observeSeconds is how often hosts are looked at whose five minutes are over.
const observeSeconds = 60

// observeHosts has hosts learn what is usual for them. A file is read faster than its
// packets came: its hosts are looked at once, at the end.
func (i *Interface) observeHosts(now int64, last bool) {
	if !last && (!i.Live() || now/1e9-i.observedAt < observeSeconds) {
		return
	}
	i.observedAt = now / 1e9
	for _, h := range i.Hosts() {
		if n := h.Observe(now); n > 0 {
			if h.Local {
				i.anomalies[0].Add(uint64(n))
			} else {
				i.anomalies[1].Add(uint64(n))
			}
		}
	}
}

// Anomalies is how many times local and remote hosts did something unusual.
func (i *Interface) Anomalies() (local, remote uint64) {
	return i.anomalies[0].Load(), i.anomalies[1].Load()
}
