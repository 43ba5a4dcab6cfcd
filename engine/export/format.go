package export

import (
	"encoding/json"
	"net/netip"
	"time"

	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
)

// nDPI's numbers of protocols with fields of their own.
const (
	protocolDNS  = 5
	protocolHTTP = 7
	protocolTLS  = 91
)

func is(f *flow.Flow, id uint16) bool { return f.Result.App == id || f.Result.Master == id }

func milliseconds(ns int64) float64 { return float64(ns) / float64(time.Millisecond) }

// Generic is a flow as JSON with the names of nProbe's elements, which collectors
// of probes understand.
func (n *Names) Generic(it *Item) []byte { return encode(n.generic(it)) }

// Log is Generic with the network cards.
func (n *Names) Log(it *Item) []byte {
	o := n.generic(it)
	f := &it.Flow
	if !f.CliMAC.IsZero() {
		o["IN_SRC_MAC"] = f.CliMAC.String()
	}
	if !f.SrvMAC.IsZero() {
		o["OUT_DST_MAC"] = f.SrvMAC.String()
	}
	if m := f.Metadata(); m != nil {
		put(o, "JA4C_HASH", m.JA4)
		put(o, "HASSHC_HASH", m.HASSHClient)
	}
	return encode(o)
}

func encode(o map[string]any) []byte {
	b, err := json.Marshal(o)
	if err != nil {
		return nil // a number that is none
	}
	return b
}

func put(o map[string]any, key, text string) {
	if text != "" {
		o[key] = text
	}
}

func (n *Names) generic(it *Item) map[string]any {
	f := &it.Flow
	family := "IPV4"
	if f.IPVersion == 6 {
		family = "IPV6"
	}
	o := map[string]any{family + "_SRC_ADDR": f.Client.String(), family + "_DST_ADDR": f.Server.String(),
		"SRC_TOS": f.ToServer.TOS, "DST_TOS": f.ToClient.TOS, "L4_SRC_PORT": f.CliPort, "L4_DST_PORT": f.SrvPort, "PROTOCOL": f.Key.Proto,
		"IN_PKTS": it.Up.Packets, "IN_BYTES": it.Up.Bytes, "OUT_PKTS": it.Down.Packets, "OUT_BYTES": it.Down.Bytes,
		"FIRST_SWITCHED": it.First / 1e9, "LAST_SWITCHED": it.Last / 1e9, "L7_PROTO_RISK": f.Result.Risks,
		"COMMUNITY_ID": f.CommunityID(), "L7_RISK_SCORE": n.score(f)}
	if f.Classified || f.Result.App != 0 {
		o["L7_PROTO"], o["L7_PROTO_NAME"] = f.Result.App, n.DPI.Name(f.Result)
	}
	if f.Key.VLAN > 0 {
		o["SRC_VLAN"] = f.Key.VLAN
	}
	switch f.Key.Proto {
	case decode.ProtoTCP:
		up, down := &f.ToServer, &f.ToClient
		for key, v := range map[string]any{"TCP_FLAGS": up.TCPFlags | down.TCPFlags, "IN_RETRANSMISSIONS": up.Issues.Retransmissions,
			"OUT_RETRANSMISSIONS": down.Issues.Retransmissions, "IN_OUT_OF_ORDER": up.Issues.OutOfOrder, "OUT_OUT_OF_ORDER": down.Issues.OutOfOrder,
			"IN_LOST": up.Issues.Lost, "OUT_LOST": down.Issues.Lost, "APPL_LATENCY_MS": milliseconds(f.AppLatency),
			"CLIENT_NW_LATENCY_MS": milliseconds(f.ClientLatency), "SERVER_NW_LATENCY_MS": milliseconds(f.ServerLatency)} {
			o[key] = v
		}
	case decode.ProtoICMP:
		o["ICMP_IPV4_TYPE"], o["ICMP_IPV4_CODE"] = f.ICMPType[0], f.ICMPCode[0]
	}
	n.place(o, "SRC_IP", f.Client)
	n.place(o, "DST_IP", f.Server)
	n.application(o, f)
	origin(o, f.Origin)
	return o
}

