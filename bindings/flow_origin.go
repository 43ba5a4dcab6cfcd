package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
)

// nDPI's numbers of protocols whose flow tables have parts of their own.
const (
	protocolHTTP = 7
	protocolTLS  = 91
)

// setFlowOrigin adds what a probe said of a flow that it reported; nothing for one
// made of packets.
func setFlowOrigin(t *lua.Table, f *flow.Flow, level int) {
	o := f.Origin
	if o == nil {
		return
	}
	if o.Exporter.IsValid() {
		t.Set("device_ip", o.Exporter.String())
	}
	t.Set("in_index", o.In).Set("out_index", o.Out).Set("observation_point_id", o.ObsPoint)
	if level < levelHigh {
		return
	}
	t.Set("flow_source", o.Source).Set("l7_error_code", o.ErrorCode)
	if o.Probe.IsValid() {
		t.Set("probe_ip", o.Probe.String())
	}
	if o.SourceID != 0 {
		t.Set("unique_source_id", o.SourceID)
	}
	if o.Verdict != 0 {
		t.Set("flow_verdict", o.Verdict)
	}
	for key, n := range map[string]uint32{"vrfId": o.VRF, "src_as": o.SrcAS, "dst_as": o.DstAS, "prev_adjacent_as": o.PrevAS, "next_adjacent_as": o.NextAS} {
		if n != 0 {
			t.Set(key, n)
		}
	}
	t.SetStr("flow_end_reason", o.EndReason)
	t.SetStr("smtp_mail_from", o.MailFrom)
	t.SetStr("smtp_rcpt_to", o.MailTo)
	t.SetStr("riskInfo", o.RiskInfo)
	if o.SSID != "" {
		t.Set("wlan", lua.NewTable(2).Set("ssid", o.SSID).Set("wtp_mac_address", o.WTP.String()))
	}
	if o.More != "" {
		t.Set("moreinfo.json", o.More)
	}
	setReportedNames(t, f)
	setAgent(t, "client", &o.Client, o.HasAgent, o.HasTCPInfo)
	setAgent(t, "server", &o.Server, o.HasAgent, o.HasTCPInfo)
}

// setReportedNames adds the names of protocols that a probe reports without the
// rest of what packets tell of them.
func setReportedNames(t *lua.Table, f *flow.Flow) {
	m := f.Metadata()
	if m == nil {
		return
	}
	is := func(id uint16) bool { return f.Result.App == id || f.Result.Master == id }
	switch {
	case is(protocolTLS) && !hasTLS(m):
		t.SetStr("protos.tls.client_requested_server_name", m.HostName)
		t.SetStr("protos.tls.ja4.client_hash", m.JA4)
	case is(protocolHTTP) && !hasHTTP(m):
		t.SetStr("protos.http.server_name", m.HostName)
		t.SetStr("protos.http.last_url", m.HTTPURL)
		t.SetStr("protos.http.last_user_agent", m.HTTPUserAgent)
		if m.HTTPStatus != 0 {
			t.Set("protos.http.last_return_code", m.HTTPStatus)
		}
	}
	t.SetStr("bittorrent_hash", m.BitTorrentHash)
}

func setAgent(t *lua.Table, side string, a *flow.Agent, known, tcp bool) {
	if !known {
		return
	}
	if p := a.Process; p != nil && p.PID > 0 {
		t.Set(side+"_process", processTable(p))
	}
	if c := a.Container; c != nil {
		t.Set(side+"_container", containerTable(c))
	}
	if tcp {
		t.Set(side+"_tcp_info", lua.NewTable(2).Set("rtt", a.TCP.RTT).Set("rtt_var", a.TCP.RTTVariance))
	}
}

func processTable(p *flow.Process) *lua.Table {
	t := lua.NewTable(15).
		Set("pid", p.PID).
		Set("name", p.Name).
		Set("pkg_name", p.Package).
		Set("cmdline", p.CommandLine).
		Set("uid", p.UID).
		Set("gid", p.GID).
		Set("actual_memory", p.Memory).
		Set("peak_memory", p.PeakMemory).
		Set("user_name", p.User)
	if p.ParentPID > 0 {
		t.Set("father_pid", p.ParentPID).
			Set("father_uid", p.ParentUID).
			Set("father_gid", p.ParentGID).
			Set("father_name", p.ParentName).
			Set("father_pkg_name", p.ParentPackage).
			Set("father_user_name", p.ParentUser)
	}
	return t
}

func containerTable(c *flow.Container) *lua.Table {
	t := lua.NewTable(4)
	t.SetStr("id", c.ID)
	switch {
	case c.Kubernetes:
		t.SetStr("k8s.name", c.Name)
		t.SetStr("k8s.pod", c.Pod)
		t.SetStr("k8s.ns", c.Namespace)
	case c.Docker:
		t.SetStr("docker.name", c.Name)
	}
	return t
}
