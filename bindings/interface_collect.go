package bindings

import (
	"encoding/json"
	"net/netip"
	"strings"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/collect"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
)

// Flows that are collected: those that a script reports, what probes call the
// fields of theirs, and the agents that send sFlow.
func init() {
	register("interface", map[string]func(c *Call){
		"processFlow":                 processFlow,
		"getZMQFlowFieldDescr":        getFieldDescription,
		"getAllZMQFlowFieldDescr":     getFieldDescriptions,
		"getSFlowDevices":             getSFlowDevices,
		"getSFlowDeviceInfo":          getSFlowDevice,
		"updateDynIfaceTrafficPolicy": func(c *Call) { c.reload(c.collection().ReloadPolicy) },
		"updateSyslogProducers":       func(c *Call) { c.reload(c.collection().ReloadProducers) },
	})
}

func (c *Call) reload(f func()) {
	if f != nil {
		f()
	}
	c.Push(nil)
}

// processFlow takes a table that describes a flow and counts it on the selected
// interface, if that collects flows.
func processFlow(c *Call) {
	if c.Kind(1) != lua.TableKind {
		c.wrongArgument(1, "table")
		return
	}
	if !c.collects() {
		return
	}
	n := reportOf(c.Table(1), time.Now())
	if n != nil {
		c.Iface.Collect(n)
	}
}

// reportOf reads the description of a flow; nil when it has no addresses.
func reportOf(t *lua.Table, now time.Time) *flow.Report {
	n := &flow.Report{Arrived: now.UnixNano()}
	more := map[string]any{}
	t.Each(func(k, v any) bool {
		key, ok := k.(string)
		if !ok {
			return true
		}
		switch v := v.(type) {
		case string:
			if !setReportText(n, key, v) {
				more[key] = v
			}
		case bool:
			more[key] = v
		default:
			if x, ok := number(v); !ok || !setReportNumber(n, key, x) {
				more[key] = v
			}
		}
		return true
	})
	if !n.Src.IsValid() || !n.Dst.IsValid() {
		return nil
	}
	if n.Last <= 0 {
		n.Last = now.UnixNano()
	}
	if n.First <= 0 || n.First > n.Last {
		n.First = n.Last
	}
	if m := &n.Meta; m.HostName == "" {
		m.HostName = m.DNSQuery
	}
	if len(more) > 0 {
		if b, err := json.Marshal(more); err == nil {
			n.Origin.More = string(b)
		}
	}
	return n
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	}
	return 0, false
}

func setReportText(n *flow.Report, key, v string) bool {
	m := &n.Meta
	switch key {
	case "src_ip":
		n.Src = parseAddr(v)
	case "dst_ip":
		n.Dst = parseAddr(v)
	case "http_method":
		m.HTTPMethod = v
	case "http_site", "tls_server_name":
		m.HostName = v
	case "http_user_agent":
		m.HTTPUserAgent = v
	case "l7_info":
		m.Info = v
	case "http_url":
		m.HTTPURL = v
	case "dns_query":
		m.DNSQuery = v
	case "ja4c_hash":
		m.JA4 = v
	case "external_alert":
		n.Origin.Alert = v
	case "flow_risk_info":
		n.Origin.RiskInfo = v
	case "first_switched_iso8601":
		n.First = isoTime(v)
	case "last_switched_iso8601":
		n.Last = isoTime(v)
	case "l4_proto":
		n.Proto = l4Number(v)
	default:
		return false
	}
	return true
}

func setReportNumber(n *flow.Report, key string, x float64) bool {
	u := uint64(max(x, 0))
	switch key {
	case "vlan_id":
		n.VLAN = uint16(u & 0xfff)
	case "src_port":
		n.SrcPort = uint16(u)
	case "dst_port":
		n.DstPort = uint16(u)
	case "l4_proto":
		n.Proto = uint8(u)
	case "tcp_flags":
		n.FlagsOfBoth = uint8(u)
	case "version", "direction": // follow from the addresses
	case "first_switched":
		n.First = int64(x * 1e9)
	case "last_switched":
		n.Last = int64(x * 1e9)
	case "in_pkts":
		n.Up.Packets = u
	case "in_bytes":
		n.Up.Bytes = u
	case "out_pkts":
		n.Down.Packets = u
	case "out_bytes":
		n.Down.Bytes = u
	case "app_protocol":
		n.Result = dpi.Result{App: uint16(u)}
	case "dns_query_type":
		n.Meta.DNSQueryType = uint16(u)
	case "dns_ret_code":
		n.Meta.DNSReplyCode, n.Meta.DNSHasReply = uint16(u), true
	case "http_ret_code":
		n.Meta.HTTPStatus = int(uint16(u))
	default:
		return false
	}
	return true
}

func parseAddr(s string) netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// isoTime reads a time with its zone, such as 2019-04-02T19:26:07.362136+0200, in
// nanoseconds; 0 for what is none.
func isoTime(s string) int64 {
	for _, layout := range []string{"2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixNano()
		}
	}
	return 0
}

// l4Number is the number of a transport protocol, 0 for an unknown name.
func l4Number(name string) uint8 {
	for n, s := range l4Names {
		if strings.EqualFold(s, name) {
			return n
		}
	}
	return 0
}

// getFieldDescription takes the name or the number of a field.
func getFieldDescription(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		return
	}
	col := c.collector()
	if col == nil {
		return
	}
	if f, ok := col.Names().Find(c.String(1)); ok {
		if d, ok := col.Names().Describe(f); ok {
			c.Push(d.Text)
		}
	}
}

func getFieldDescriptions(c *Call) {
	col := c.collector()
	if col == nil {
		return
	}
	all := col.Names().Descriptions()
	t := lua.NewTable(len(all))
	for f, d := range all {
		t.Set(f.String(), lua.NewTable(2).Set("description", d.Text).Set("is_native_field", d.Native))
	}
	c.Push(t)
}

// sflowCounters are what sFlow agents sent to the selected interface.
func (c *Call) sflowCounters() []collect.Counters {
	if col := c.collector(); col != nil {
		return col.Devices()
	}
	return nil
}

// getSFlowDevices lists the agents by interface, each with its address as a
// number.
func getSFlowDevices(c *Call) {
	list := c.sflowCounters()
	t := lua.NewTable(1)
	if len(list) > 0 {
		agents := lua.NewTable(4)
		for i := range list {
			agents.Set(list[i].Device.String(), flow.AddrKey(list[i].Device))
		}
		t.Set(c.IfaceID, agents)
	}
	c.Push(t)
}

// getSFlowDevice takes the address of an agent and answers with the counters of
// its interfaces.
func getSFlowDevice(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		return
	}
	agent := parseAddr(c.String(1))
	t := lua.NewTable(8)
	for _, n := range c.sflowCounters() {
		if n.Device != agent {
			continue
		}
		row := lua.NewTable(16).
			Set("ifType", n.Type).
			Set("ifSpeed", n.Speed).
			Set("ifFullDuplex", n.FullDuplex).
			Set("ifAdminStatus", n.AdminUp).
			Set("ifOperStatus", n.Up).
			Set("ifPromiscuousMode", n.Promisc).
			Set("ifInOctets", n.InOctets).
			Set("ifInPackets", n.InPackets).
			Set("ifInErrors", n.InErrors).
			Set("ifOutOctets", n.OutOctets).
			Set("ifOutPackets", n.OutPackets).
			Set("ifOutErrors", n.OutErrors)
		row.SetStr("ifName", n.Name)
		if n.Container != nil {
			row.Set("container", containerTable(n.Container))
		}
		t.Set(n.Index, row)
	}
	c.Push(t)
}
