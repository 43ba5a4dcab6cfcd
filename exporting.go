package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"ntopgo/engine/export"
	"ntopgo/engine/flow"
	"ntopgo/engine/iface"
	"ntopgo/engine/senders"
	"ntopgo/engine/zmq"
)

// newExporter opens what -F and -I name; there is no exporter without.
func (a *app) newExporter() error {
	names := &export.Names{DPI: a.dpi, Instance: a.opts.InstanceName, Score: func(f *flow.Flow) int { return int(f.Alerts.Score()) }}
	if a.geo != nil {
		names.Place = func(addr netip.Addr) (string, float64, float64) {
			p := a.geo.Place(addr)
			return p.Country, p.Longitude, p.Latitude
		}
	}
	var sinks []*export.Sink
	if a.opts.DumpFlows != "" {
		s, err := a.dumpSink(names)
		if err != nil {
			return fmt.Errorf("option -F/--dump-flows: %w", err)
		}
		if s != nil {
			sinks = append(sinks, s)
		}
	}
	if a.opts.ExportFlows != "" {
		s, err := a.zmqSink(names)
		if err != nil {
			return fmt.Errorf("option -I/--export-flows: %w", err)
		}
		sinks = append(sinks, s)
	}
	if len(sinks) == 0 {
		return nil
	}
	a.exporter = export.New(export.Config{Sinks: sinks, Wanted: a.dumpWanted(), Small: func() (packets, bytes uint64) {
		if a.prefs.Bool("tiny_flows_export_enabled") {
			return 0, 0
		}
		return uint64(max(0, a.prefs.Int("max_num_packets_per_tiny_flow"))), uint64(max(0, a.prefs.Int("max_num_bytes_per_tiny_flow")))
	}})
	a.env.Exporter = a.exporter
	return nil
}

// dumpSink is where -F sends flows; nil for stores that are not there yet.
func (a *app) dumpSink(names *export.Names) (*export.Sink, error) {
	kind, rest, _ := strings.Cut(a.opts.DumpFlows, ";")
	switch kind {
	case "es":
		e, err := export.ParseElastic(rest)
		if err != nil {
			return nil, err
		}
		e.Insecure, e.Template = a.opts.Insecure, a.elasticTemplate
		return e.Sink(names, a.log.Warnf), nil
	case "syslog":
		facility := senders.FacilityDaemon
		if n, ok := senders.Facility(rest); ok {
			facility = n
		} else if rest != "" {
			return nil, fmt.Errorf("syslog: no facility %q", rest)
		}
		return &export.Sink{Name: "syslog", Format: names.Log, Logf: a.log.Warnf, Send: func(_ context.Context, batch [][]byte) error {
			return senders.SyslogAs(a.env.LogSocket(), facility, severityInfo, string(batch[0]))
		}}, nil
	case "kafka":
		k := &senders.Kafka{}
		if strings.Count(rest, ";") < 1 {
			return nil, errors.New("kafka: want kafka;brokers;topic and options")
		}
		return &export.Sink{Name: "kafka", Format: names.Generic, Logf: a.log.Warnf, End: k.Close, Send: func(ctx context.Context, batch [][]byte) error {
			ctx, cancel := context.WithTimeout(ctx, kafkaPatience)
			defer cancel()
			return k.Send(ctx, rest, string(batch[0]))
		}}, nil
	}
	if strings.HasPrefix(kind, "clickhouse") || kind == "mysql" {
		a.log.Warnf("flows are not written to %s: there is no such store yet", kind)
		return nil, nil
	}
	return nil, fmt.Errorf("%q: want es, syslog or kafka", kind)
}

const (
	severityInfo  = 6 // RFC 5424, table 2
	kafkaPatience = 20 * time.Second
)

// elasticTemplate is the tree's index template for a version of Elasticsearch.
func (a *app) elasticTemplate(version int) []byte {
	name := "ntopng_template_elk.json"
	if version >= 6 && version <= 8 {
		name = fmt.Sprintf("ntopng_template_elk%d.json", version)
	}
	b, _, err := a.layout.ReadFile(filepath.Join(a.layout.HTTPDocsDir, "misc", name))
	if err != nil {
		a.log.Warnf("no index template for Elasticsearch: %v", err)
		return nil
	}
	return b
}

