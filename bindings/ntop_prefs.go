package bindings

import (
	"strings"

	"ntopgo/compat/lua"
)

// Group "Preferences".
func init() {
	register("ntop", map[string]func(c *Call){
		"getPrefs":          getPrefs,
		"reloadPreferences": reloadPreferences,
	})
}

// reloadPreferences hands on what the engine keeps; other preferences are read
// when they are used.
func reloadPreferences(c *Call) {
	l := c.Env.learning()
	for _, i := range c.Env.Interfaces() {
		i.Services().SetLearning(l)
	}
}

// Preferences that getPrefs shows under another name than they are stored by,
// or under the same one; the key is what scripts see.
var boolPrefs = map[string]string{
	"is_autologout_enabled":                      "is_autologon_enabled",
	"is_interface_name_only":                     "is_interface_name_only",
	"vs_slow_scan":                               "vs.vs_slow_scan",
	"snmp_polling":                               "snmp_polling",
	"active_monitoring":                          "active_monitoring",
	"active_monitoring_pref":                     "active_monitoring",
	"network_discovery":                          "network_discovery",
	"starttls":                                   "starttls",
	"dump_pcap_to_clickhouse":                    "dump_pcap_to_clickhouse",
	"query_performance_log_enabled":              "enable_query_performance_log",
	"tls_quic_hostnaming":                        "tls_quic_hostnaming",
	"is_mac_based_captive_portal":                "mac_based_captive_portal",
	"auth_session_midnight_expiration":           "auth_session_midnight_expiration",
	"fingerprint_stats":                          "fingerprint_stats",
	"are_top_talkers_enabled":                    "host_top_sites_creation",
	"sites_collection":                           "sites_collection",
	"dns_cache":                                  "dns_cache",
	"enable_full_stats":                          "enable_full_stats",
	"is_active_local_hosts_cache_enabled":        "is_active_local_host_cache_enabled",
	"is_tiny_flows_export_enabled":               "tiny_flows_export_enabled",
	"is_observation_points_rrd_creation_enabled": "observation_points_rrd_creation",
	"is_intranet_traffic_rrd_creation_enabled":   "intranet_traffic_rrd_creation",
	"is_flow_device_port_rrd_creation_enabled":   "flow_device_port_rrd_creation",
	"use_host_pools_for_local":                   "use_host_pools_for_local",
	"is_arp_matrix_generation_enabled":           "arp_matrix_generation",
	"enable_flow_swap_heuristic":                 "enable_flow_swap_heuristic",
	"enable_assets_log":                          "enable_assets_log",
	"is_captive_portal_enabled":                  "enable_captive_portal",
	"is_informative_captive_portal_enabled":      "enable_informative_captive_portal",
	"is_external_auth_captive_portal_enabled":    "external_auth_captive_portal",
	"toggle_message_broker":                      "toggle_message_broker",
	"is_asn_mode_enabled":                        "toggle_asn_mode",
}

var intPrefs = map[string]string{
	"max_aggregated_flows_upperbound":         "max_aggregated_flows_upperbound",
	"max_aggregated_flows_traffic_upperbound": "max_aggregated_flows_traffic_upperbound",
	"host_to_scan_max_num_scans":              "host_to_scan_max_num_scans",
	"auth_session_duration":                   "auth_session_duration",
	"use_mac_in_flow_key":                     "use_mac_in_flow_key",
	"housekeeping_frequency":                  "housekeeping_freq",
	"local_host_cache_duration":               "local_host_cache_duration",
	"local_host_max_idle":                     "local_host_max_idle",
	"non_local_host_max_idle":                 "non_local_host_max_idle",
	"flow_max_idle":                           "flow_max_idle",
	"active_local_hosts_cache_interval":       "active_local_host_cache_interval",
	"intf_rrd_raw_days":                       "intf_rrd_raw_days",
	"intf_rrd_1min_days":                      "intf_rrd_1min_days",
	"intf_rrd_1h_days":                        "intf_rrd_1h_days",
	"intf_rrd_1d_days":                        "intf_rrd_1d_days",
	"other_rrd_raw_days":                      "other_rrd_raw_days",
	"other_rrd_1min_days":                     "other_rrd_1min_days",
	"other_rrd_1h_days":                       "other_rrd_1h_days",
	"other_rrd_1d_days":                       "other_rrd_1d_days",
	"max_entity_alerts":                       "max_entity_alerts",
	"max_num_secs_before_delete_alert":        "max_num_secs_before_delete_alert",
	"alert_page_refresh_rate":                 "alert_page_refresh_rate",
	"dump_frequency":                          "dump_frequency",
	"max_num_packets_per_tiny_flow":           "max_num_packets_per_tiny_flow",
	"max_num_bytes_per_tiny_flow":             "max_num_bytes_per_tiny_flow",
	"max_extracted_pcap_bytes":                "max_extracted_pcap_bytes",
	"max_extracted_pcap_files":                "max_extracted_pcap_files",
	"ewma_alpha_percent":                      "ewma_alpha_percent",
	"mac_address_cache_duration":              "mac_address_cache_duration",
	"max_ui_strlen":                           "max_ui_strlen",
}

