package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/iface"
)

// NetFlow and IPFIX exporters. The original's code for them is part of the paid
// editions; the shapes are those that the scripts of the trees read.
func init() {
	register("interface", map[string]func(c *Call){
		"getFlowDevices":        getFlowDevices,
		"getFlowDeviceInfo":     getFlowDevice,
		"getFlowDeviceInfoByIP": getFlowDeviceByIP,
	})
}

func (c *Context) exporters() []iface.Exporter {
	if c.Iface == nil {
		return nil
	}
	return c.Iface.Exporters()
}

// getFlowDevices lists the exporters by interface and number.
func getFlowDevices(c *Call) {
	list := c.exporters()
	t := lua.NewTable(1)
	if len(list) > 0 {
		devices := lua.NewTable(len(list))
		for i := range list {
			e := &list[i]
			row := lua.NewTable(8).
				Set("unique_source_id", e.ID).
				Set("time_last_used", seconds(e.LastSeen)).
				Set("seen.first", seconds(e.FirstSeen)).
				Set("seen.last", seconds(e.LastSeen)).
				Set("num_flows", e.Flows).
				Set("num_interfaces", len(e.Ports))
			if e.Address.IsValid() {
				row.Set("exporter_ip", e.Address.String())
			} else {
				row.Set("exporter_ip", "0.0.0.0")
			}
			if e.Probe.IsValid() {
				row.Set("probe_ip", e.Probe.String())
			}
			devices.Set(e.ID, row)
		}
		t.Set(c.IfaceID, devices)
	}
	c.Push(t)
}

// getFlowDevice takes the number of an exporter and whether protocols are of
// interest too.
func getFlowDevice(c *Call) {
	if c.Kind(1) != lua.Number {
		c.wrongArgument(1, "number")
		c.Push(lua.NewTable(0))
		return
	}
	id := uint32(c.Integer(1))
	c.pushPorts(func(e *iface.Exporter) bool { return e.ID == id })
}

// getFlowDeviceByIP takes the address of an exporter.
func getFlowDeviceByIP(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(lua.NewTable(0))
		return
	}
	a := parseAddr(c.String(1))
	c.pushPorts(func(e *iface.Exporter) bool { return a.IsValid() && e.Address == a })
}

// pushPorts answers with the interfaces of the exporters that match, by the
// interface of this program and by index.
func (c *Call) pushPorts(match func(*iface.Exporter) bool) {
	full := c.Kind(2) != lua.Boolean || c.Truthy(2)
	t := lua.NewTable(1)
	list := c.exporters()
	for i := range list {
		e := &list[i]
		if !match(e) {
			continue
		}
		ports := lua.NewTable(len(e.Ports))
		for n := range e.Ports {
			p := &e.Ports[n]
			row := lua.NewTable(8).
				Set("ifindex", p.Index).
				Set("bytes.in_bytes", p.In.Bytes).
				Set("bytes.out_bytes", p.Out.Bytes).
				Set("packets.in_packets", p.In.Packets).
				Set("packets.out_packets", p.Out.Packets)
			if full {
				row.Set("ndpi", protocols(c.Env.DPI, &p.L7))
			}
			ports.Set(p.Index, row)
		}
		t.Set(c.IfaceID, ports)
	}
	c.Push(t)
}
