package iface

import (
	"context"
	"sync"
	"testing"
	"time"

	"ntopgo/engine/aggregate"
	"ntopgo/engine/capture"
	"ntopgo/engine/checks"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// readChecked reads a capture with every check on that comes on.
func readChecked(t *testing.T, file string, cfg Config) *Interface {
	t.Helper()
	src, err := capture.Open(file, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	i := prepare(t, src, cfg)
	i.SetChecks(checks.NewSet(checks.Config{}, i.Classifier()))
	i.Start(context.Background())
	t.Cleanup(func() { i.Close() })
	select {
	case <-i.Done():
	case <-time.After(time.Minute):
		t.Fatal("the capture is not read")
	}
	return i
}

// told counts the alerts that an interface reports, by their number.
type told struct {
	mu sync.Mutex
	n  map[uint8]int
}

func (a *told) take(f *flow.Flow) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n == nil {
		a.n = map[uint8]int{}
	}
	a.n[f.Alerts.Top().ID]++
}

func (a *told) sum() int {
	n := 0
	for _, k := range a.n {
		n += k
	}
	return n
}

// TestScoresAgree: what hosts and the interface have is the sum of the flows',
// whatever the number of shards.
func TestScoresAgree(t *testing.T) {
	t.Parallel()
	file := shared(t, "corpus", "e2e", "pcap", "test_01.pcap")
	var first AlertStats
	for _, shards := range []int{1, 3} {
		var heard told
		i := readChecked(t, file, Config{Shards: shards, OnAlert: heard.take})
		var flows [alertGroups]int
		hosts := map[host.Key][2]int{}
		alerted := 0
		i.EachFlow(func(f *flow.Flow) {
			if f.Alerts == nil {
				return
			}
			alerted++
			flows[alertGroup(f.Alerts.Top().Score())]++
			client, server := f.Alerts.Sums()
			for role, h := range [2]*host.Host{f.Cli, f.Srv} {
				n := hosts[h.Key]
				n[role] += [2][2]int{client, server}[role][0] + [2][2]int{client, server}[role][1]
				hosts[h.Key] = n
			}
		})
		if alerted == 0 || heard.sum() != alerted {
			t.Errorf("%d shards: %d flows are alerted, %d alerts were told", shards, alerted, heard.sum())
		}
		s := i.Alerts()
		if s.Flows != flows {
			t.Errorf("%d shards: %v flows by their worst alert, counted %v", shards, flows, s.Flows)
		}
		var sum [2]int
		for _, h := range i.Hosts() {
			d := h.Snapshot()
			for role := range sum {
				_, n := d.Alerts.Score(role, i.Now().Unix())
				if n != hosts[h.Key][role] {
					t.Errorf("%s in role %d: score %d, its flows' is %d", h.Addr, role, n, hosts[h.Key][role])
				}
				sum[role] += n
			}
		}
		if sum[0] != s.ScoreAsClient || sum[1] != s.ScoreAsServer || sum[0] == 0 {
			t.Errorf("%d shards: the hosts have %v, the interface %d and %d", shards, sum, s.ScoreAsClient, s.ScoreAsServer)
		}
		for _, kind := range []aggregate.Kind{aggregate.AS, aggregate.Pool, aggregate.System} { // every host is in one
			var groups [2]int64
			flows := uint64(0)
			for _, g := range i.Groups(kind) {
				groups[0] += g.ScoreAsClient()
				groups[1] += g.ScoreAsServer()
				flows += g.AlertedAsClient + g.AlertedAsServer
			}
			if groups != [2]int64{int64(sum[0]), int64(sum[1])} || flows != 2*uint64(alerted) {
				t.Errorf("%d shards: groups of kind %d have %v and %d flows", shards, kind, groups, flows)
			}
		}
		if shards == 1 {
			first = s
		} else if s != first {
			t.Errorf("%+v with one shard, %+v with %d", first, s, shards)
		}
	}
}

// TestEndedFlowsTakeTheirScoresAlong: nothing is left when every flow is gone.
func TestEndedFlowsTakeTheirScoresAlong(t *testing.T) {
	t.Parallel()
	var heard told
	i := readChecked(t, shared(t, "corpus", "e2e", "pcap", "test_01.pcap"), Config{Shards: 2, OnAlert: heard.take})
	before := heard.sum()
	for _, s := range i.shards {
		s.mu.Lock()
		s.flows.Purge(1 << 62)
		s.mu.Unlock()
	}
	if a := i.Alerts(); a != (AlertStats{}) {
		t.Errorf("without flows: %+v", a)
	}
	later := i.Now().Unix() + 3600
	for _, h := range i.Hosts() {
		d := h.Snapshot()
		_, client := d.Alerts.Score(host.AsClient, later)
		_, server := d.Alerts.Score(host.AsServer, later)
		if client != 0 || server != 0 || d.Alerts != nil && d.Alerts.FlowsNow != [2]int{} {
			t.Errorf("%s still has %d and %d and %+v", h.Addr, client, server, d.Alerts)
		}
	}
	if heard.n[26] == 0 || heard.sum() == before {
		t.Error("flows without an answer raised nothing at their end")
	}
}

func TestTrigger(t *testing.T) {
	t.Parallel()
	i := readChecked(t, shared(t, "corpus", "e2e", "pcap", "test_01.pcap"), Config{Shards: 2})
	page, _ := i.Flows(FlowQuery{Match: func(f *flow.Flow) bool { return f.Alerts == nil }, Limit: 1})
	f, was := &page[0], i.Alerts()
	raised := flow.Alert{ID: 87, Category: checks.Security, Client: 20, Server: 30}
	if !i.Trigger(f, raised) || i.Trigger(f, raised) {
		t.Error("an alert is not raised once")
	}
	is := i.Alerts()
	if is.ScoreAsClient != was.ScoreAsClient+20 || is.ScoreAsServer != was.ScoreAsServer+30 ||
		is.Flows[AlertWarning] != was.Flows[AlertWarning]+1 {
		t.Errorf("%+v before, %+v after", was, is)
	}
	if g, ok := i.FindFlow(f.DisplayKey(), f.ID); !ok || g.Alerts.Score() != 50 || g.Alerts.Top().ID != 87 {
		t.Errorf("the flow has %v", g.Alerts.List())
	}
	gone := *f
	gone.FirstSeen++
	if i.Trigger(&gone, flow.Alert{ID: 3, Client: 1}) {
		t.Error("raised for a flow that is not there")
	}
	i.AddHostScore(f.Cli, host.AsClient, flow.ScoreNetwork, 7)
	if now := i.Alerts(); now.ScoreAsClient != is.ScoreAsClient+7 {
		t.Errorf("a score of a host is not the interface's: %+v", now)
	}
}
