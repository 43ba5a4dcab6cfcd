package checks

import (
	"sync/atomic"

	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// Devices says which protocols kinds of devices may speak. It may be used by
// several goroutines.
type Devices struct {
	// Kind is what a station is, by ntopng's numbers. It must be quick.
	Kind    func(*mac.Mac) uint8
	allowed [2][deviceKinds]atomic.Pointer[map[uint16]bool] // by role
	any     atomic.Bool
}

// deviceKinds is how many kinds of devices there may be.
const deviceKinds = 32

// Allow replaces the protocols that devices of a kind may speak as client or as
// server; kinds that were never named may speak all. It says whether there is such
// a kind.
func (d *Devices) Allow(kind int64, role int, protocols map[uint16]bool) bool {
	if kind < 0 || kind >= deviceKinds {
		return false
	}
	d.allowed[role][kind].Store(&protocols)
	d.any.Store(true)
	return true
}

// Forbidden is the protocol of a flow that one of its ends must not speak in a
// role; ok is false when it may. DNS and DHCP are allowed to all.
func (d *Devices) Forbidden(f *flow.Flow, role int) (protocol uint16, ok bool) {
	h := f.Cli
	if role == host.AsServer {
		h = f.Srv
	}
	if d == nil || h == nil || !d.any.Load() {
		return 0, false
	}
	var m *mac.Mac
	h.Update(func(data *host.Data) { m = data.Mac })
	if m == nil || m.Address.Special() {
		return 0, false
	}
	kind := d.Kind(m)
	if kind >= deviceKinds {
		return 0, false
	}
	allowed := d.allowed[role][kind].Load()
	master, app := f.Result.Master, f.Result.App
	critical := func(p uint16) bool { return p == protocolDNS || p == protocolDHCP }
	switch {
	case allowed == nil || critical(master) || critical(app):
		return 0, false
	case master != 0 && !(*allowed)[master]:
		return master, true
	case app != 0 && !(*allowed)[app]:
		return app, true
	}
	return 0, false
}

func deviceProtocol(s *Set, f *flow.Flow, a *flow.Alert) bool {
	_, client := s.devices.Forbidden(f, host.AsClient)
	server := false
	if !client {
		_, server = s.devices.Forbidden(f, host.AsServer)
	}
	switch {
	case client:
		a.Roles = flow.ClientAttacker
	case server:
		split(a, 100, shareLow)
		a.Roles = flow.ServerAttacker
	default:
		return false
	}
	if !unicast(f) {
		a.Roles = 0
	}
	return true
}
