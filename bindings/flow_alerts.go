package bindings

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"sync/atomic"
	"time"

	"ntopgo/engine/alerts"
	"ntopgo/engine/capture"
	"ntopgo/engine/checks"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
	"ntopgo/engine/recipients"
)

// maxWaitingAlerts is how many alerts about flows of one interface wait to be
// put into words; more are dropped and counted.
const maxWaitingAlerts = 8192

// alertQueue is the way of alerts from the engine to the recipients, and counts
// those that did not arrive.
type alertQueue struct {
	flows   chan flow.Flow
	refused atomic.Uint64 // there was no room in flows
	// Alerts that were lost, here or in the queue of a recipient, by what they are
	// about.
	lostFlow, lostHost, lostOther atomic.Uint64
	lostBefore                    atomic.Uint64 // the last reset
}

// lost counts an alert about an entity of this kind.
func (q *alertQueue) lost(entity int) {
	switch entity {
	case alerts.KindFlow:
		q.lostFlow.Add(1)
	case alerts.KindHost:
		q.lostHost.Add(1)
	default:
		q.lostOther.Add(1)
	}
}

// lostAlerts is how many alerts were lost.
func (q *alertQueue) lostAlerts() uint64 {
	return q.lostFlow.Load() + q.lostHost.Load() + q.lostOther.Load()
}

func (e *Env) alertQueue(ifid int) *alertQueue {
	q, _ := e.alertQueues.LoadOrStore(ifid, &alertQueue{flows: make(chan flow.Flow, maxWaitingAlerts)})
	return q.(*alertQueue)
}

// OnFlowAlert takes the flows of an interface whose worst alert is a new one. It
// only puts them into a queue.
func (e *Env) OnFlowAlert(ifid int) func(f *flow.Flow) {
	q := e.alertQueue(ifid)
	return func(f *flow.Flow) {
		select {
		case q.flows <- *f:
		default:
			q.refused.Add(1)
			q.lost(alerts.KindFlow)
		}
	}
}

// DeliverAlerts puts alerts about the flows of an interface into words and hands
// them to the recipients until ctx is done.
func (e *Env) DeliverAlerts(ctx context.Context, ifid int) {
	q := e.alertQueue(ifid)
	for {
		q.wait(ctx, e.Interface(ifid))
		select {
		case <-ctx.Done():
			return
		case f := <-q.flows:
			if e.Prefs.Bool("disable_alerts_generation") || !e.Prefs.Bool("emit_flow_alerts") {
				continue
			}
			c := &Context{Env: e, Group: "administrator", Privileged: true, Capabilities: math.MaxUint64}
			if !c.Select(ifid) {
				continue
			}
			top := f.Alerts.Top()
			if now, ok := c.Iface.Refresh(&f); ok {
				f = now
				top.Roles = c.Iface.Checks().RolesNow(&f, &top)
			}
			if err := c.reportFlow(&f, top, nil); err != nil {
				e.Log.Logf(1, "alert about a flow: %v", err)
			}
		}
	}
}

