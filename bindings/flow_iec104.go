package bindings

import (
	"fmt"
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// setIEC104 adds what is known of a connection of IEC 60870-5-104.
func setIEC104(t *lua.Table, f *flow.Flow) {
	c := f.IEC104
	if c == nil {
		return
	}
	types, pairs := lua.NewTable(len(c.Types)), lua.NewTable(len(c.Pairs))
	for k, n := range c.Types {
		types.Set(strconv.Itoa(int(k)), n)
	}
	for p, n := range c.Pairs {
		pairs.Set(fmt.Sprintf("%d,%d", p.From, p.To), n)
	}
	mean, deviation := c.AckTime()
	t.Set("info", c.Info)
	t.Set("iec104", lua.NewTable(5).
		Set("typeid", types).
		Set("typeid_transitions", pairs).
		Set("stats", lua.NewTable(7).
			Set("type_i", c.TypeI).Set("type_s", c.TypeS).Set("type_u", c.TypeU).Set("type_other", c.Other).
			Set("forward_msgs", c.Forward).Set("reverse_msgs", c.Reverse).Set("retransmitted_msgs", c.Retransmitted)).
		Set("pkt_lost", lua.NewTable(2).Set("tx", c.Lost[0]).Set("rx", c.Lost[1])).
		Set("ack_time", lua.NewTable(2).Set("average", mean).Set("stddev", deviation)))
}

// iec104Detail is what an alert about such a connection says.
func iec104Detail(m map[string]any, f *flow.Flow, check string) {
	c := f.IEC104
	if c == nil {
		return
	}
	if check == "iec_unexpected_type_id" {
		u := c.Unexpected
		m["type_id"], m["asdu"], m["cause_tx"], m["negative"] = u.Type, u.Address, u.Cause, u.Negative
		return
	}
	m["timestamp"], m["flow_key"], m["flow_hash_entry_id"] = seconds(f.LastSeen), f.DisplayKey(), f.ID
	if check == "iec_invalid_transition" {
		m["from"], m["to"] = c.Transition.From, c.Transition.To
		return
	}
	m["transitions_m_to_c"], m["transitions_c_to_m"], m["transitions_c_to_c"] = c.ToCommand, c.FromCommand, c.BetweenCommands
}

// deviceDetail is what an alert about a protocol says that a device must not speak.
func (c *Call) deviceDetail(m map[string]any, f *flow.Flow) {
	devices := c.Env.devices()
	for side, h := range map[string]*host.Host{"cli": f.Cli, "srv": f.Srv} {
		kind := uint8(deviceUnknown)
		if h != nil {
			var station *mac.Mac
			h.Update(func(d *host.Data) { station = d.Mac })
			if station != nil {
				kind = devices.Kind(station)
			}
		}
		m[side+".devtype"] = kind
	}
	peer := "cli"
	id, forbidden := devices.Forbidden(f, host.AsClient)
	if !forbidden {
		peer = "srv"
		id, _ = devices.Forbidden(f, host.AsServer)
	}
	m["devproto_forbidden_peer"], m["devproto_forbidden_id"] = peer, id
}
