package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"ntopgo/bindings"
	"ntopgo/bindings/logscripts"
	"ntopgo/compat/ifids"
	"ntopgo/engine/capture"
	"ntopgo/engine/collect"
	"ntopgo/engine/flow"
	"ntopgo/engine/iface"
	"ntopgo/engine/syslog"
	"ntopgo/engine/zmq"
)

// collectsFlows says whether an interface of this name gets flows from probes.
func collectsFlows(name string) bool {
	for _, scheme := range []string{"tcp://", "zmq://", "ipc://"} {
		if strings.HasPrefix(name, scheme) {
			return true
		}
	}
	return false
}

// openCollector opens an interface that probes send flows to.
func (a *app) openCollector(name string, ids *ifids.IDs) (*iface.Interface, error) {
	if a.env == nil {
		return nil, errors.New("flows are collected by the server only")
	}
	if a.opts.ZMQEncryption {
		return nil, errors.New("option --zmq-encryption: messages encrypted with CURVE cannot be read")
	}
	i, err := a.newInterface(capture.NewSilent(capture.Info{Name: name, Kind: capture.KindZMQ, Description: name, MTU: 1514}), ids)
	if err != nil {
		return nil, err
	}
	s := a.newSplitter(i, ids)
	c := a.newCollector(i, s)
	// What comes before everything is set up waits in the connections.
	handle := func(endpoint int, e zmq.Envelope) {
		<-a.reading.begun
		c.Handle(endpoint, e)
	}
	z, err := zmq.Collect(zmq.CollectorConfig{Endpoints: zmq.SplitEndpoints(name), Password: a.opts.ZMQEncryptPassword, Handle: handle,
		Bad: c.Refuse, Logf: a.log.Printf})
	if err != nil {
		_ = i.Close()
		return nil, err
	}
	a.endings = append(a.endings, z.Close)
	return i, nil
}

// openSyslog opens an interface whose flows the tree's scripts make of system logs.
func (a *app) openSyslog(name string, ids *ifids.IDs) (*iface.Interface, error) {
	if a.env == nil {
		return nil, errors.New("system logs are collected by the server only")
	}
	i, err := a.newInterface(capture.NewSilent(capture.Info{Name: name, Kind: capture.KindSyslog, Description: name, MTU: 1514}), ids)
	if err != nil {
		return nil, err
	}
	h := logscripts.New(i.ID(), logscripts.Deps{Env: a.env, Lua: a.lua})
	l, err := syslog.Listen(name, h.Line)
	if err != nil {
		_ = i.Close()
		return nil, err
	}
	a.env.SetCollection(i.ID(), &bindings.Collection{ReloadProducers: h.Reload, LogEvents: func() (events, malformed uint64) {
		events, malformed, _ = h.Stats()
		return events, malformed
	}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-a.reading.begun: // the script may ask for any interface
			h.Run(ctx)
		case <-ctx.Done():
		}
	}()
	a.endings = append(a.endings, func() {
		l.Close()
		cancel()
		<-done
	})
	return i, nil
}

// newCollector makes the collector of i and shows it to scripts.
func (a *app) newCollector(i *iface.Interface, s *splitter) *collect.Collector {
	c := collect.New(collect.Config{Flow: s.take, Options: func() collect.Options {
		return collect.Options{TranslatedSource: a.prefs.Bool("override_src_with_post_nat_src"),
			TranslatedDestination: a.prefs.Bool("override_dst_with_post_nat_dst")}
	}, Store: &told{a, i.ID()}, Idle: func(d time.Duration) { i.SetFlowIdle(d) }, Logf: func(format string, args ...any) {
		a.log.Warnf("interface %s: "+format, append([]any{i.Name()}, args...)...)
	}})
	a.env.SetCollection(i.ID(), &bindings.Collection{Collector: c, Parts: s.Mode != collect.SplitNone, ReloadPolicy: s.reload, ReloadCompanions: s.reloadCompanions})
	return c
}

// told keeps what probes tell for scripts.
type told struct {
	a    *app
	ifid int
}

func (t *told) InterfaceNames(exporter, json string) {
	t.check(t.a.kv.Set("cachedexporters."+exporter+".ifnames", json))
}

func (t *told) ValueName(f collect.Field, value uint32, json string) {
	key := fmt.Sprintf("ntopng.cache.ifid_%d.field_value_map.pen_%d.field_%d", t.ifid, f.PEN, f.ID)
	t.check(t.a.kv.HSet(key, strconv.FormatUint(uint64(value), 10), json))
}

func (t *told) check(err error) {
	if err != nil {
		t.a.log.Warnf("what a probe tells cannot be kept: %v", err)
	}
}

