package checks

import "slices"

// HostCheck is one check of hosts, which is run once a minute for each.
type HostCheck struct {
	Key       string // in the configuration
	Alert     uint8  // ntopng's number of the host alert
	Category  uint8  // of its alerts
	On        bool   // unless it is turned off
	Score     uint8  // of an alert
	Threshold int64  // above which it raises one
	until     int    // year of the first tree that does not have it, 0: all have it
}

// HostChecks lists the host checks of a year's tree by key.
func HostChecks(year int) []*HostCheck {
	all := []*HostCheck{
		{Key: "countries_contacts", Alert: 16, Category: Security, Score: 10, Threshold: 100},
		{Key: "custom_host_lua_script", Alert: 24, Category: Security}, // scripts run elsewhere
		{Key: "dangerous_host", Alert: 14, Category: Security, Score: 100, Threshold: 1000},
		{Key: "dns_contacts", Alert: 2, Category: Security, Score: 10, Threshold: 5},
		{Key: "domain_names_contacts", Alert: 7, Category: Network, Score: 10, Threshold: 250},
		{Key: "fin_scan", Alert: 21, Category: Security, Score: 50, Threshold: 256, until: 2026},
		{Key: "flow_flood", Alert: 4, Category: Security, Score: 50, Threshold: 256},
		{Key: "icmp_flood", Alert: 18, Category: Security, Score: 50, Threshold: 250},
		{Key: "ntp_contacts", Alert: 3, Category: Security, Score: 10, Threshold: 5},
		{Key: "remote_connection", Alert: 12, Category: Network, Score: 10},
		{Key: "rst_scan", Alert: 25, Category: Security, Score: 50, Threshold: 256, until: 2026},
		{Key: "scan_detection", Alert: 20, Category: Security, Score: 100, Threshold: 32, until: 2026},
		{Key: "score_threshold", Alert: 17, Category: Security, On: true, Score: 150, Threshold: 5000, until: 2026},
		{Key: "smtp_contacts", Alert: 1, Category: Security, Score: 10, Threshold: 5},
		{Key: "syn_scan", Alert: 5, Category: Security, Score: 50, Threshold: 256, until: 2026},
		{Key: "unexpected_gateway", Alert: 8, Category: Network, Score: 100},
	}
	return slices.DeleteFunc(all, func(c *HostCheck) bool { return c.until != 0 && year >= c.until })
}

// hostEntry is a check that is on, with the threshold that is configured.
type hostEntry struct {
	*HostCheck
	threshold int64
}

func (s *Set) enableHosts(cfg *Config) {
	s.hostsOn = map[string]bool{}
	for _, c := range HostChecks(cfg.Year) {
		setting := cfg.Host[c.Key]
		if cfg.Host == nil {
			setting.Enabled = c.On
		}
		if !setting.Enabled {
			continue
		}
		threshold := c.Threshold
		if setting.Threshold != 0 {
			threshold = setting.Threshold
		}
		s.hosts = append(s.hosts, hostEntry{c, threshold})
		s.hostsOn[c.Key] = true
	}
}

// AnyHost says whether any host check is on.
func (s *Set) AnyHost() bool { return s != nil && len(s.hosts) > 0 }

// HostOn says whether the host check of this key is run.
func (s *Set) HostOn(key string) bool { return s != nil && s.hostsOn[key] }
