package bindings

import (
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/mac"
	"ntopgo/engine/network"
	"ntopgo/engine/zmq"
)

// What scripts set at run time and other scripts, or the program, read.
func init() {
	register("ntop", map[string]func(c *Call){
		"setMacDeviceType":             setMacDeviceType,
		"addLocalNetwork":              addLocalNetwork,
		"checkNetworkPolicy":           checkNetworkPolicy,
		"overrideInterface":            overrideInterface,
		"poolsLock":                    poolsLock,
		"poolsUnlock":                  poolsUnlock,
		"getInfluxDBInternalDBName":    func(c *Call) { n, _ := c.Env.state.influx(); c.Push(n) },
		"setInfluxDBInternalDBName":    setInfluxName,
		"isInfluxDBInternalAvailable":  func(c *Call) { _, ok := c.Env.state.influx(); c.Push(ok) },
		"setInfluxDBInternalAvailable": setInfluxAvailable,
		"enableAssetsLog":              enableAssetsLog,
		"refreshNetworkSiteId":         func(c *Call) { _, ok := c.Int(1); c.Push(ok) }, // sites are read when asked for
		"gainWriteCapabilities":        func(c *Call) { c.Push(os.Geteuid() == 0) },
		"dropWriteCapabilities":        func(c *Call) { c.Push(os.Geteuid() == 0) },
		"checkLicense":                 func(c *Call) { c.Push(1) },
		"serviceRestart":               serviceRestart,
		"checkFilterSyntax":            func(c *Call) { c.Push(filterIsRight(c.String(1))) },
		"checkSubInterfaceSyntax":      func(c *Call) { c.Push(filterIsRight(c.String(1))) },

		"isRoutingMode":        func(c *Call) { c.Env.state.mu.Lock(); defer c.Env.state.mu.Unlock(); c.Push(c.Env.state.routing) },
		"setRoutingMode":       func(c *Call) { c.Env.state.change(func(s *state) { s.routing = c.Truthy(1) }); c.Push(nil) },
		"addLanInterface":      func(c *Call) { addTo(c, func(s *state) *[]string { return &s.lan }) },
		"addWanInterface":      func(c *Call) { addTo(c, func(s *state) *[]string { return &s.wan }) },
		"askToRefreshIPSRules": func(c *Call) { c.Env.state.change(func(s *state) { s.refreshIPS = true }); c.Push(true) },
		"timeToRefreshIPSRules": func(c *Call) {
			asked := false
			c.Env.state.change(func(s *state) { asked, s.refreshIPS = s.refreshIPS, false })
			c.Push(asked)
		},
		"setHTTPBindAddr":  func(c *Call) { setBind(c, "http") },
		"setHTTPSBindAddr": func(c *Call) { setBind(c, "https") },
	})
	nothing := func(c *Call) { c.Push(nil) }
	for n, reason := range map[string]string{
		"reloadNetworksPolicyConfiguration":  "networks of the policy check of the paid editions, whose rules are not public; hidden from every tree",
		"activateSnmpInterfaceRoles":         "roles of exporters' interfaces, which modules of the paid editions set; hidden from every tree",
		"snmpSetInterfaceRole":               "roles of exporters' interfaces, which modules of the paid editions set; hidden from every tree",
		"selfCheck":                          "tests the original's own engine in its paid editions; hidden from every tree",
		"refreshDeviceProtocolsPoliciesConf": "turns the protocol policies of devices on in an appliance (nEdge); there is no such interface here",
	} {
		unavailable("ntop", n, reason, nothing)
	}
	unavailable("ntop", "allocMem", "only leaks memory on purpose, to test the original's accounting", nothing)
}

// state is what scripts have set.
type state struct {
	mu sync.Mutex

	influxName    string
	influxMissing bool // zero value: available, as in the original

	routing    bool // nEdge
	lan, wan   []string
	bind       map[string][]string
	refreshIPS bool
	events     *zmq.Publisher // to probes, once something was published
	bgp        *zmq.Listener  // to changes of prefixes

	pools chan struct{} // holds a token while a script changes host pools
}

