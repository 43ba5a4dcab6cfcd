package dpi

import "sort"

// Verdict is what a dissector says of a packet.
type Verdict uint8

// Verdicts.
const (
	No        Verdict = iota // not this protocol: never ask again for this flow
	More                     // cannot say yet
	Found                    // named by Context.Set, nothing more to read
	FoundMore                // named by Context.Set, more packets carry metadata
)

// L4 is a set of transport protocols.
type L4 uint8

// Transports a dissector can look at.
const (
	TCP L4 = 1 << iota
	UDP
)

// Dissector recognises one protocol. Register it from an init function in the
// file of the protocol.
type Dissector struct {
	ID   uint16 // protocol, as numbered in 2024
	Name string // as in the protocol table; for logs and benchmarks
	L4   L4
	// Ports where the protocol lives: there the dissector is asked before the
	// others. Empty: the default ports of the protocol table.
	Ports []uint16
	// OnlyPorts keeps the dissector away from all other ports.
	OnlyPorts bool
	// First holds the bytes that can open a payload of the protocol; empty: any.
	First string
	// Min is the least payload length worth a call.
	Min int
	// MaxPackets is how many packets with payload may be looked at without an
	// answer; 0: as many as the engine allows for the transport.
	MaxPackets int
	// Extra is how many further packets a FoundMore may take; 0: 8.
	Extra int
	// Priority orders the candidates of a packet; lower comes first. Weak
	// signatures belong late. 0 is the ordinary place.
	Priority int
	Func     func(*Context) Verdict
}

var registered []*Dissector

// Register adds a dissector. It is for init functions.
func Register(d Dissector) { registered = append(registered, &d) }

// maxDissectors bounds the registry; a flow keeps one exclusion bit for each.
const maxDissectors = 384

type bitset [maxDissectors / 64]uint64

func (b *bitset) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b *bitset) has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }

// index is the registry prepared for fast choice of candidates.
type index struct {
	all   []*Dissector // in the order in which they are asked
	byL4  [3]bitset    // by transport, TCP = 1, UDP = 2
	first [256]bitset  // by first payload byte
	ports [3]map[uint16][]int
}

func newIndex(protocols []Protocol) *index {
	x := &index{all: append([]*Dissector(nil), registered...)}
	sort.SliceStable(x.all, func(i, j int) bool {
		if x.all[i].Priority != x.all[j].Priority {
			return x.all[i].Priority < x.all[j].Priority
		}
		return x.all[i].Name < x.all[j].Name
	})
	x.ports[TCP], x.ports[UDP] = map[uint16][]int{}, map[uint16][]int{}
	for i, d := range x.all {
		for _, l4 := range []L4{TCP, UDP} {
			if d.L4&l4 == 0 {
				continue
			}
			ports := d.Ports
			if ports == nil && l4 == TCP {
				ports = protocols[d.ID].TCPPorts
			} else if ports == nil {
				ports = protocols[d.ID].UDPPorts
			}
			for _, p := range ports {
				x.ports[l4][p] = append(x.ports[l4][p], i)
			}
			if !d.OnlyPorts {
				x.byL4[l4].set(i)
			}
		}
		if d.First == "" {
			for b := range 256 {
				x.first[b].set(i)
			}
		}
		for _, b := range []byte(d.First) {
			x.first[b].set(i)
		}
	}
	return x
}
