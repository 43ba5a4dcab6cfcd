package bindings

// flowAlertScores are the scores that native flow checks give their alerts when
// nothing else is configured, by alert number. The numbers are the same in the
// trees of 2024 and 2026.
var flowAlertScores = map[int64]int{
	1:   200, // blacklisted
	2:   100, // country_check
	5:   100, // device_protocol_not_allowed
	9:   50,  // blacklisted_client_contact
	10:  100, // external_alert_check
	12:  10,  // low_goodput
	13:  200, // blacklisted_server_contact
	14:  50,  // not_purged
	16:  10,  // remote_to_remote
	19:  100, // tcp_packets_issues
	22:  100, // tls_certificate_expired
	23:  100, // tls_certificate_mismatch
	24:  100, // ndpi_tls_old_protocol_version
	25:  100, // tls_unsafe_ciphers
	26:  10,  // ndpi_unidirectional_traffic
	27:  50,  // web_mining
	28:  100, // tls_certificate_selfsigned
	29:  150, // binary_application_transfer
	30:  50,  // known_proto_on_non_std_port
	32:  100, // unexpected_dhcp
	33:  100, // unexpected_dns
	34:  100, // unexpected_smtp
	35:  100, // unexpected_ntp
	36:  10,  // zero_tcp_window
	37:  10,  // iec_invalid_transition
	38:  100, // remote_to_local_insecure_flow
	39:  150, // ndpi_url_possible_xss
	40:  150, // ndpi_url_possible_sql_injection
	41:  150, // ndpi_url_possible_rce_injection
	42:  100, // ndpi_http_suspicious_user_agent
	43:  10,  // ndpi_numeric_ip_host
	44:  100, // ndpi_http_suspicious_url
	45:  100, // ndpi_http_suspicious_header
	46:  10,  // ndpi_tls_not_carrying_https
	47:  100, // ndpi_suspicious_dga_domain
	48:  10,  // ndpi_malformed_packet
	49:  50,  // ndpi_ssh_obsolete_server
	50:  100, // ndpi_smb_insecure_version
	51:  50,  // ndpi_tls_suspicious_esni_usage
	52:  10,  // ndpi_unsafe_protocol
	53:  50,  // ndpi_dns_suspicious_traffic
	54:  50,  // ndpi_tls_missing_sni
	55:  10,  // iec_unexpected_type_id
	56:  10,  // tcp_no_data_exchanged
	57:  10,  // remote_access
	60:  50,  // ndpi_tls_cert_validity_too_long
	61:  100, // ndpi_ssh_obsolete_client
	62:  100, // ndpi_clear_text_credentials
	63:  100, // ndpi_http_suspicious_content
	64:  50,  // ndpi_dns_large_packet
	65:  50,  // ndpi_dns_fragmented
	66:  100, // ndpi_invalid_characters
	67:  100, // broadcast_non_udp_traffic
	68:  150, // ndpi_possible_exploit
	69:  50,  // ndpi_tls_certificate_about_to_expire
	70:  10,  // ndpi_punicody_idn
	71:  10,  // ndpi_error_code_detected
	72:  10,  // ndpi_http_crawler_bot
	73:  10,  // ndpi_suspicious_entropy
	74:  10,  // iec_invalid_command_transition
	76:  50,  // ndpi_anonymous_subscriber
	78:  10,  // ndpi_desktop_or_file_sharing_session
	79:  50,  // ndpi_malicious_fingerprint
	80:  50,  // ndpi_malicious_sha1_certificate
	81:  50,  // ndpi_tls_uncommon_alpn
	82:  100, // ndpi_tls_suspicious_extension
	83:  10,  // ndpi_tls_fatal_alert
	84:  50,  // ndpi_http_obsolete_server
	85:  50,  // ndpi_risky_asn
	86:  50,  // ndpi_risky_domain
	87:  100, // custom_lua_script
	88:  10,  // ndpi_periodic_flow
	89:  10,  // ndpi_minor_issues
	90:  50,  // ndpi_tcp_issues
	91:  100, // vlan_bidirectional_traffic
	92:  10,  // rare_destination
	96:  50,  // ndpi_fully_encrypted
	97:  50,  // ndpi_tls_alpn_sni_mismatch
	98:  150, // ndpi_malware_host_contacted
	99:  50,  // ndpi_binary_data_transfer
	100: 10,  // tcp_flow_reset
	101: 50,  // ndpi_probing_attempt
}

func init() {
	register("ntop", map[string]func(c *Call){
		"getFlowAlertScore": func(c *Call) { c.Push(flowAlertScores[c.Integer(1)]) },
	})
}