// zmqSink publishes flows for another instance.
func (a *app) zmqSink(names *export.Names) (*export.Sink, error) {
	if a.opts.ZMQExportPublicKey != "" {
		return nil, errors.New("messages cannot be encrypted with CURVE (--zmq-encryption-key)")
	}
	p, err := zmq.Publish(a.opts.ExportFlows)
	if err != nil {
		return nil, err
	}
	a.log.Printf("Exporting flows at %s", a.opts.ExportFlows)
	ctx, cancel := context.WithCancel(context.Background())
	go a.tellOfItself(ctx, p)
	end := func() {
		cancel()
		p.Close()
	}
	return &export.Sink{Name: "zmq", Format: names.Generic, Logf: a.log.Warnf, End: end, Send: func(_ context.Context, batch [][]byte) error {
		p.SendFlows("flow", 0, batch[0], false)
		return nil
	}}, nil
}

// wantedFor is how long a preference about the flows of an interface is believed.
const wantedFor = 5 * time.Second

// dumpWanted says whether the preferences leave the flows of an interface out.
func (a *app) dumpWanted() func(ifid int) bool {
	type answer struct {
		at     time.Time
		wanted bool
	}
	var mu sync.Mutex
	known := map[int]answer{}
	return func(ifid int) bool {
		mu.Lock()
		defer mu.Unlock()
		k := known[ifid]
		if time.Since(k.at) > wantedFor {
			v, _, err := a.kv.Get(fmt.Sprintf("ntopng.prefs.ifid_%d.is_flow_dump_disabled", ifid))
			if err != nil {
				a.log.Warnf("%v", err)
			}
			k = answer{time.Now(), v != "1" && v != "true"}
			known[ifid] = k
		}
		return k.wanted
	}
}

// both tells two listeners about flows; either may be nil.
func both(f, g func(iface.FlowEvent, *flow.Flow)) func(iface.FlowEvent, *flow.Flow) {
	if f == nil {
		return g
	}
	if g == nil {
		return f
	}
	return func(e iface.FlowEvent, n *flow.Flow) {
		f(e, n)
		g(e, n)
	}
}

// tellEvery is how often those who collect hear about this instance.
const tellEvery = 5 * time.Second

// tellOfItself sends what a probe tells of itself. Its timeouts let collectors
// keep flows that last until they hear of them again.
func (a *app) tellOfItself(ctx context.Context, p *zmq.Publisher) {
	t := time.NewTicker(tellEvery)
	defer t.Stop()
	var bytes, packets uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		b, n := bytes, packets
		bytes, packets = 0, 0
		var drops, flows uint64
		names := []string{}
		for _, i := range a.env.Interfaces() {
			s := i.Stats()
			bytes, packets, drops = bytes+s.Total.Bytes, packets+s.Total.Packets, drops+s.Source.Dropped
			names = append(names, i.Name())
			if e, ok := a.exporter.Stats("zmq", i.ID()); ok {
				flows += e.Sent
			}
		}
		text, err := json.Marshal(map[string]any{"bytes": bytes, "packets": packets, "packet_drops": drops, "time": time.Now().Unix(),
			"iface": map[string]any{"name": strings.Join(names, ",")},
			"probe": map[string]any{"version": Version, "osname": runtime.GOOS, "edition": "ntopng"},
			"avg":   map[string]any{"bps": 8 * rate(bytes, b), "pps": rate(packets, n)},
			"timeout": map[string]any{"lifetime": export.Period.Seconds(), "collected_lifetime": export.Period.Seconds(),
				"idle": a.prefs.Int("flow_max_idle")},
			"zmq": map[string]any{"num_flow_exports": flows, "num_zmq_exporters": 1}})
		if err == nil {
			p.SendFlows("event", 0, text, false)
		}
	}
}

// rate is what a counter gained per second since the last message.
func rate(now, before uint64) uint64 {
	if now < before {
		return 0
	}
	return (now - before) * uint64(time.Second) / uint64(tellEvery)
}
