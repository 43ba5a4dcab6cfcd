package collect

import (
	"net/netip"
	"strings"

	"ntopgo/engine/flow"
)

// Counters are those of one interface of an sFlow agent (sFlow 5, if_counters).
type Counters struct {
	Device                           netip.Addr
	Samples                          uint32 // that the agent had generated
	Index, Type                      uint32
	Name                             string
	Speed                            uint64 // bit/s
	FullDuplex, AdminUp, Up, Promisc bool
	InOctets, InPackets, InErrors    uint64
	OutOctets, OutPackets, OutErrors uint64
	Container                        *flow.Container
}

// Elements of counters in the binary serialization.
const (
	counterDevice = iota
	counterSamples
	counterIndex
	counterName
	counterType
	counterSpeed
	counterDirection
	counterAdmin
	counterOper
	counterInOctets
	counterInPackets
	counterInErrors
	counterOutOctets
	counterOutPackets
	counterOutErrors
	counterPromisc
)

var counterNames = map[string]uint32{"deviceIP": counterDevice, "samplesGenerated": counterSamples, "ifIndex": counterIndex,
	"ifName": counterName, "ifType": counterType, "ifSpeed": counterSpeed, "ifDirection": counterDirection, "ifAdminStatus": counterAdmin,
	"ifOperStatus": counterOper, "ifInOctets": counterInOctets, "ifInPackets": counterInPackets, "ifInErrors": counterInErrors,
	"ifOutOctets": counterOutOctets, "ifOutPackets": counterOutPackets, "ifOutErrors": counterOutErrors, "ifPromiscuousMode": counterPromisc}

func (c *Counters) set(id uint32, v value) {
	switch id {
	case counterDevice:
		setAddr(&c.Device, v)
	case counterSamples:
		c.Samples = v.u32()
	case counterIndex:
		c.Index = v.u32()
	case counterName:
		c.Name = v.text
	case counterType:
		c.Type = v.u32()
	case counterSpeed:
		c.Speed = v.count()
	case counterDirection:
		c.FullDuplex = v.text == "Full"
	case counterAdmin:
		c.AdminUp = v.text == "Up"
	case counterOper:
		c.Up = v.text == "Up"
	case counterInOctets:
		c.InOctets = v.count()
	case counterInPackets:
		c.InPackets = v.count()
	case counterInErrors:
		c.InErrors = v.count()
	case counterOutOctets:
		c.OutOctets = v.count()
	case counterOutPackets:
		c.OutPackets = v.count()
	case counterOutErrors:
		c.OutErrors = v.count()
	case counterPromisc:
		c.Promisc = v.number() == 1
	}
}

func countersFromJSON(o map[string]any) Counters {
	var c Counters
	for key, x := range o {
		if id, ok := counterNames[key]; ok {
			v, _ := fromJSON(x)
			c.set(id, v)
		} else if strings.HasSuffix(key, "CONTAINER") {
			m, _ := x.(map[string]any)
			c.Container = containerOf(m)
		}
	}
	return c
}

func countersFromItems(items []item) Counters {
	var c Counters
	for i := range items {
		id := items[i].id
		if name := items[i].name; name != "" {
			var ok bool
			if id, ok = counterNames[name]; !ok {
				continue
			}
		}
		c.set(id, items[i].value)
	}
	return c
}

// port is one interface of one agent.
type port struct {
	device netip.Addr
	index  uint32
	name   string
}

// maxPorts bounds the interfaces of agents that are remembered.
const maxPorts = 1 << 14

// update takes over a later sample. Some agents send the two directions in two
// samples with the same number: these add up.
func (c *Counters) update(n Counters) {
	if n.Samples > 0 && n.Samples == c.Samples {
		n.InOctets += c.InOctets
		n.InPackets += c.InPackets
		n.InErrors += c.InErrors
		n.OutOctets += c.OutOctets
		n.OutPackets += c.OutPackets
		n.OutErrors += c.OutErrors
	}
	if n.Container == nil {
		n.Container = c.Container
	}
	*c = n
}