// wait returns when a capture file is read, so that alerts speak of whole flows,
// or when many wait. Live interfaces have nothing to wait for.
func (q *alertQueue) wait(ctx context.Context, i *iface.Interface) {
	if i == nil || i.Info().Kind != capture.KindFile {
		return
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for len(q.flows) < maxWaitingAlerts/2 {
		select {
		case <-i.Done():
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// scriptChecks names in the log what happens outside of any binding.
var scriptChecks = &Binding{Namespace: "host", Name: "triggerAlert"}

// ReportFlow raises the alert of a script for its flow.
func (c *Context) ReportFlow(f *flow.Flow, a *ScriptAlert) error {
	const fair = 2 // client and server have the same share
	half := uint8(min(a.Score, flow.MaxScore) / fair)
	raised := flow.Alert{ID: checks.AlertCustomScript, Category: checks.Security, Client: half, Server: uint8(min(a.Score, flow.MaxScore)) - half}
	if c.Iface != nil {
		c.Iface.Trigger(f, raised)
	}
	own := *f
	own.Alerts = f.Alerts.With([]flow.Alert{raised})
	return c.reportFlow(&own, raised, map[string]any{"alert.message": a.Message})
}

// reportFlow hands an alert about a flow to all recipients, as something that has
// happened: flows are not engaged. more is what the alert's own check has to say.
func (c *Context) reportFlow(f *flow.Flow, a flow.Alert, more map[string]any) error {
	call := &Call{Context: c, b: scriptChecks}
	m, err := call.flowAlert(f, a, more)
	if err != nil {
		return err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	cli, _ := m["cli_host_pool_id"].(int)
	srv, _ := m["srv_host_pool_id"].(int)
	c.notify(&recipients.Notification{Alert: string(text), Score: a.Score(), ID: int(a.ID), Category: int(a.Category),
		Entity: alerts.KindFlow, Pools: []int{cli, srv}, Tags: func() uint64 {
			return call.hostTags(host.Key{Addr: f.Client, VLAN: f.Key.VLAN}) | call.hostTags(host.Key{Addr: f.Server, VLAN: f.Key.VLAN})
		}})
	return nil
}

// notify puts an alert into the queue of every recipient that wants it.
func (c *Context) notify(n *recipients.Notification) {
	n.Severity = int(severityOfScore(int64(n.Score)))
	if !c.Env.Recipients.EnqueueAll(*n) {
		c.Env.alertQueue(c.IfaceID).lost(n.Entity)
	}
}

// flowAlert is an alert about a flow as the trees' scripts take it out of the
// queues.
func (c *Call) flowAlert(f *flow.Flow, a flow.Alert, more map[string]any) (map[string]any, error) {
	now := time.Now().Unix()
	check := c.Iface.Checks().Of(a.ID)
	if check == nil {
		check = &checks.Check{}
	}
	m := map[string]any{"ifid": c.IfaceID, "action": "store", "is_flow_alert": true, "first_seen": seconds(f.FirstSeen),
		"tstamp": now, "tstamp_end": now, "score": f.Alerts.Score(), "acknowledged": !check.Attention, "alert_id": a.ID,
		"alert_category": a.Category, "is_cli_attacker": a.Roles&flow.ClientAttacker != 0,
		"is_cli_victim": a.Roles&flow.ClientVictim != 0, "is_srv_attacker": a.Roles&flow.ServerAttacker != 0,
		"is_srv_victim": a.Roles&flow.ServerVictim != 0, "entity_id": alerts.KindFlow, "entity_val": "flow", "pool_id": defaultPool,
		"vlan_id": f.Key.VLAN, "proto": f.Key.Proto,
		"alerts_map": alertsMap(f.Alerts), "proto.ndpi": c.protocolName(f), "l7_master_proto": f.Result.Master,
		"l7_proto": f.Result.App, "l7_cat": f.Result.Category, "cli2srv_bytes": f.ToServer.Bytes,
		"cli2srv_packets": f.ToServer.Packets, "srv2cli_bytes": f.ToClient.Bytes, "srv2cli_packets": f.ToClient.Packets,
		"ip_version": f.IPVersion, "community_id": f.CommunityID(),
		"info": flowInfo(f)}
	originOfAlert(m, f.Origin)
	if f.Result.Risks != 0 {
		m["flow_risk_bitmap"] = f.Result.Risks
	}
	if !f.Classified {
		m["l7_master_proto"], m["l7_proto"] = -1, -1
	}
	if meta := f.Metadata(); meta != nil {
		setText(m, "dns_last_query", shownName(meta.DNSQuery))
		setText(m, "ja4_client_hash", meta.JA4)
	}
	c.alertSide(m, "cli", f.Client, f.CliPort, f.Cli)
	c.alertSide(m, "srv", f.Server, f.SrvPort, f.Srv)
	detail, err := json.Marshal(c.alertDetail(f, check, more))
	m["json"] = string(detail)
	return m, err
}

// originOfAlert adds which exporter saw a flow, and where; o is nil for a flow made
// of packets.
func originOfAlert(m map[string]any, o *flow.Origin) {
	if o == nil {
		o = &flow.Origin{}
	}
	device := o.Exporter
	if !device.Is4() {
		device = netip.IPv4Unspecified() // the column is for IPv4
	}
	m["probe_ip"], m["input_snmp"], m["output_snmp"], m["observation_point_id"] = device.String(), o.In, o.Out, o.ObsPoint
}

func setText(m map[string]any, key, text string) {
	if text != "" {
		m[key] = text
	}
}

// alertSide adds what is known of one end of a flow; side is "cli" or "srv".
func (c *Call) alertSide(m map[string]any, side string, a netip.Addr, port uint16, h *host.Host) {
	const remote, local, multicast = 0, 1, 2
	location := remote
	switch {
	case a.IsMulticast():
		location = multicast
	case h != nil && h.Local || h == nil && c.Env.Nets.Local(a):
		location = local
	}
	fields := map[string]any{"ip": a.String(), "port": port, "location": location, "blacklisted": c.isBlacklisted(a)}
	if h != nil {
		d := h.Snapshot()
		pool, _ := c.hostPools().Of(h.Addr, h.VLAN, d.Mac)
		fields["name"], fields["host_pool_id"], fields["network"] = c.hostName(h, &d), pool, uint16(h.NetworkID)
		fields["localhost"], fields["os"], fields["asn"] = h.Local, "", c.Env.Geo.AS(h.Addr).Number
		fields["country_name"] = c.Env.Geo.Country(h.Addr)
	}
	for k, v := range fields {
		m[side+"_"+k] = v
	}
}

// alertsMap is a set of alerts as the store keeps it: hex digits of a bitmap of
// whole bytes without leading zeros, the last digit holding the lowest bits.
func alertsMap(a *flow.Alerts) string {
	bits := a.Bits()
	text := fmt.Sprintf("%016X%016X", bits[1], bits[0])
	for len(text) > 2 && text[:2] == "00" {
		text = text[2:]
	}
	return text
}

// alertDetail is what only some alerts have.
func (c *Call) alertDetail(f *flow.Flow, check *checks.Check, more map[string]any) map[string]any {
	generation := map[string]any{"script_key": check.Key, "subdir": "flow"}
	if texts := checks.RiskTexts(f); len(texts) > 0 {
		if b, err := json.Marshal(texts); err == nil {
			generation["flow_risk_info"] = string(b)
		}
	}
	m := map[string]any{"ntopng.key": f.DisplayKey(), "hash_entry_id": f.ID, "alert_generation": generation,
		"proto": c.protocolDetail(f)}
	if list, on := c.blacklisted(f.Server); on {
		m["blacklist"] = list
	} else if list, on := c.blacklisted(f.Client); on {
		m["blacklist"] = list
	}
	c.checkDetail(m, f, check)
	for k, v := range more {
		m[k] = v
	}
	issues, scores := trafficDetail(f), map[string]int{}
	for _, a := range f.Alerts.List() {
		scores[fmt.Sprint(a.ID)] = a.Score()
	}
	m["traffic_stats"], m["alert_score"] = issues, scores
	return m
}

// trafficDetail are the TCP issues of a flow; ntopng names one key in the plural.
func trafficDetail(f *flow.Flow) map[string]any {
	m := map[string]any{}
	for key, n := range map[string]uint64{
		"cli2srv_retransmissions": f.ToServer.Issues.Retransmissions, "cli2srv_out_of_order": f.ToServer.Issues.OutOfOrder,
		"cli2srv_lost": f.ToServer.Issues.Lost, "srv2cli_retransmissions": f.ToClient.Issues.Retransmissions,
		"srv2cli_out_of_orders": f.ToClient.Issues.OutOfOrder, "srv2cli_lost": f.ToClient.Issues.Lost} {
		if n != 0 {
			m[key] = n
		}
	}
	return m
}

// checkDetail adds what the texts of a check need.
func (c *Call) checkDetail(m map[string]any, f *flow.Flow, check *checks.Check) {
	switch check.Key {
	case "blacklisted", "blacklisted_client_contact", "blacklisted_server_contact":
		m["cli_blacklisted"], m["srv_blacklisted"] = c.isBlacklisted(f.Client), c.isBlacklisted(f.Server)
		m["cat_blacklisted"], m["uid"] = f.Result.Category == malwareCategory, f.ID
	case "device_protocol_not_allowed":
		c.deviceDetail(m, f)
	case "iec_unexpected_type_id", "iec_invalid_transition", "iec_invalid_command_transition":
		iec104Detail(m, f, check.Key)
	case "external_alert_check":
		externalDetail(m, f.Origin)
	case "country_check":
		m["cli_country"], m["srv_country"] = c.Env.Geo.Country(f.Client), c.Env.Geo.Country(f.Server)
	case "low_goodput":
		m["goodput_ratio"] = float64(100*(f.ToServer.Goodput+f.ToClient.Goodput)) / float64(f.Bytes()+1)
	case "remote_access":
		m["first_seen"], m["last_seen"] = seconds(f.FirstSeen), seconds(f.LastSeen)
	case "remote_to_local_insecure_flow":
		p := c.Env.DPI.Protocol(application(f))
		m["ndpi_breed"], m["ndpi_breed_name"] = p.Breed, c.Env.DPI.BreedName(p.Breed)
		m["ndpi_category"], m["ndpi_category_name"] = f.Result.Category, c.Env.DPI.CategoryName(f.Result.Category)
	case "unexpected_dns", "unexpected_ntp", "unexpected_dhcp", "unexpected_smtp":
		m["server_ip"] = f.Server.String()
	case "ndpi_suspicious_dga_domain":
		if meta := f.Metadata(); meta != nil {
			m["dga_domain"] = meta.HostName
		}
	}
	if check.Risk != 0 {
		m["risk_id"] = check.Risk
	}
}

// externalDetail adds what another system said of a flow: which it is, and of its
// alert what the trees show.
func externalDetail(m map[string]any, o *flow.Origin) {
	if o == nil {
		return
	}
	var told struct {
		Source string
		Alert  struct{ Category, Signature string }
	}
	if json.Unmarshal([]byte(o.Alert), &told) != nil {
		return
	}
	alert := map[string]any{}
	setText(m, "source", told.Source)
	setText(alert, "signature", told.Alert.Signature)
	setText(alert, "category", told.Alert.Category)
	m["alert"] = alert
}

// protocolDetail is what the classifier has read of a flow.
func (c *Call) protocolDetail(f *flow.Flow) map[string]any {
	m := map[string]any{}
	if f.Result.Confidence != dpi.ConfidenceUnknown {
		m["confidence"] = confidence(f)
	}
	if f.Key.Proto == decode.ProtoICMP || f.Key.Proto == decode.ProtoICMPv6 {
		m["icmp"] = map[string]any{"type": f.ICMPType[0], "code": f.ICMPCode[0]}
	}
	meta := f.Metadata()
	if meta == nil {
		return m
	}
	switch {
	case hasHTTP(meta):
		m["http"] = map[string]any{"last_method": meta.HTTPMethod, "last_return_code": meta.HTTPStatus, "last_url": meta.HTTPURL,
			"last_user_agent": meta.HTTPUserAgent, "last_server": meta.HTTPServer, "server_name": meta.HostName}
	case hasDNS(meta):
		m["dns"] = map[string]any{"last_query_type": meta.DNSQueryType, "last_return_code": meta.DNSReplyCode,
			"last_query": shownName(meta.DNSQuery)}
	case hasSSH(meta):
		ssh := map[string]any{}
		setText(ssh, "client_signature", meta.SSHClient)
		setText(ssh, "server_signature", meta.SSHServer)
		setText(ssh, "hassh.client_hash", meta.HASSHClient)
		setText(ssh, "hassh.server_hash", meta.HASSHServer)
		m["ssh"] = ssh
	case hasTLS(meta):
		m["tls"] = tlsDetail(meta)
	case meta.MDNSName != "":
		m["mdns"] = map[string]any{"name": meta.MDNSName}
	case meta.NetBIOSName != "":
		m["netbios"] = map[string]any{"name": meta.NetBIOSName}
	}
	return m
}

func tlsDetail(meta *dpi.Metadata) map[string]any {
	tls := map[string]any{"tls_version": meta.TLSVersion}
	setText(tls, "server_names", meta.TLSNames)
	setText(tls, "client_alpn", meta.TLSALPN)
	setText(tls, "client_tls_supported_versions", meta.TLSSupportedVersions)
	setText(tls, "issuerDN", meta.TLSIssuer)
	setText(tls, "subjectDN", meta.TLSSubject)
	setText(tls, "client_requested_server_name", meta.HostName)
	setText(tls, "ja4_client_hash", meta.JA4)
	if meta.TLSNotBefore != 0 && meta.TLSNotAfter != 0 {
		tls["notBefore"], tls["notAfter"] = meta.TLSNotBefore, meta.TLSNotAfter
	}
	return tls
}
