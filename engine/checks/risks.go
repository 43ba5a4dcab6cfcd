package checks

import (
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
)

// riskCheck ties a risk of the classifier to the alert that reports it.
type riskCheck struct {
	risk, alert, category uint8
	key                   string
}

// riskUnidirectional is decided when the flow ends: an answer may still come.
const riskUnidirectional = 46

// riskChecks are those of a year's tree, by risk.
func riskChecks(year int) []riskCheck {
	if year < 2026 {
		return append(risksOfBoth[:len(risksOfBoth):len(risksOfBoth)], risksOf2024...)
	}
	return append(risksOfBoth[:len(risksOfBoth):len(risksOfBoth)], risksOf2026...)
}

var risksOfBoth = []riskCheck{
	{1, 39, Security, "ndpi_url_possible_xss"},
	{2, 40, Security, "ndpi_url_possible_sql_injection"},
	{3, 41, Security, "ndpi_url_possible_rce_injection"},
	{4, 29, Security, "binary_application_transfer"},
	{5, 30, Security, "known_proto_on_non_std_port"},
	{6, 28, Security, "tls_certificate_selfsigned"},
	{7, 24, Security, "ndpi_tls_old_protocol_version"},
	{8, 25, Security, "tls_unsafe_ciphers"},
	{9, 22, Security, "tls_certificate_expired"},
	{10, 23, Security, "tls_certificate_mismatch"},
	{11, 42, Security, "ndpi_http_suspicious_user_agent"},
	{12, 43, Security, "ndpi_numeric_ip_host"},
	{13, 44, Security, "ndpi_http_suspicious_url"},
	{14, 45, Security, "ndpi_http_suspicious_header"},
	{15, 46, Security, "ndpi_tls_not_carrying_https"},
	{16, 47, Security, "ndpi_suspicious_dga_domain"},
	{17, 48, Security, "ndpi_malformed_packet"},
	{18, 61, Security, "ndpi_ssh_obsolete_client"},
	{19, 49, Security, "ndpi_ssh_obsolete_server"},
	{20, 50, Security, "ndpi_smb_insecure_version"},
	{22, 52, Security, "ndpi_unsafe_protocol"},
	{23, 53, Security, "ndpi_dns_suspicious_traffic"},
	{24, 54, Security, "ndpi_tls_missing_sni"},
	{25, 63, Security, "ndpi_http_suspicious_content"},
	{26, 85, Security, "ndpi_risky_asn"},
	{27, 86, Security, "ndpi_risky_domain"},
	{28, 79, Security, "ndpi_malicious_fingerprint"},
	{29, 80, Security, "ndpi_malicious_sha1_certificate"},
	{30, 78, Security, "ndpi_desktop_or_file_sharing_session"},
	{31, 81, Other, "ndpi_tls_uncommon_alpn"},
	{32, 60, Security, "ndpi_tls_cert_validity_too_long"},
	{33, 82, Security, "ndpi_tls_suspicious_extension"},
	{34, 83, Other, "ndpi_tls_fatal_alert"},
	{35, 73, Security, "ndpi_suspicious_entropy"},
	{36, 62, Security, "ndpi_clear_text_credentials"},
	{37, 64, Security, "ndpi_dns_large_packet"},
	{38, 65, Security, "ndpi_dns_fragmented"},
	{39, 66, Security, "ndpi_invalid_characters"},
	{40, 68, Security, "ndpi_possible_exploit"},
	{41, 69, Security, "ndpi_tls_certificate_about_to_expire"},
	{42, 70, Security, "ndpi_punicody_idn"},
	{43, 71, Network, "ndpi_error_code_detected"},
	{44, 72, Network, "ndpi_http_crawler_bot"},
	{45, 76, Security, "ndpi_anonymous_subscriber"},
	{riskUnidirectional, 26, Network, "ndpi_unidirectional_traffic"},
	{47, 84, Security, "ndpi_http_obsolete_server"},
	{48, 88, Network, "ndpi_periodic_flow"},
	{49, 89, Network, "ndpi_minor_issues"},
	{50, 90, Network, "ndpi_tcp_issues"},
	{52, 97, Security, "ndpi_tls_alpn_sni_mismatch"},
	{53, 98, Security, "ndpi_malware_host_contacted"},
	{54, 99, Security, "ndpi_binary_data_transfer"},
	{55, 101, Security, "ndpi_probing_attempt"},
}

var risksOf2024 = []riskCheck{
	{21, 51, Security, "ndpi_tls_suspicious_esni_usage"},
	{51, 96, Network, "ndpi_fully_encrypted"},
}

// Risk 51 belongs to a paid check in 2026.
var risksOf2026 = []riskCheck{
	{21, 107, Security, "ndpi_mismatching_protocol_with_ip"},
	{56, 105, Security, "ndpi_obfuscated_traffic"},
	{57, 112, Security, "ndpi_slow_dos"},
	{58, 113, Security, "ndpi_non_pqc"},
}

// riskRoles says for some risks who is who.
var riskRoles = map[uint8]flow.Role{
	1:  flow.ClientAttacker | flow.ServerVictim,
	2:  flow.ClientAttacker | flow.ServerVictim,
	3:  flow.ClientAttacker | flow.ServerVictim,
	4:  flow.ServerAttacker, // it sends what may be malicious
	5:  flow.ClientAttacker,
	11: flow.ClientAttacker | flow.ServerVictim,
	12: flow.ClientAttacker | flow.ServerVictim,
	13: flow.ClientAttacker | flow.ServerVictim,
	14: flow.ClientAttacker | flow.ServerVictim,
	16: flow.ClientAttacker,
	21: flow.ClientAttacker,
	22: flow.ClientAttacker,
	23: flow.ClientAttacker | flow.ServerVictim,
}

// riskAttention are the risks that somebody has to look at.
var riskAttention = map[uint8]bool{2: true, 4: true, 23: true, 28: true, 29: true}

const riskUnsafe = 22

// manyAnswers is from how many packets on the server of an unsafe protocol is an
// attacker too.
const manyAnswers = 10

// fromRisk makes the check of a risk as the classifier scores it.
func fromRisk(r riskCheck, e *dpi.Engine) *Check {
	s := e.Risk(r.risk)
	c := &Check{Key: r.key, Alert: r.alert, Category: r.category, Risk: r.risk, Score: uint8(s.Score), Hooks: Recognised,
		Roles: riskRoles[r.risk], Attention: riskAttention[r.risk]}
	if s.Score > 0 {
		c.Client = uint8(int(s.ClientScore) * 100 / int(s.Score))
	}
	if r.risk == riskUnidirectional {
		c.Hooks = Ended
	}
	return c
}