// splitter takes the flows of an interface to its parts, where the preferences
// want that.
type splitter struct {
	collect.Splitter
	a          *app
	whole      *iface.Interface
	companions atomic.Pointer[[]int]
	both       atomic.Bool // the interface shows the flows of its parts too
	ids        *ifids.IDs
}

func (a *app) newSplitter(i *iface.Interface, ids *ifids.IDs) *splitter {
	mode, _, err := a.kv.Get(fmt.Sprintf("ntopng.prefs.dynamic_sub_interfaces.ifid_%d.mode", i.ID()))
	if err != nil {
		a.log.Warnf("%v", err)
	}
	ignored, _, err := a.kv.Get("ntopng.prefs.ignored_interfaces")
	if err != nil {
		a.log.Warnf("%v", err)
	}
	s := &splitter{a: a, whole: i, ids: ids, Splitter: collect.Splitter{Mode: collect.SplitMode(mode), Ignored: map[uint32]bool{}, Logf: a.log.Warnf}}
	if mode == "" {
		s.Mode = collect.SplitNone
	}
	for _, text := range strings.Split(ignored, ",") {
		if n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32); err == nil {
			s.Ignored[uint32(n)] = true
		}
	}
	s.Open = s.open
	s.reload()
	s.reloadCompanions()
	return s
}

// reload reads whether the interface shows the flows of its parts.
func (s *splitter) reload() {
	v, _, err := s.a.kv.Get(fmt.Sprintf("ntopng.prefs.ifid_%d.show_dynamic_interface_traffic", s.whole.ID()))
	if err != nil {
		s.a.log.Warnf("%v", err)
	}
	s.both.Store(v == "1" || v == "true")
}

func (s *splitter) take(n *flow.Report) bool {
	if o := &n.Origin; o.HasAgent || o.HasTCPInfo || o.Alert != "" || o.More != "" {
		s.tellCompanions(n)
	}
	if s.Mode != collect.SplitNone && s.Split(n) && !s.both.Load() {
		return true
	}
	return s.whole.Collect(n)
}

// open makes the interface that is a part.
func (s *splitter) open(k collect.PartKey) func(*flow.Report) bool {
	s.a.opening.Lock()
	defer s.a.opening.Unlock()
	info := capture.Info{Name: k.Name(s.whole.Name()), Kind: capture.KindPart, MTU: 1514}
	info.Description = info.Name
	known := len(s.a.checks)
	i, err := s.a.newInterface(capture.NewSilent(info), s.ids)
	if err != nil {
		s.a.log.Warnf("%v", err)
		return nil
	}
	if !s.a.env.AddInterface(i) {
		_ = i.Close()
		return nil
	}
	part := &bindings.Part{Ingress: k.Number, ByIfaces: k.Mode == collect.SplitByExporterAndIngress}
	if k.Exporter.IsValid() {
		part.Exporter = k.Exporter.String()
	}
	s.a.env.SetCollection(i.ID(), &bindings.Collection{Collector: s.a.env.CollectorOf(s.whole.ID()), Part: part})
	for _, c := range s.a.checks[known:] {
		go c.Run(s.a.running)
	}
	i.Start(s.a.running)
	s.a.log.Printf("Reading %s (%s), interface id %d", i.Name(), i.Info().Kind, i.ID())
	return i.Collect
}

// reloadCompanions reads which interfaces are told what agents say.
func (s *splitter) reloadCompanions() {
	ids, err := s.a.kv.SMembers(fmt.Sprintf("ntopng.prefs.companion_interface.ifid_%d.companion_of", s.whole.ID()))
	if err != nil {
		s.a.log.Warnf("%v", err)
		return
	}
	var list []int
	for _, text := range ids {
		if id, err := strconv.Atoi(text); err == nil && len(list) < maxCompanions {
			list = append(list, id)
		}
	}
	s.companions.Store(&list)
}

const maxCompanions = 32

// tellCompanions tells other interfaces what an agent says of a flow: the one that
// the agent saw it on, and those that see the traffic of other machines.
func (s *splitter) tellCompanions(n *flow.Report) {
	list := s.companions.Load()
	if list == nil {
		return
	}
	for _, id := range *list {
		i := s.a.env.Interface(id)
		if i == nil || i == s.whole {
			continue
		}
		elsewhere := i.Collects()
		if !elsewhere {
			v, _, _ := s.a.kv.Get(fmt.Sprintf("ntopng.prefs.ifid_%d.is_traffic_mirrored", id))
			elsewhere = v == "1" || v == "true"
		}
		if elsewhere && !n.Src.IsLoopback() && !n.Dst.IsLoopback() || !elsewhere && i.Name() == n.Origin.Interface {
			own := *n
			i.Annotate(&own)
		}
	}
}
