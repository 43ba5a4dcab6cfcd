// Package iface joins a packet source, shards and tables into an interface:
// readers decode frames and deal them to shards by five-tuple; each shard owns its
// flows; a crew of goroutines does the work of both; once a second of packet time the gains of the flows are
// rolled up into hosts, MACs, protocols and the interface's own counters.
//
// Nothing of Lua, HTTP or Redis may enter here.
package iface

import (
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/network"
)

// Limits of the documented options -x and -X, and idle times in ntopng's
// preferences.
const (
	DefaultMaxFlows = 131072
	DefaultMaxHosts = 131072

	DefaultFlowIdle       = 60 * time.Second
	DefaultLocalHostIdle  = 300 * time.Second
	DefaultRemoteHostIdle = 60 * time.Second
	DefaultMACIdle        = 300 * time.Second
)

// Config describes an interface. The zero value of a field is its default.
type Config struct {
	ID     int    // ntopng's persistent interface id
	Name   string // as shown; default: the source's name
	Shards int    // default: one per core, at most 8

	MaxFlows int // -X; negative: no limit
	MaxHosts int // -x; negative: no limit

	// Idle times after which live interfaces forget. Files keep everything
	// unless PurgeFiles.
	FlowIdle       time.Duration
	LocalHostIdle  time.Duration
	RemoteHostIdle time.Duration
	MACIdle        time.Duration
	NoPurge        bool // --disable-purge
	PurgeFiles     bool // --pcap-file-purge-flows

	IgnoreMACs    bool // --ignore-macs
	IgnoreVLANs   bool // --ignore-vlans
	SimulateVLANs bool // --simulate-vlans
	SimulateMACs  bool // --simulate-macs
	SimulateIPs   int  // --simulate-ips: number of random addresses, 0 off

	// SystemBySYN makes hosts known by the form of their TCP SYNs, as ntopng does
	// since 2026.
	SystemBySYN bool

	// OnFlow is told of flows that were recognised or ended. It is called under a
	// shard's lock and must be quick; default: nobody is told.
	OnFlow func(e FlowEvent, f *flow.Flow)

	// OnAlert is told of flows whose worst alert is a new one; as OnFlow.
	OnAlert func(f *flow.Flow)

	// Logf takes a line about something the user should know; default: nothing.
	Logf func(format string, args ...any)
}

// Deps are the parts that an interface is made of.
type Deps struct {
	Source capture.Source
	DPI    *dpi.Engine
	Nets   *network.Set
	// Locate tells system and country of the address of a new host; nil for
	// nothing. It must be quick: capture waits for it.
	Locate func(netip.Addr) host.Place
}

// DefaultShards is how many shards an interface has when nothing else is said.
func DefaultShards() int { return min(runtime.GOMAXPROCS(0), 8) }

// RingsFor is how many rings a live source should have for shards: reading and
// decoding take a third of the time that the rest does.
func RingsFor(shards int) int {
	if shards <= 0 {
		shards = DefaultShards()
	}
	return (shards + 2) / 3
}

func (c Config) withDefaults(d Deps) (Config, error) {
	if d.Source == nil || d.DPI == nil || d.Nets == nil {
		return c, fmt.Errorf("interface %q: source, classifier and local networks are needed", c.Name)
	}
	if c.Name == "" {
		c.Name = d.Source.Info().Name
	}
	if c.Shards <= 0 {
		c.Shards = DefaultShards()
	}
	if c.MaxFlows == 0 {
		c.MaxFlows = DefaultMaxFlows
	}
	if c.MaxHosts == 0 {
		c.MaxHosts = DefaultMaxHosts
	}
	for _, t := range []struct {
		v *time.Duration
		d time.Duration
	}{{&c.FlowIdle, DefaultFlowIdle}, {&c.LocalHostIdle, DefaultLocalHostIdle},
		{&c.RemoteHostIdle, DefaultRemoteHostIdle}, {&c.MACIdle, DefaultMACIdle}} {
		if *t.v <= 0 {
			*t.v = t.d
		}
	}
	if c.Logf == nil {
		c.Logf = func(string, ...any) {}
	}
	return c, nil
}
