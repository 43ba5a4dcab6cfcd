package iface

import (
	"slices"
	"sync"

	"ntopgo/engine/host"
)

// observeSeconds is how often hosts are looked at whose five minutes are over.
const observeSeconds = 60

// observeAhead is how many hosts ahead the memory of a host is asked for.
const observeAhead = 8

// observeHosts has hosts learn what is usual for them, as many at once as there are
// shards, which wait meanwhile. A file is read faster than its
// packets came: its hosts are looked at once, at the end.
func (i *Interface) observeHosts(now int64, last bool) {
	if !last && (!i.Live() || now/1e9-i.observedAt < observeSeconds) {
		return
	}
	i.observedAt = now / 1e9
	if !last { // the shards have passed everything on at the end
		i.sync()
	}
	all := i.hosts.All()
	var wg sync.WaitGroup
	for part := range slices.Chunk(all, len(all)/len(i.shards)+1) {
		wg.Go(func() {
			defer i.recovered("a host's habits")
			i.observeSome(part, now, last)
		})
	}
	wg.Wait()
}

// observeSome has some of the hosts learn; other goroutines may do so with others.
func (i *Interface) observeSome(hosts []*host.Host, now int64, last bool) {
	var local, remote uint64
	for n, h := range hosts {
		if n+observeAhead < len(hosts) {
			hosts[n+observeAhead].PrefetchBegin()
		}
		if h.Local {
			local += uint64(h.Observe(now, last))
		} else {
			remote += uint64(h.Observe(now, last))
		}
	}
	i.anomalies[0].Add(local)
	i.anomalies[1].Add(remote)
}

// Anomalies is how many times local and remote hosts did something unusual.
func (i *Interface) Anomalies() (local, remote uint64) {
	return i.anomalies[0].Load(), i.anomalies[1].Load()
}
