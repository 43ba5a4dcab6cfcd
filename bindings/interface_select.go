package bindings

import (
	"sort"
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/capture"
)

// Groups "Interface Selection & Identity" and "Interface Type & Capability
// Flags".
func init() {
	no := func(c *Call) { c.Push(false) }
	register("interface", map[string]func(c *Call){
		"select":                  selectInterface,
		"setActiveInterfaceId":    setActiveInterface,
		"getId":                   func(c *Call) { c.Push(c.IfaceID) },
		"getName":                 func(c *Call) { c.Push(c.ifaceName()) },
		"getIfNames":              getIfNames,
		"getFirstInterfaceId":     getFirstInterfaceID,
		"isValidIfId":             isValidIfID,
		"name2id":                 name2id,
		"getMaxIfSpeed":           getMaxIfSpeed,
		"getIfMac":                func(c *Call) { c.Push(c.info().MAC) },
		"getEndpoint":             getEndpoint,
		"getMasterInterfaceId":    func(c *Call) { c.Push(c.OptInteger(1, int64(c.IfaceID))) },
		"isPacketInterface":       func(c *Call) { c.Push(c.Iface != nil && !c.collects()) },
		"isPcapDumpInterface":     func(c *Call) { c.Push(c.info().Kind == capture.KindFile) },
		"isDiscoverableInterface": func(c *Call) { c.Push(c.info().Kind == capture.KindLive && len(c.info().Addresses) > 0) },
		"isLoopback":              func(c *Call) { c.Push(c.info().Name == "lo") },
		"isRunning":               func(c *Call) { c.Push(c.Iface != nil && (c.Iface.Live() || c.Iface.Loading())) },
		"isIdle":                  func(c *Call) { c.Push(c.Iface == nil || c.Iface.Idle()) },
		"hasVLANs":                func(c *Call) { c.Push(c.Iface != nil && c.Iface.SeenVLAN()) },
		"isBridgeInterface":       no,
		"isDatabaseViewInterface": no,
		"isZMQInterface":          func(c *Call) { c.Push(c.zmqLike()) },
		"isView":                  no,
		"isViewed":                no,
		"isSampledTraffic":        func(c *Call) { c.Push(c.collector() != nil && c.collector().Sampled()) },
		"isSubInterface":          func(c *Call) { c.Push(c.isKind(capture.KindPart)) },
		"isSyslogInterface":       func(c *Call) { c.Push(c.isKind(capture.KindSyslog)) },
		"hasEBPF":                 func(c *Call) { c.Push(c.collector() != nil && c.collector().HasAgents()) },
		"hasExternalAlerts":       func(c *Call) { c.Push(c.Iface != nil && c.Iface.ExternalAlerts()) },
		"viewedBy":                func(c *Call) { c.Push(nil) },
	})
}

// info describes the selected interface's source; the system interface has none.
func (c *Context) info() capture.Info {
	if c.Iface == nil {
		return capture.Info{}
	}
	return c.Iface.Info()
}

func (c *Context) ifaceName() string {
	if c.Iface == nil {
		return SystemName
	}
	return c.Iface.Name()
}

// findInterface resolves an id, or a name, that the user may see.
func (c *Context) findInterface(s string) (int, bool) {
	if s == SystemName || s == strconv.Itoa(SystemID) {
		return SystemID, true
	}
	for _, i := range c.Env.Interfaces() {
		if (i.Name() == s || strconv.Itoa(i.ID()) == s) && c.AllowsInterface(i.ID()) {
			return i.ID(), true
		}
	}
	return 0, false
}

// selectInterface makes an interface current for the calls that follow; with
// an unknown one the first interface is taken, as the original does.
func selectInterface(c *Call) {
	name, _ := c.Str(1)
	if id, ok := c.findInterface(name); ok {
		c.Select(id)
	} else if name != "" {
		c.selectFirst()
	}
	c.Push(nil)
}

// selectFirst selects the first interface that the user may see.
func (c *Context) selectFirst() {
	for _, i := range c.Env.Interfaces() {
		if c.AllowsInterface(i.ID()) {
			c.Select(i.ID())
			return
		}
	}
}

// setActiveInterface selects an interface by its id, and says whether there is
// one that the user may see.
func setActiveInterface(c *Call) {
	id := int(c.Integer(1))
	c.Push((id == SystemID || c.AllowsInterface(id)) && c.Select(id))
}

func getIfNames(c *Call) {
	all := c.Env.Interfaces()
	t := lua.NewTable(len(all))
	for _, i := range all {
		if c.AllowsInterface(i.ID()) {
			t.Set(strconv.Itoa(i.ID()), i.Name())
		}
	}
	c.Push(t)
}

func getFirstInterfaceID(c *Call) {
	ids := []int{}
	for _, i := range c.Env.Interfaces() {
		if c.AllowsInterface(i.ID()) {
			ids = append(ids, i.ID())
		}
	}
	if len(ids) == 0 {
		c.Push(nil)
		return
	}
	sort.Ints(ids)
	c.Push(ids[0])
}

func isValidIfID(c *Call) {
	s, _ := c.Str(1)
	id, err := strconv.Atoi(s)
	c.Push(err == nil && (id == SystemID || c.AllowsInterface(id)))
}

func name2id(c *Call) {
	if name, ok := c.Str(1); ok {
		if id, found := c.findInterface(name); found {
			c.Push(id)
			return
		}
	}
	c.Push(c.IfaceID)
}

func getMaxIfSpeed(c *Call) {
	if c.Iface == nil {
		c.Push(nil)
		return
	}
	c.Push(c.speed())
}

// defaultSpeed is assumed where a source has no link speed, in Mbit/s.
const defaultSpeed = 1000

func (c *Context) speed() int {
	if n := c.info().SpeedMbit; n > 0 {
		return n
	}
	return defaultSpeed
}

func getEndpoint(c *Call) {
	n, all := int(c.Integer(1)), c.Env.Interfaces()
	if n < 0 || n >= len(all) {
		c.Push(nil)
		return
	}
	c.Push(all[n].Name())
}