func (s *state) change(f func(s *state)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

// defaultInfluxName is where InfluxDB keeps its own statistics.
const defaultInfluxName = "_internal"

func (s *state) influx() (name string, available bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name = s.influxName; name == "" {
		name = defaultInfluxName
	}
	return name, !s.influxMissing
}

func setInfluxName(c *Call) {
	if name := c.String(1); name != "" {
		c.Env.state.change(func(s *state) { s.influxName = name })
	}
	c.Push(nil)
}

func setInfluxAvailable(c *Call) {
	if c.Kind(1) == lua.Boolean {
		c.Env.state.change(func(s *state) { s.influxMissing = !c.Truthy(1) })
	}
	c.Push(nil)
}

// deviceTypes is how many classes of devices ntopng knows.
const deviceTypes = 13

// setMacDeviceType gives a station its class on every interface; one that it has
// already stays unless it is to be overwritten.
func setMacDeviceType(c *Call) {
	defer c.Push(nil)
	addr, ok := parseMAC(c.String(1))
	class, isNumber := c.Int(2)
	if !ok || !isNumber || c.Kind(3) != lua.Boolean {
		return
	}
	if class < 0 || class >= deviceTypes {
		class = 0
	}
	for _, i := range c.Env.Interfaces() {
		m := i.MAC(addr)
		if m == nil {
			continue
		}
		overwrite := c.Truthy(3) || c.deviceType(&macRow{m: m, d: m.Snapshot()}) == 0
		m.Update(func(d *mac.Data) {
			if overwrite {
				d.DeviceType = uint8(class)
			}
		})
	}
}

func addLocalNetwork(c *Call) {
	if c.Admin() && c.Kind(1) == lua.String {
		c.Failed(c.Env.Nets.Add(c.String(1)))
	}
	c.Push(nil)
}

// checkNetworkPolicy tells whether three lists of networks are well formed and
// do not overlap; a smaller network inside of one before it is allowed.
func checkNetworkPolicy(c *Call) {
	if !c.needsStrings(3) {
		return
	}
	var seen []netip.Prefix
	for i := 1; i <= 3; i++ {
		for _, text := range strings.Split(strings.ReplaceAll(c.String(i), " ", ""), ",") {
			if text == "" {
				continue
			}
			p, err := network.ParsePrefix(text)
			message := ""
			if err != nil {
				message = "Invalid address " + text
			}
			for _, old := range seen {
				if err == nil && old.Contains(p.Addr()) && p.Bits() <= old.Bits() || err == nil && p.Contains(old.Addr()) && p.Bits() <= old.Bits() {
					message = "Overlapping address error " + text
				}
			}
			if message != "" {
				c.Push(lua.NewTable(2).Set("error", true).Set("error_msg", message))
				return
			}
			seen = append(seen, p)
		}
	}
	c.Push(lua.NewTable(2).Set("error", false).Set("error_msg", ""))
}

// overrideInterface replaces the interfaces of the command line; the script that
// runs before they are opened calls it.
func overrideInterface(c *Call) {
	if name := c.String(1); name != "" && c.Privileged && c.Env.OverrideInterface != nil {
		c.Env.OverrideInterface(name)
	}
	c.Push(nil)
}

// maxPoolsWait bounds how long a script waits for another that changes pools.
const maxPoolsWait = 10 * time.Second

func (s *state) poolsToken() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pools == nil {
		s.pools = make(chan struct{}, 1)
	}
	return s.pools
}

// poolsLock takes the lock of host pools and waits so many seconds for it.
func poolsLock(c *Call) {
	n, ok := c.Int(1)
	if !ok {
		c.wrongArgument(1, "number")
		c.Push(nil)
		return
	}
	token := c.Env.state.poolsToken()
	select { // a lock that is free is taken, however short the wait
	case token <- struct{}{}:
		c.Push(true)
		return
	default:
	}
	select {
	case token <- struct{}{}:
		c.Push(true)
	case <-time.After(min(time.Duration(max(n, 0))*time.Second, maxPoolsWait)):
		c.Push(false)
	}
}

func poolsUnlock(c *Call) {
	select {
	case <-c.Env.state.poolsToken():
	default: // nobody holds it
	}
	c.Push(true)
}

func enableAssetsLog(c *Call) {
	if n, ok := c.Int(1); ok {
		value := "0"
		if n != 0 {
			value = "1"
		}
		c.Failed(c.Env.Prefs.Set("enable_assets_log", value))
	}
	c.Push(nil)
}

// serviceRestart ends a program that systemd starts again.
func serviceRestart(c *Call) {
	if !c.Admin() {
		c.Push(nil)
		return
	}
	if os.Getppid() != 1 {
		c.Push(false)
		return
	}
	c.Env.Shutdown()
	c.Push(true)
}

func filterIsRight(filter string) bool {
	_, err := capture.CompileFilter(filter, decode.LinkEthernet, 65535)
	return err == nil
}

// addTo adds an interface to a list of nEdge.
func addTo(c *Call, list func(s *state) *[]string) {
	if name := c.String(1); name != "" {
		c.Env.state.change(func(s *state) { l := list(s); *l = append(*l, name) })
	}
	c.Push(nil)
}

// setBind keeps up to two addresses on which nEdge listens.
func setBind(c *Call, kind string) {
	addrs := c.restStrings(1)
	if len(addrs) > 0 {
		c.Env.state.change(func(s *state) {
			if s.bind == nil {
				s.bind = map[string][]string{}
			}
			s.bind[kind] = addrs[:min(len(addrs), 2)]
		})
	}
	c.Push(nil)
}
