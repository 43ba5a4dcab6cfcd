package prefs

// Kind is how the text of a preference is read.
type Kind uint8

// Kinds.
const (
	Int Kind = iota
	Bool
	String
)

// Default describes one preference; Name is without Prefix.
type Default struct {
	Name  string
	Kind  Kind
	Value string
}

// Defaults are the preferences the engine itself reads. Missing Int and Bool
// ones are written to the store at start.
var Defaults = []Default{
	{"is_autologon_enabled", Int, "1"},
	{"is_interface_name_only", Int, "0"},
	{"max_aggregated_flows_upperbound", Int, "10000"},
	{"max_aggregated_flows_traffic_upperbound", Int, "1"},
	{"enable_access_log", Bool, "0"},
	{"enable_assets_log", Bool, "0"},
	{"enable_sql_log", Bool, "0"},
	{"use_mac_in_flow_key", Int, "0"},
	{"use_host_pools_for_local", Bool, "0"},
	{"fingerprint_stats", Int, "0"},
	{"host_to_scan_max_num_scans", Int, "4"},
	{"vs.vs_slow_scan", Bool, "0"},
	{"auth_session_duration", Int, "43200"},
	{"auth_session_midnight_expiration", Bool, "0"},
	{"housekeeping_freq", Int, "5"},
	{"local_host_cache_duration", Int, "3600"},
	{"local_host_max_idle", Int, "300"},
	{"non_local_host_max_idle", Int, "60"},
	{"flow_max_idle", Int, "60"},
	{"active_local_host_cache_interval", Int, "3600"},
	{"mac_address_cache_duration", Int, "300"},
	{"enable_flow_swap_heuristic", Bool, "1"},
	{"skip_dpi_for_collected_flows", Bool, "0"},
	{"log_to_file", Bool, "0"},
	{"intf_rrd_raw_days", Int, "1"},
	{"intf_rrd_1min_days", Int, "30"},
	{"intf_rrd_1h_days", Int, "100"},
	{"intf_rrd_1d_days", Int, "365"},
	{"other_rrd_raw_days", Int, "1"},
	{"other_rrd_1min_days", Int, "30"},
	{"other_rrd_1h_days", Int, "100"},
	{"other_rrd_1d_days", Int, "365"},
	{"host_top_sites_creation", Bool, "0"},
	{"sites_collection", Bool, "0"},
	{"toggle_message_broker", Bool, "0"},
	{"dns_cache", Bool, "0"},
	{"is_active_local_host_cache_enabled", Bool, "0"},
	{"tiny_flows_export_enabled", Bool, "1"},
	{"max_entity_alerts", Int, "1000000"},
	{"max_num_secs_before_delete_alert", Int, "31536000"},
	{"alert_page_refresh_rate", Int, "180"},
	{"observation_points_rrd_creation", Bool, "0"},
	{"intranet_traffic_rrd_creation", Bool, "0"},
	{"flow_device_port_rrd_creation", Bool, "0"},
	{"disable_alerts_generation", Bool, "0"},
	{"periodic_activities_stats_to_stdout", Bool, "0"},
	{"snmp_polling", Bool, "1"},
	{"active_monitoring", Bool, "0"},
	{"network_discovery", Bool, "0"},
	{"starttls", Bool, "0"},
	{"dump_pcap_to_clickhouse", Bool, "0"},
	{"archive_before_ttl_delete", Bool, "0"},
	{"enable_query_performance_log", Bool, "0"},
	{"arp_matrix_generation", Bool, "0"},
	{"override_dst_with_post_nat_dst", Bool, "0"},
	{"override_src_with_post_nat_src", Bool, "0"},
	{"max_num_packets_per_tiny_flow", Int, "3"},
	{"dump_frequency", Int, "120"},
	{"max_num_bytes_per_tiny_flow", Int, "64"},
	{"max_extracted_pcap_bytes", Int, "104857600"},
	{"max_extracted_pcap_files", Int, "0"},
	{"ewma_alpha_percent", Int, "15"},
	{"enable_captive_portal", Bool, "0"},
	{"mac_based_captive_portal", Bool, "1"},
	{"enable_informative_captive_portal", Bool, "0"},
	{"external_auth_captive_portal", Bool, "0"},
	{"enable_full_stats", Bool, "1"},
	{"enable_vlan_trunk_bridge", Bool, "0"},
	{"default_l7_policy", Int, "0"},
	{"max_ui_strlen", Int, "24"},
	{"is_broadcast_domain_too_large_enabled", Bool, "0"},
	{"toggle_asn_mode", Bool, "0"},
	{"global_dns_forging", Bool, "0"},
	{"is_client_x509_auth_enabled", Bool, "0"},
	{"emit_flow_alerts", Bool, "1"},
	{"emit_host_alerts", Bool, "1"},
	{"tls_quic_hostnaming", Bool, "0"},
	{"collect_blacklist_stats", Bool, "0"},
	{"enable_asset_inventory", Int, "1"},
	{"toggle_snmp_trap", Int, "0"},
	{"toggle_ntopng_assets_inventory", Int, "0"},
	{"http_index_page", String, ""},
	{"message_broker_url", String, "0.0.0.0:4222"},
	{"message_broker", String, ""},
	{"timeseries_driver", String, "rrd"},
	{"split_ts_direction", String, ""},
	{"host_mask", String, "0"},
	{"safe_search_dns", String, ""},
	{"global_dns", String, ""},
	{"secondary_dns", String, ""},
}

var defaultByKey = func() map[string]string {
	m := make(map[string]string, len(Defaults))
	for _, d := range Defaults {
		m[Prefix+d.Name] = d.Value
	}
	return m
}()

func defaultOf(key string) string { return defaultByKey[key] }
