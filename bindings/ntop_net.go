package bindings

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/mac"
	"ntopgo/engine/network"
)

// Group "Network & IP Utilities".
func init() {
	register("ntop", map[string]func(c *Call){
		"isIPv6":                  func(c *Call) { a, err := netip.ParseAddr(c.String(1)); c.Push(err == nil && a.Is6()) },
		"ipCmp":                   ipCmp,
		"ipToNumber":              ipToNumber,
		"inet_ntoa":               inetNtoa,
		"networkPrefix":           networkPrefix,
		"getMac64":                getMac64,
		"decodeMac64":             decodeMac64,
		"getservbyport":           getservbyport,
		"getNetworks":             getNetworks,
		"getNetworkNameById":      func(c *Call) { c.Push(c.networkName(int(c.Integer(1)))) },
		"getNetworkIdByName":      getNetworkID,
		"getLocalNetworkID":       getNetworkID,
		"getAddressNetwork":       getAddressNetwork,
		"getLocalNetworkAlias":    getLocalNetworkAlias,
		"isLocalAddress":          isLocalAddress,
		"isLocalInterfaceAddress": isLocalInterfaceAddress,
		"isAllowedNetwork":        func(c *Call) { c.Push(c.AllowsNetwork(c.String(1))) },
		"isAllowedInterface":      func(c *Call) { c.Push(c.AllowsInterface(int(c.Integer(1)))) },
		"getHostInformation":      getHostInformation,
		"listInterfaces":          listInterfaces,
	})
}

func ipCmp(c *Call) {
	a, err1 := netip.ParseAddr(c.String(1))
	b, err2 := netip.ParseAddr(c.String(2))
	if err1 != nil || err2 != nil {
		c.Push(strings.Compare(c.String(1), c.String(2)))
		return
	}
	c.Push(a.Compare(b))
}

func ipToNumber(c *Call) {
	a, err := netip.ParseAddr(c.String(1))
	if err != nil || !a.Is4() {
		c.Push(0)
		return
	}
	b := a.As4()
	c.Push(binary.BigEndian.Uint32(b[:]))
}

func inetNtoa(c *Call) {
	n, ok := c.Int(1)
	if !ok {
		c.Push("")
		return
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n))
	c.Push(netip.AddrFrom4(b).String())
}

// networkPrefix is the network address of an address and prefix length.
func networkPrefix(c *Call) {
	a, err := netip.ParseAddr(c.String(1))
	if err != nil {
		c.Push(c.String(1))
		return
	}
	p, err := a.Prefix(int(c.Integer(2)))
	if err != nil {
		c.Push(a.String())
		return
	}
	c.Push(p.Addr().String())
}

// parseMAC reads the usual spellings of an EUI-48 address.
func parseMAC(s string) (mac.Addr, bool) { return mac.Parse(s) }

func getMac64(c *Call) {
	a, _ := parseMAC(c.String(1))
	n := uint64(0)
	for _, b := range a {
		n = n<<8 | uint64(b)
	}
	c.Push(n)
}

func decodeMac64(c *Call) {
	n := uint64(c.Integer(1))
	var a mac.Addr
	for i := 5; i >= 0; i-- {
		a[i] = byte(n)
		n >>= 8
	}
	c.Push(a.String())
}

// getservbyport is the service registered for a port, or the port as text.
func getservbyport(c *Call) {
	port, proto := int(c.Integer(1)), strings.ToLower(c.OptString(2, "tcp"))
	if name := serviceName(port, proto); name != "" {
		c.Push(name)
		return
	}
	c.Push(strconv.Itoa(port))
}

func (c *Call) networkName(id int) string {
	for _, n := range c.Env.Nets.All() {
		if n.ID == id {
			return n.Prefix.String()
		}
	}
	return ""
}

func getNetworks(c *Call) {
	t := lua.NewTable(4)
	for _, n := range c.Env.Nets.All() {
		t.Set(n.Prefix.String(), n.ID)
	}
	c.Push(t)
}

func getNetworkID(c *Call) {
	name := c.String(1)
	for _, n := range c.Env.Nets.All() {
		if n.Prefix.String() == name {
			c.Push(n.ID)
			return
		}
	}
	c.Push(network.NoID)
}

func getAddressNetwork(c *Call) {
	a, err := netip.ParseAddr(c.String(1))
	if err != nil {
		c.Push(network.NoID)
		return
	}
	c.Push(c.Env.Nets.ID(a))
}

func getLocalNetworkAlias(c *Call) {
	arg, _ := c.Str(1)
	for _, n := range c.Env.Nets.All() {
		if n.Alias != "" && (n.Prefix.String() == arg || strconv.Itoa(n.ID) == arg) {
			c.Push(n.Alias)
			return
		}
	}
	c.Push(nil)
}

func isLocalAddress(c *Call) {
	a, err := netip.ParseAddr(c.String(1))
	c.Push(err == nil && c.Env.Nets.Local(a))
}

func isLocalInterfaceAddress(c *Call) {
	a, err := netip.ParseAddr(c.String(1))
	c.Push(err == nil && c.Env.Nets.System(a))
}

// AllowsAddr says whether the user may see an address.
func (c *Context) AllowsAddr(a netip.Addr) bool {
	n := c.allowed()
	return n == nil || n.ID(a) != network.NoID
}

// AllowsNetwork says whether the user may see a network, given as address,
// prefix, or either followed by @vlan.
func (c *Context) AllowsNetwork(s string) bool {
	s, _, _ = strings.Cut(s, "@")
	s, _, _ = strings.Cut(s, "/")
	a, err := netip.ParseAddr(s)
	return err != nil || c.AllowsAddr(a)
}

// allowed is nil when the user may see everything.
func (c *Context) allowed() *network.Set {
	if c.AllowedNets == "" || c.Admin() || c.AllowedNets == "0.0.0.0/0,::/0" {
		return nil
	}
	if c.nets == nil {
		set, err := network.Parse(c.AllowedNets, nil)
		if err != nil {
			// A record that cannot be read allows nothing.
			set, _ = network.Parse("", nil)
			c.Env.Log.Logf(1, "networks of user %s: %v", c.User, err)
		}
		c.nets = set
	}
	return c.nets
}

// AllowsInterface says whether the user may see an interface.
func (c *Context) AllowsInterface(id int) bool {
	if c.AllowedIface == "" {
		return id == SystemID && c.Admin() || c.Env.Interface(id) != nil
	}
	i := c.Env.Interface(id)
	return i != nil && i.Name() == c.AllowedIface
}

func getHostInformation(c *Call) {
	ip := "127.0.0.1"
	if addrs, err := net.InterfaceAddrs(); err == nil {
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && !p.Addr().IsLoopback() {
				ip = p.Addr().String()
				break
			}
		}
	}
	name := c.Env.Options.InstanceName
	if name == "" {
		name, _ = uname()
	}
	c.Push(lua.NewTable(2).Set("ip", ip).Set("instance_name", name))
}

func listInterfaces(c *Call) {
	t := lua.NewTable(4)
	ifs, err := net.Interfaces()
	if c.Failed(err) {
		return
	}
	for _, i := range ifs {
		e := lua.NewTable(2)
		if addrs, err := i.Addrs(); err == nil {
			for _, a := range addrs {
				p, err := netip.ParsePrefix(a.String())
				switch {
				case err != nil:
				case p.Addr().Is4():
					e.Set("ipv4", p.Addr().String())
				default:
					e.Set("ipv6", p.Addr().String())
				}
			}
		}
		t.Set(i.Name, e)
	}
	c.Push(t)
}