func (n *Names) score(f *flow.Flow) int {
	if n.Score == nil {
		return 0
	}
	return n.Score(f)
}

func (n *Names) place(o map[string]any, key string, a netip.Addr) {
	if n.Place == nil {
		return
	}
	if country, long, lat := n.Place(a); country != "" {
		o[key+"_COUNTRY"], o[key+"_LOCATION"] = country, []float64{long, lat}
	}
}

// application adds what was read of the protocol.
func (n *Names) application(o map[string]any, f *flow.Flow) {
	m := f.Metadata()
	if m == nil {
		return
	}
	switch {
	case is(f, protocolDNS):
		put(o, "DNS_QUERY", m.DNSQuery)
	case is(f, protocolHTTP):
		put(o, "HTTP_HOST", m.HostName)
		put(o, "HTTP_URL", m.HTTPURL)
		put(o, "HTTP_USER_AGENT", m.HTTPUserAgent)
		put(o, "HTTP_SITE", m.HTTPServer)
		put(o, "HTTP_METHOD", m.HTTPMethod)
		if m.HTTPStatus > 0 {
			o["HTTP_RET_CODE"] = m.HTTPStatus
		}
	case is(f, protocolTLS):
		put(o, "TLS_SERVER_NAME", m.HostName)
	}
	put(o, "BITTORRENT_HASH", m.BitTorrentHash)
}

// origin adds what a probe said of a flow that was collected.
func origin(o map[string]any, from *flow.Origin) {
	if from == nil {
		return
	}
	if from.Exporter.Is4() {
		o["EXPORTER_IPV4_ADDRESS"] = from.Exporter.String()
	}
	put(o, "L7_PROTO_RISK_NAME", from.RiskNames)
	put(o, "FLOW_END_REASON", from.EndReason)
	put(o, "SMTP_MAIL_FROM", from.MailFrom)
	put(o, "SMTP_RCPT_TO", from.MailTo)
	if from.SSID != "" {
		o["WLAN_SSID"], o["WTP_MAC_ADDRESS"] = from.SSID, from.WTP.String()
	}
	if from.More != "" {
		o["json"] = json.RawMessage(from.More)
	}
	if from.Verdict == 2 {
		o["verdict.pass"] = false
	}
	agent(o, "CLIENT", &from.Client)
	agent(o, "SERVER", &from.Server)
	if from.HasTCPInfo {
		o["CLIENT_TCP_INFO"] = map[string]any{"RTT": from.Client.TCP.RTT, "RTT_VAR": from.Client.TCP.RTTVariance}
		o["SERVER_TCP_INFO"] = map[string]any{"RTT": from.Server.TCP.RTT, "RTT_VAR": from.Server.TCP.RTTVariance}
	}
}

func agent(o map[string]any, side string, a *flow.Agent) {
	if p := a.Process; p != nil && p.PID > 0 {
		process := map[string]any{"PID": p.PID, "NAME": p.Name, "PKG_NAME": p.Package, "CMDLINE": p.CommandLine, "UID": p.UID, "GID": p.GID,
			"ACTUAL_MEMORY": p.Memory, "PEAK_MEMORY": p.PeakMemory, "USER_NAME": p.User}
		if p.ParentPID > 0 {
			for key, v := range map[string]any{"FATHER_PID": p.ParentPID, "FATHER_NAME": p.ParentName, "FATHER_PKG_NAME": p.ParentPackage,
				"FATHER_UID": p.ParentUID, "FATHER_GID": p.ParentGID, "FATHER_USER_NAME": p.ParentUser} {
				process[key] = v
			}
		}
		o[side+"_PROCESS"] = process
	}
	if c := a.Container; c != nil {
		container := map[string]any{}
		put(container, "ID", c.ID)
		switch {
		case c.Kubernetes:
			put(container, "K8S_NAME", c.Name)
			put(container, "K8S_POD", c.Pod)
			put(container, "K8S_NS", c.Namespace)
		case c.Docker:
			put(container, "DOCKER_NAME", c.Name)
		}
		o[side+"_CONTAINER"] = container
	}
}
