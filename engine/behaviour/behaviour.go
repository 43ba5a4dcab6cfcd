// Package behaviour remembers who uses which service, and which uses come at a
// regular interval. It is fed with recognised flows and knows neither packets nor
// the table of flows.
package behaviour

import (
	"cmp"
	"hash/fnv"
	"net/netip"
)

// Key is a service and who uses it.
type Key struct {
	Client, Server netip.Addr
	VLAN, Port     uint16 // Port is the server's, 0 without ports
	Proto          uint8  // IP protocol
	Master, App    uint16 // as the classifier names the flow
}

// compare orders keys, so that what is listed does not depend on chance.
func (k Key) compare(o Key) int {
	return cmp.Or(k.Client.Compare(o.Client), k.Server.Compare(o.Server), cmp.Compare(k.VLAN, o.VLAN), cmp.Compare(k.Port, o.Port),
		cmp.Compare(k.Proto, o.Proto), cmp.Compare(k.Master, o.Master), cmp.Compare(k.App, o.App))
}

// id is a number of the key that is the same in every run.
func (k Key) id() uint64 {
	h := fnv.New64a()
	a, b := k.Client.As16(), k.Server.As16()
	_, _ = h.Write(a[:])
	_, _ = h.Write(b[:])
	for _, n := range [...]uint16{k.VLAN, k.Port, uint16(k.Proto), k.Master, k.App} {
		_, _ = h.Write([]byte{byte(n >> 8), byte(n)})
	}
	return h.Sum64()
}

// Use is one recognised flow.
type Use struct {
	Key
	ID    uint32 // of the flow
	First int64  // nanoseconds, of its first packet
	// Where client and server belong.
	ClientNetwork, ServerNetwork int // local network, below 0 for none
	ClientLocal, ServerLocal     bool
	ServerGroup                  bool   // the server is a multicast or broadcast address
	Info                         string // what was asked for
}

// Compare orders uses by time.
func (u *Use) Compare(o *Use) int {
	return cmp.Or(cmp.Compare(u.First, o.First), cmp.Compare(u.ID, o.ID), u.Key.compare(o.Key))
}

// Peers is where both ends of a service belong.
type Peers struct {
	ClientNetwork, ServerNetwork int
	ClientLocal, ServerLocal     bool
	ServerGroup                  bool
}

func (u *Use) peers() Peers {
	return Peers{u.ClientNetwork, u.ServerNetwork, u.ClientLocal, u.ServerLocal, u.ServerGroup}
}
