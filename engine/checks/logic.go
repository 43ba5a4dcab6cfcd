package checks

import (
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// nDPI's numbers of the categories that checks look at.
const (
	categoryVPN          = 2
	categoryRemoteAccess = 12
	categoryFileSharing  = 29
	categoryMining       = 99
	categoryMalware      = 100
	categoryBanned       = 102
)

// Breeds by nDPI's numbers.
const (
	breedUnsafe = 3
	breedRisky  = 4
	breedDanger = 5
)

// Numbers of alerts that others must know.
const (
	AlertRemoteAccess = 57
	AlertCustomScript = 87
	AlertExternal     = 10
)

// logicChecks are the checks that follow no risk.
func logicChecks() []*Check {
	return []*Check{
		{Key: "blacklisted", Alert: 1, Category: Security, Score: 200, Client: shareHigh, Hooks: Recognised, Attention: true,
			test: blacklisted},
		{Key: "blacklisted_client_contact", Alert: 9, Category: Security, Score: 50, Client: shareFair, Hooks: Recognised,
			test: blacklistedClient},
		{Key: "blacklisted_server_contact", Alert: 13, Category: Security, Score: 200, Client: shareHigh, Hooks: Recognised,
			Attention: true, test: blacklistedServer},
		{Key: "broadcast_non_udp_traffic", Alert: 67, Category: Security, Score: 100, Client: shareHigh, Hooks: Begun,
			Roles: flow.ClientAttacker, test: broadcastNotUDP},
		{Key: "country_check", Alert: 2, Category: Security, Off: true, Score: 100, Client: shareFair, Hooks: Recognised,
			Attention: true, test: badCountry},
		{Key: "custom_lua_script", Alert: AlertCustomScript, Category: Security, Off: true, Score: 100, Client: shareFair,
			Attention: true}, // scripts run elsewhere
		{Key: "device_protocol_not_allowed", Alert: 5, Category: Security, Score: 100, Client: shareHigh, Hooks: Recognised,
			Attention: true, test: deviceProtocol},
		{Key: "external_alert_check", Alert: AlertExternal, Category: Security, Score: 100, Client: shareFair,
			Hooks: Recognised | Periodic | Ended, Attention: true, test: external},
		// Those of IEC 104 are raised while packets come, see ExamineIEC104.
		{Key: "iec_invalid_command_transition", Alert: 74, Category: Security, Off: true, Score: 10, Attention: true},
		{Key: "iec_invalid_transition", Alert: 37, Category: Security, Off: true, Score: 10, Attention: true},
		{Key: "iec_unexpected_type_id", Alert: 55, Category: Security, Off: true, Score: 10, Attention: true},
		{Key: "low_goodput", Alert: 12, Category: Network, Score: 10, Client: shareFair, Hooks: Periodic | Ended,
			test: lowGoodput},
		{Key: "not_purged", Alert: 14, Category: Internals, Score: 50, Client: shareFair},     // tables are purged as a whole
		{Key: "rare_destination", Alert: 92, Category: Network, Score: 10, Client: shareFair}, // never raised there either
		{Key: "remote_access", Alert: AlertRemoteAccess, Category: Network, Score: 10, Client: shareFair, Hooks: Recognised,
			test: remoteAccess},
		{Key: "remote_to_local_insecure_flow", Alert: 38, Category: Security, Score: 100, Client: shareFair, Hooks: Recognised,
			Roles: flow.ClientAttacker | flow.ServerVictim, Attention: true, test: insecureFromOutside},
		{Key: "remote_to_remote", Alert: 16, Category: Network, Off: true, Score: 10, Client: shareFair, Hooks: Recognised,
			test: remoteToRemote},
		{Key: "tcp_flow_reset", Alert: 100, Category: Network, Off: true, Score: 10, Client: shareHigh, Hooks: Ended,
			test: reset},
		{Key: "tcp_no_data_exchanged", Alert: 56, Category: Network, Score: 10, Client: shareHigh, Hooks: Ended, test: noData},
		{Key: "tcp_packets_issues", Alert: 19, Category: Security, Off: true, Score: 100, Client: shareFair,
			Hooks: Periodic | Ended, test: packetIssues},
		{Key: "unexpected_dhcp", Alert: 32, Category: Security, Off: true, Score: 100, Client: shareHigh, Hooks: Recognised,
			Roles: flow.ClientAttacker, Attention: true, test: unexpectedDHCP},
		{Key: "unexpected_dns", Alert: 33, Category: Security, Off: true, Score: 100, Client: shareHigh, Hooks: Recognised,
			Roles: flow.ClientAttacker, Attention: true, test: unexpectedDNS},
		{Key: "unexpected_ntp", Alert: 35, Category: Security, Off: true, Score: 100, Client: shareHigh, Hooks: Recognised,
			Roles: flow.ClientAttacker, Attention: true, test: unexpectedNTP},
		{Key: "unexpected_smtp", Alert: 34, Category: Security, Off: true, Score: 100, Client: shareHigh, Hooks: Recognised,
			Roles: flow.ClientAttacker, Attention: true, test: unexpectedSMTP},
		{Key: "vlan_bidirectional_traffic", Alert: 91, Category: Security, Off: true, Score: 100, Client: shareHigh,
			Hooks: Recognised, test: vlanBothWays},
		{Key: "web_mining", Alert: 27, Category: Security, Score: 50, Client: shareHigh, Hooks: Recognised, Attention: true,
			test: mining},
		{Key: "zero_tcp_window", Alert: 36, Category: Network, Score: 10, Client: shareHigh, Hooks: Periodic | Ended,
			test: zeroWindow},
	}
}

func local(h *host.Host) bool { return h != nil && h.Local }

func remoteToLocal(f *flow.Flow) bool { return !local(f.Cli) && local(f.Srv) }
func localToRemote(f *flow.Flow) bool { return local(f.Cli) && !local(f.Srv) }

// unicast says whether both ends are somebody in particular.
func unicast(f *flow.Flow) bool {
	return flow.Unicast(f.Client) && flow.Unicast(f.Server) && !group(f.Cli) && !group(f.Srv)
}

func group(h *host.Host) bool { return h != nil && h.Group }

// blame says who is who where ends are on a list: a listed client attacks a
// server; who turns to a listed server is as bad as that.
func blame(client, server bool) flow.Role {
	switch {
	case server:
		return flow.ClientAttacker | flow.ServerAttacker
	case client:
		return flow.ClientAttacker | flow.ServerVictim
	}
	return 0
}

// mining is for the category that nDPI has for it.
func mining(_ *Set, f *flow.Flow, _ *flow.Alert) bool { return f.Result.Category == categoryMining }

// blacklisted is for names and addresses of the malware category, where neither
// end itself is listed.
func blacklisted(s *Set, f *flow.Flow, _ *flow.Alert) bool {
	return f.Result.Category == categoryMalware && !s.listed(f, f.Client) && !s.listed(f, f.Server)
}

func blacklistedClient(s *Set, f *flow.Flow, a *flow.Alert) bool {
	if !remoteToLocal(f) || !s.listed(f, f.Client) {
		return false
	}
	a.Roles = blame(true, s.listed(f, f.Server))
	return true
}

// noticeScore is that of something which is good to know.
const noticeScore = 10

func blacklistedServer(s *Set, f *flow.Flow, a *flow.Alert) bool {
	if !localToRemote(f) || !s.listed(f, f.Server) {
		return false
	}
	a.Roles = blame(s.listed(f, f.Client), true)
	if f.Key.Proto == decode.ProtoICMP { // may only be an answer to something else
		split(a, noticeScore, shareHigh)
	}
	return true
}

func toEveryCard(f *flow.Flow) bool { return string(f.SrvMAC[:]) == "\xff\xff\xff\xff\xff\xff" }

func broadcastNotUDP(_ *Set, f *flow.Flow, _ *flow.Alert) bool {
	if f.Key.Proto == decode.ProtoUDP {
		return false
	}
	return toEveryCard(f) || group(f.Srv) && !f.Server.IsMulticast() || host.Broadcast(f.Server, noPrefix)
}

func badCountry(s *Set, f *flow.Flow, a *flow.Alert) bool {
	client, server := s.badPlace(f.Cli), s.badPlace(f.Srv)
	if !client && !server {
		return false
	}
	if server {
		split(a, 100, shareHigh)
	}
	a.Roles = blame(client, server)
	return true
}

// chatty are protocols whose payload is small by nature, by nDPI's numbers.
var chatty = map[uint16]bool{8: true, 26: true, 39: true, 48: true, 65: true, 77: true, 92: true, 142: true, 45: true, 242: true,
	185: true, 193: true, 194: true, 197: true}

func lowGoodput(_ *Set, f *flow.Flow, _ *flow.Alert) bool {
	const minPackets, percent = 3, 60
	payload := f.ToServer.Goodput + f.ToClient.Goodput
	return f.Key.Proto == decode.ProtoTCP && f.Handshake && f.Packets() > minPackets &&
		float32(100*payload)/float32(f.Bytes()+1) <= percent && !chatty[f.Result.App]
}

// issueLimits are the shares of packets, in per cent, above which they are an
// issue, by ntopng's names; what is not to be looked at is left out.
var issueLimits = map[string]int64{"retransmissions": 15, "out_of_orders": 15, "packet_loss": 15}

func packetIssues(s *Set, f *flow.Flow, _ *flow.Alert) bool {
	if f.Key.Proto != decode.ProtoTCP || f.Packets() == 0 {
		return false
	}
	n := f.Issues()
	for name, count := range map[string]uint64{"retransmissions": n.Retransmissions, "out_of_orders": n.OutOfOrder, "packet_loss": n.Lost} {
		if limit, looked := s.issueLimits[name]; looked && int64(count*100/f.Packets()) > limit {
			return true
		}
	}
	return false
}

func zeroWindow(_ *Set, f *flow.Flow, _ *flow.Alert) bool {
	return f.Key.Proto == decode.ProtoTCP && f.ToServer.NumZero+f.ToClient.NumZero > 0
}

func remoteAccess(_ *Set, f *flow.Flow, _ *flow.Alert) bool {
	switch f.Result.Category {
	case categoryRemoteAccess, categoryVPN, categoryFileSharing:
		return !local(f.Cli) || !local(f.Srv)
	}
	return false
}

// insecureFromOutside is for connections from outside by a protocol or to a site
// that is dangerous.
func insecureFromOutside(s *Set, f *flow.Flow, a *flow.Alert) bool {
	if !remoteToLocal(f) || !looked(f) || f.Key.Proto == decode.ProtoTCP && f.Connection().Phase() < flow.PhaseEstablished {
		return false
	}
	app := f.Result.App
	if app == 0 {
		app = f.Result.Master
	}
	switch s.dpi.Protocol(app).Breed {
	case breedUnsafe:
		split(a, 100, shareHigh)
		return true
	case breedRisky, breedDanger:
		split(a, 100, shareLow)
		return true
	}
	if c := f.Result.Category; c == categoryMalware || c == categoryBanned {
		split(a, 100, shareLow)
		return true
	}
	return false
}

// external is for flows that another system has told something about.
func external(_ *Set, f *flow.Flow, _ *flow.Alert) bool {
	return f.Origin != nil && f.Origin.Alert != ""
}

// looked says that packets were looked into, not only ports and addresses.
func looked(f *flow.Flow) bool {
	switch f.Result.Confidence {
	case dpi.ConfidenceUnknown, dpi.ConfidencePort, dpi.ConfidenceIP:
		return false
	}
	return true
}

func remoteToRemote(_ *Set, f *flow.Flow, _ *flow.Alert) bool {
	return !local(f.Cli) && !local(f.Srv) && unicast(f)
}

func reset(_ *Set, f *flow.Flow, _ *flow.Alert) bool {
	return f.Key.Proto == decode.ProtoTCP && (f.ToServer.TCPFlags|f.ToClient.TCPFlags)&decode.RST != 0
}

func noData(_ *Set, f *flow.Flow, _ *flow.Alert) bool {
	return f.Key.Proto == decode.ProtoTCP && f.ToServer.Goodput+f.ToClient.Goodput == 0 && unicast(f)
}

func vlanBothWays(s *Set, f *flow.Flow, _ *flow.Alert) bool {
	return s.vlans[f.Key.VLAN] && !local(f.Srv) && flow.Unicast(f.Server) && !group(f.Srv) && f.ToServer.Bytes > 0 && f.ToClient.Bytes > 0
}
