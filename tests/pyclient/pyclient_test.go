// Package pyclient runs ntop's own Python client against the program.
package pyclient

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/users"
	"ntopgo/tests/harness"
)

const password = "Secr3t.pass"

// account prepares the store of a data folder: the admin's password and a token.
func account(t *testing.T, dir string) (token string) {
	t.Helper()
	kv, err := keyvalue.OpenEmbedded(keyvalue.EmbeddedConfig{Dir: filepath.Join(dir, "store")})
	if err != nil {
		t.Fatal(err)
	}
	m := users.New(kv, users.Config{})
	if err := m.SetDefaults(); err != nil {
		t.Fatal(err)
	}
	if err := m.ResetPassword("admin", "", password); err != nil {
		t.Fatal(err)
	}
	if err := kv.Set("ntopng.prefs.admin_password_changed", "1"); err != nil {
		t.Fatal(err)
	}
	if token, err = m.CreateToken("admin"); err != nil {
		t.Fatal(err)
	}
	if err := kv.Close(); err != nil {
		t.Fatal(err)
	}
	return token
}

// answer is what one call returned.
type answer struct {
	Type  string
	Size  int
	Value any
	Error string
}

// refusals are the calls that fail, by the beginning of their names, and why;
// with the original they fail as well, but for the time series.
var refusals = []struct {
	call, why string
	year      int // 0: both trees
}{
	{"interface.get_top_local_talkers", "paid part of the tree", 0},
	{"interface.get_top_remote_talkers", "paid part of the tree", 0},
	{"historical.get_flow_alerts_stats", "paid part of the tree", 0},
	{"historical.get_flows", "paid part of the tree", 0},
	{"historical.get_topk_flows", "paid part of the tree", 0},
	{"historical.get_top_conversations", "paid part of the tree", 0},
	{"historical.get_host_top_protocols", "paid part of the tree", 0},
	{"historical.get_timeseries_metadata", "the script wants a query, which the client does not send", 0},
	{"historical.get_timeseries_stats", "no time series yet", 0},
	{"historical.get_host_timeseries_stats", "no time series yet", 0},
	{"historical.get_interface_timeseries_stats", "no time series yet", 0},
	{"historical.get_alerts", "the tree no longer has get/alert/list/alerts.lua", 2026},
	{"historical.get_active_monitoring_alerts", "as above", 2026},
	{"historical.get_flow_alerts", "as above", 2026},
	{"historical.get_host_alerts", "as above", 2026},
	{"historical.get_interface_alerts", "as above", 2026},
	{"historical.get_mac_alerts", "as above", 2026},
	{"historical.get_network_alerts", "as above", 2026},
	{"historical.get_snmp_alerts", "as above", 2026},
	{"historical.get_system_alerts", "as above", 2026},
	{"historical.get_user_alerts", "as above", 2026},
}

func refused(call string, year int) bool {
	for _, r := range refusals {
		if r.call == call && (r.year == 0 || r.year == year) {
			return true
		}
	}
	return false
}

func TestPythonClient(t *testing.T) {
	t.Parallel()
	harness.Need(t, "python3")
	if err := exec.Command("python3", "-c", "import requests").Run(); err != nil {
		t.Skip("needs the Python module requests")
	}
	for _, year := range []int{2024, 2026} {
		tree := harness.Tree(t, year)
		client := filepath.Join(tree, "python")
		if _, err := os.Stat(filepath.Join(client, "ntopng", "ntopng.py")); err != nil {
			t.Skipf("the tree has no Python client: %v", err)
		}
		dir := t.TempDir()
		token := account(t, dir)
		p := harness.Start(t, harness.Options{Dir: dir, Args: []string{"--install-dir", tree, "-i", harness.Demo(), "-m", "192.168.1.0/24,10.0.0.0/8"}})
		host := localHost(t, p)
		cmd := exec.Command("python3", "calls.py", client, p.URL, "admin", password, token, "0", host)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%d: %v\n%s", year, err, stderr.String())
		}
		// The client prints what it complains about before the result.
		text := string(out)
		text = text[strings.LastIndex(text, "\n")+1:]
		var got map[string]answer
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%v\n%.300s", err, text)
		}
		check(t, year, host, got)
		p.Stop()
	}
}

// localHost is a host of the capture.
func localHost(t *testing.T, p *harness.Program) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.URL+"/lua/rest/v2/get/host/active.lua?ifid=0&all=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("admin", password)
	answer, err := p.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var hosts struct {
		Rsp struct {
			Data []struct {
				IP        string
				Localhost bool `json:"is_localhost"`
			}
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&hosts); err != nil {
		t.Fatal(err)
	}
	for _, h := range hosts.Rsp.Data {
		if h.Localhost {
			return h.IP
		}
	}
	t.Fatalf("no local host among %d", len(hosts.Rsp.Data))
	return ""
}

func check(t *testing.T, year int, host string, got map[string]answer) {
	t.Helper()
	if len(got) < 60 {
		t.Errorf("%d: only %d calls", year, len(got))
	}
	for name, a := range got {
		if (a.Error != "") != refused(name, year) {
			t.Errorf("%d: %s: %+v", year, name, a)
		}
	}
	number := func(call, member string) float64 {
		m, _ := got[call].Value.(map[string]any)
		n, _ := m[member].(float64)
		return n
	}
	for call, member := range map[string]string{"interface.get_data": "num_flows", "host.get_host_data": "bytes.sent"} {
		if number(call, member) <= 0 {
			t.Errorf("%d: %s has no %s: %.200v", year, call, member, got[call].Value)
		}
	}
	for _, call := range []string{"interface.get_active_flows_paginated", "interface.get_active_hosts", "ntopng.get_alert_types", "interface.get_l7_stats",
		"interface.get_active_l4_proto_flow_counters", "interface.get_l7_application_proto_enum", "host.get_active_flows_paginated", "by token"} {
		if a := got[call]; a.Size == 0 && a.Value == nil {
			t.Errorf("%d: %s is empty", year, call)
		}
	}
	for _, call := range []string{"wrong password refused", "wrong token refused"} {
		if got[call].Value != true {
			t.Errorf("%d: %s: %v", year, call, got[call].Value)
		}
	}
	if m, _ := got["host.get_host_data"].Value.(map[string]any); m["ip"] != host {
		t.Errorf("%d: host data of %v, want %s", year, m["ip"], host)
	}
}
