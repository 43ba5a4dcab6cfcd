package program

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

// failing are the scripts of a tree that fail with the interface and a host alone,
// and the parameters with which they answer; "" for those that never do. The
// reasons are in docs/differences.md.
var failing = map[int]map[string]string{
	2024: {
		"API.lua": "", "rest/v2/get/flow/l7/iec104.lua": "ifid=0&FLOW", "code_viewer.lua": "", "get_ases_data.lua": "", "get_treemap.lua": "", "show_geolocation_note.lua": "",
		"rest/v2/get/host/ports_by_nmap.lua":     "",
		"rest/v2/get/redis/read_hash_values.lua": "",
	},
	2026: {
		"code_viewer.lua": "", "get_ases_data.lua": "", "get_treemap.lua": "", "show_geolocation_note.lua": "",
		"as_overview.lua": "asn=0", "alert_details.lua": "page=flow",
	},
}

// failingInBoth are those of both trees that answer when told what about.
var failingInBoth = map[string]string{
	"find_app.lua":            "query=tl",
	"find_category.lua":       "query=we",
	"flow_details.lua":        "FLOW",
	"get_historical_data.lua": "epoch_begin=1589741000&epoch_end=1589742000",
	"info_portal.lua":         "referer=127.0.0.1",
	"rest/v2/get/host/vulnerability_scan_result.lua": "host=192.168.1.93&scan_type=tcp_portscan",
	"rest/v2/get/timeseries/ts.lua":                  "ts_schema=host:traffic&ts_query=ifid:0,host:192.168.1.93&epoch_begin=1589741000&epoch_end=1589742000",
}

// Every script that answers requests does so; those that cannot are known, and
// answer when they get what they need.
func TestEveryScriptAnswers(t *testing.T) {
	for _, year := range []int{2024, 2026} {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			t.Parallel()
			sweep(t, year)
		})
	}
}

func sweep(t *testing.T, year int) {
	tree := harness.Tree(t, year)
	p := harness.Start(t, harness.Options{Args: []string{"--install-dir", tree, "--disable-login", "1", "-m", "192.168.1.0/24",
		"-i", harness.Shared(t, "corpus", "e2e", "pcap", "test_01.pcap")}})
	var flows []struct {
		Key    string `json:"key"`
		HashID string `json:"hash_id"`
	}
	harness.Eventually(t, 30*time.Second, func() error {
		err := p.Rest("/lua/rest/v2/get/flow/active_list.lua?ifid=0&start=0&length=1", &flows)
		if err == nil && len(flows) != 1 {
			err = fmt.Errorf("%d flows", len(flows))
		}
		return err
	})
	known := maps.Clone(failingInBoth)
	maps.Copy(known, failing[year])

	for _, script := range scriptsOf(t, tree) {
		status, body := p.Get("/lua/" + script + "?ifid=0&host=192.168.1.93")
		if status >= 500 && script != "rest/v2/get/host/ports_by_nmap.lua" {
			t.Errorf("%s: status %d: %.200s", script, status, body)
		}
	}
	bad := failed(p.Log())
	for _, script := range bad {
		if _, ok := known[script]; !ok {
			t.Errorf("%s fails", script)
		}
	}
	for script := range known {
		if !slices.Contains(bad, script) {
			t.Errorf("%s answers: it is no exception any more", script)
		}
	}
	seen := len(p.Log())
	for _, script := range slices.Sorted(maps.Keys(known)) {
		with := strings.Replace(known[script], "FLOW", "flow_key="+flows[0].Key+"&flow_hash_id="+flows[0].HashID, 1)
		if with == "" {
			continue
		}
		if status, body := p.Get("/lua/" + script + "?" + with); status != http.StatusOK {
			t.Errorf("%s with %s: status %d: %.200s", script, with, status, body)
		}
	}
	for _, script := range failed(p.Log()[seen:]) {
		t.Errorf("%s fails with %s", script, known[script])
	}
}

// scriptsOf lists the pages and the REST scripts that only read, relative to the
// folder of the tree's Lua; without those that end the program, measure the line
// or stream for ever.
func scriptsOf(t *testing.T, tree string) (out []string) {
	t.Helper()
	root := filepath.Join(tree, "scripts", "lua")
	leave := regexp.MustCompile(`logout|live_traffic|reset|delete|restart|shutdown|install_update|do_export|[0-9]+mb|http_status_code|upload|speedtest|system_setup`)
	add := func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if e.IsDir() && path != root && !strings.HasPrefix(rel, "rest") {
			return fs.SkipDir
		}
		read := !strings.Contains(rel, "/") || strings.HasPrefix(rel, "rest/v2/get/")
		if !e.IsDir() && strings.HasSuffix(rel, ".lua") && read && !leave.MatchString(rel) {
			out = append(out, rel)
		}
		return nil
	}
	if err := filepath.WalkDir(root, add); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if len(out) < 200 {
		t.Fatalf("only %d scripts in %s", len(out), root)
	}
	return out
}

var failure = regexp.MustCompile(`Script failure \[[^\]]*/scripts/lua/([^\]]+)\]`)

// failed are the scripts that failed according to a log.
func failed(log string) (out []string) {
	for _, m := range failure.FindAllStringSubmatch(log, -1) {
		out = append(out, m[1])
	}
	return out
}
