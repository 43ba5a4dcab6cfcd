package bindings

import (
	"context"
	"net/netip"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/capture"
	"ntopgo/engine/discover"
)

// Who is in the network of an interface: group "Network Discovery".
func init() {
	register("interface", map[string]func(c *Call){
		"arpScanHosts":            arpScan,
		"discoverHosts":           discoverHosts,
		"mdnsQueueNameToResolve":  askName,
		"mdnsQueueAnyQuery":       askService,
		"mdnsReadQueuedResponses": readNames,
	})
}

// How long answers are waited for.
const (
	arpWait      = 3 * time.Second
	namesWait    = 2 * time.Second
	maxDiscovery = 30 * time.Second
)

// discoverable says whether the interface is a card with an IPv4 address, and
// which.
func (c *Context) discoverable() (netip.Addr, bool) {
	if c.info().Kind != capture.KindLive {
		return netip.Addr{}, false
	}
	for _, p := range c.info().Addresses {
		if p.Addr().Is4() {
			return p.Addr(), true
		}
	}
	return netip.Addr{}, false
}

// arpScan is card -> address of who answers; nil where nobody can be asked.
func arpScan(c *Call) {
	if _, ok := c.discoverable(); !ok {
		c.Push(nil)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), arpWait)
	defer cancel()
	found, err := discover.ARP(ctx, c.ifaceName(), c.info().Addresses)
	c.Failed(err)
	t := lua.NewTable(len(found))
	for who, a := range found {
		t.Set(who.String(), a.String())
	}
	c.Push(t)
}

// discoverHosts takes how many seconds to wait, and answers place of description
// -> address of the UPnP devices.
func discoverHosts(c *Call) {
	local, ok := c.discoverable()
	if !ok {
		c.Push(nil)
		return
	}
	wait := min(time.Duration(max(c.OptInteger(1, 3), 1))*time.Second, maxDiscovery)
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	found, err := discover.SSDP(ctx, local, "ntop v."+c.Env.Version)
	c.Failed(err)
	t := lua.NewTable(len(found))
	for place, a := range found {
		t.Set(place, a.String())
	}
	c.Push(t)
}

// names are the questions about names that a script has sent on the interface.
func (c *Call) names() (*discover.Names, error) {
	s := c.state()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names == nil {
		n, err := discover.NewNames()
		if err != nil {
			return nil, err
		}
		s.names = n
	}
	return s.names, nil
}

// askHost sends a question to the host of argument 1.
func (c *Call) askHost(send func(n *discover.Names, a netip.Addr) error) {
	a, err := netip.ParseAddr(c.String(1))
	if err != nil || c.Iface == nil {
		c.Push(nil)
		return
	}
	n, err := c.names()
	if !c.Failed(err) {
		c.Failed(send(n, a))
	}
	c.Push(nil)
}

// askName asks the host of argument 1 what it is called.
func askName(c *Call) {
	c.askHost(func(n *discover.Names, a netip.Addr) error { return n.Ask(a) })
}

// askService asks the host of argument 1 about the service of argument 2.
func askService(c *Call) {
	if c.Kind(1) != lua.String || c.Kind(2) != lua.String {
		c.wrongArgument(1, "string, followed by a string")
		c.Push(nil)
		return
	}
	c.askHost(func(n *discover.Names, a netip.Addr) error { return n.AskService(a, c.String(2)) })
}

// readNames waits for answers: address -> name.
func readNames(c *Call) {
	if c.Iface == nil {
		c.Push(nil)
		return
	}
	n, err := c.names()
	if c.Failed(err) {
		c.Push(nil)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), namesWait)
	defer cancel()
	found, err := n.Read(ctx)
	c.Failed(err)
	t := lua.NewTable(len(found))
	for a, name := range found {
		t.Set(a.String(), name)
	}
	c.Push(t)
}