var stringPrefs = map[string]string{
	"http_index_page":    "http_index_page",
	"safe_search_dns":    "safe_search_dns",
	"global_dns":         "global_dns",
	"secondary_dns":      "secondary_dns",
	"message_broker_url": "message_broker_url",
	"message_broker":     "message_broker",
	"split_ts_direction": "split_ts_direction",
}

// stringDefaults are shown while nothing else was chosen.
var stringDefaults = map[string]string{"http_index_page": "/lua/index.lua", "message_broker": "nats",
	"safe_search_dns": "208.67.222.123"}

func getPrefs(c *Call) {
	o, p := &c.Env.Options, c.Env.Prefs
	t := lua.NewTable(100)
	for k, name := range boolPrefs {
		t.Set(k, p.Bool(name))
	}
	for k, name := range intPrefs {
		t.Set(k, p.Int(name))
	}
	for k, name := range stringPrefs {
		t.Set(k, or(p.String(name), stringDefaults[name]))
	}
	// What depends on the command line, or on what this edition does not have.
	t.Set("is_dns_resolution_enabled", o.DNSMode < 2).
		Set("is_dns_resolution_enabled_for_all_hosts", o.DNSMode == 1).
		Set("is_autologout_enabled", !o.DisableAutologout).
		Set("http_port", o.HTTPPort).
		Set("http.port", o.HTTPPort).
		Set("max_num_hosts", o.MaxNumHosts).
		Set("max_num_flows", o.MaxNumFlows).
		Set("hosts_limit", o.MaxNumHosts).
		Set("flows_limit", o.MaxNumFlows).
		Set("has_cmdl_trace_lvl", o.TraceLevelGiven).
		Set("is_users_login_enabled", !o.DisableLogin).
		Set("limited_resources_mode", o.LimitResources).
		Set("are_alerts_enabled", !p.Bool("disable_alerts_generation")).
		Set("instance_name", o.InstanceName).
		Set("config_file", o.ConfigFile).
		Set("ndpi_proto_file", o.NDPIProtocolsFile).
		Set("cpu_affinity", o.CPUAffinity).
		Set("other_cpu_affinity", o.OtherCPUAffinity).
		Set("user", o.User).
		Set("capture_direction", captureDirection(o.CaptureDirection))
	dump, _, _ := strings.Cut(o.DumpFlows, ";")
	running := c.Env.Exporter != nil && dump != ""
	t.Set("is_dump_flows_enabled", running).Set("is_dump_flows_runtime_enabled", running)
	for _, k := range []string{"es", "syslog", "kafka"} {
		t.Set("is_dump_flows_to_"+k+"_enabled", running && dump == k)
	}
	for _, k := range []string{"is_dump_flows_direct_enabled",
		"is_flow_deduplication_enabled", "data_archive_before_ttl_delete", "flow_table_time", "flow_table_probe_order"} {
		t.Set(k, false)
	}
	if c.Env.TreeYear < 2026 {
		t.Set("is_dump_flows_to_mysql_enabled", false)
	}
	// Learning periods, in seconds, are constants of the original.
	modbus := 21600
	if c.Env.TreeYear < 2026 {
		modbus = 3600
	}
	for k, secs := range map[string]int{"behaviour_analysis_learning_period": 7200, "iec60870_learning_period": 21600,
		"modbus_learning_period": modbus, "s7comm_learning_period": 21600, "devices_learning_period": 7200,
		"host_port_learning_period": 7200} {
		t.Set(k, secs)
	}
	c.Push(t)
}

func captureDirection(n int) string {
	switch n {
	case 1:
		return "in"
	case 2:
		return "out"
	}
	return "inout"
}
