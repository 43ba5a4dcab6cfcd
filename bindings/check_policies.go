package bindings

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"ntopgo/compat/lua"
	"ntopgo/engine/checks"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// What checks take for ordinary: protocols of kinds of devices, and commands of
// industrial protocols.
func init() {
	register("ntop", map[string]func(c *Call){
		"reloadDeviceProtocols":   reloadDeviceProtocols,
		"setIEC104AllowedTypeIDs": setIEC104Types,
	})
	unavailable("ntop", "setModbusAllowedFunctionCodes", "the checks of Modbus are a paid part: neither their code nor their settings are in the trees",
		func(c *Call) { c.pushStringOf(1, func(string) any { return true }) })
}

// checkPolicies is what scripts told the checks.
type checkPolicies struct {
	allowed     checks.Devices
	once        sync.Once
	classes     sync.Map // mac.Addr -> kind of device by its maker
	numClasses  atomic.Int64
	iec104Types atomic.Pointer[[]string] // nil: as configured
}

// maxClasses bounds the stations whose kind is remembered.
const maxClasses = 1 << 16

// devices is which protocols kinds of devices may speak.
func (e *Env) devices() *checks.Devices {
	e.policies.once.Do(func() { e.policies.allowed.Kind = e.deviceKind })
	return &e.policies.allowed
}

// deviceKind is the kind of a station, as its listing shows it.
func (e *Env) deviceKind(m *mac.Mac) (kind uint8) {
	hosts := 0
	m.Update(func(d *mac.Data) { kind, hosts = d.DeviceType, d.Hosts })
	if kind != 0 {
		return kind
	}
	if hosts > routerHosts {
		return deviceNetworking
	}
	if k, known := e.policies.classes.Load(m.Address); known {
		return k.(uint8)
	}
	kind = uint8(e.classOfMaker(m.Address))
	if e.policies.numClasses.Add(1) <= maxClasses {
		e.policies.classes.Store(m.Address, kind)
	}
	return kind
}

// reloadDeviceProtocols takes a kind of device, "client" or "server", and a table of
// the protocols that such devices may speak in that role: number -> 1, others are
// left out or 0.
func reloadDeviceProtocols(c *Call) {
	if c.Kind(1) != lua.Number {
		c.wrongArgument(1, "number")
		return
	}
	if c.Kind(2) != lua.String {
		c.wrongArgument(2, "string")
		return
	}
	t := c.Table(3)
	if t == nil {
		c.wrongArgument(3, "table")
		return
	}
	allowed := map[uint16]bool{}
	t.Each(func(k, v any) bool {
		id, isNumber := number(k)
		if action, ok := number(v); ok && isNumber && action != 0 && id >= 0 && id < 1<<16 {
			allowed[uint16(id)] = true
		}
		return true
	})
	role := host.AsClient
	if c.String(2) == "server" {
		role = host.AsServer
	}
	if !c.Env.devices().Allow(c.Integer(1), role, allowed) {
		c.Env.Log.Logf(2, "%s: there is no kind of device %d", c.b.Key(), c.Integer(1))
	}
}

// setIEC104Types takes the types of data that are expected, as numbers separated by
// commas, -1 for all. It holds until the configuration of checks is read again.
func setIEC104Types(c *Call) {
	c.pushStringOf(1, func(list string) any {
		types := strings.Split(list, ",")
		c.Env.policies.iec104Types.Store(&types)
		c.Env.ReloadChecks()
		return true
	})
}

// iec104Learning is for how long pairs of types are learnt, in seconds; 0: the usual
// time.
func (e *Env) iec104Learning() int64 {
	text, _, err := e.KV.Get("ntopng.prefs.iec60870_learning_period")
	n, bad := strconv.ParseInt(text, 10, 64)
	if err != nil || bad != nil {
		return 0
	}
	return n
}
