package users

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// AllowedIfname is the only interface a user may see, "" for all.
func (m *Manager) AllowedIfname(name string) (string, error) {
	v, _, err := m.store.Get(key(name, "allowed_ifname"))
	if err != nil {
		return "", fmt.Errorf("user %s: read the allowed interface: %w", name, err)
	}
	return v, nil
}

// SetAllowed grants or withdraws "allow_pcap", "allow_historical_flow" or
// "allow_alerts"; ttl zero is for good.
func (m *Manager) SetAllowed(name, field string, allowed bool, ttl time.Duration) error {
	if !allowed {
		return m.SetField(name, field, "")
	}
	if err := m.store.SetEx(key(name, field), "1", ttl); err != nil {
		return fmt.Errorf("user %s: set %s: %w", name, field, err)
	}
	return nil
}

// SetAllowedIfname restricts a user to an interface, or lifts that with "". The
// web interface sends "zmq:__" for "zmq://".
func (m *Manager) SetAllowedIfname(name, ifname string) error {
	return m.SetField(name, "allowed_ifname", strings.Replace(ifname, ":__", "://", 1))
}

// Capability is a bit of what an unprivileged user may do.
type Capability uint8

// Capabilities, in the order of the original's bitmap.
const (
	CapPools Capability = iota
	CapNotifications
	CapSNMP
	CapActiveMonitoring
	CapPreferences
	CapDeveloper
	CapChecks
	CapFlowDevices
	CapAlerts
	CapHistoricalFlows
	CapPcapDownload
)

// Capabilities is the bitmap of a user of a group: all bits for administrators.
func (m *Manager) Capabilities(name, group string) uint64 {
	if strings.HasPrefix(group, GroupAdministrator) {
		return ^uint64(0)
	}
	caps, _ := strconv.ParseUint(m.Field(name, "capabilities"), 10, 64)
	for field, bit := range map[string]Capability{
		"allow_historical_flow": CapHistoricalFlows, "allow_alerts": CapAlerts, "allow_pcap": CapPcapDownload,
	} {
		if m.Field(name, field) == "1" {
			caps |= 1 << bit
		}
	}
	return caps
}

// AllowedNets is the CSV of networks a user of a group may see.
func (m *Manager) AllowedNets(name, group string) string {
	if strings.HasPrefix(group, GroupAdministrator) {
		return AllNetworks
	}
	v, ok, err := m.store.Get(key(name, "allowed_nets"))
	switch {
	case err != nil:
		return noNetworks // unknown is not the same as unrestricted
	case ok:
		return v
	}
	return AllNetworks
}
