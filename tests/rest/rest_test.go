// Package rest asks the embedded tree's REST endpoints of a running program and
// compares what they say with each other and with the capture.
package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"sort"
	"strings"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

// networks are the local ones of the demonstration capture.
const networks = "192.168.1.0/24,10.0.0.0/8,2001:db8::/32"

func start(t *testing.T, args ...string) *harness.Program {
	t.Helper()
	return harness.Start(t, harness.Options{Args: append([]string{"-i", harness.Demo(), "-m", networks}, args...)})
}

// open starts a program that needs no login and has read its capture.
func open(t *testing.T) *harness.Program {
	t.Helper()
	p := start(t, "--disable-login", "1")
	harness.Eventually(t, 20*time.Second, func() error {
		var s struct {
			Loading bool `json:"isLoading"`
			Stats   struct{ Packets int }
		}
		if err := p.Rest(get+"interface/details.lua", &s); err != nil {
			return err
		}
		if s.Loading || s.Stats.Packets == 0 {
			return fmt.Errorf("still reading: %d packets", s.Stats.Packets)
		}
		return nil
	})
	return p
}

const get = "/lua/rest/v2/get/"

// rsp asks an endpoint; the test ends when it fails.
func rsp[T any](t *testing.T, p *harness.Program, path string) T {
	t.Helper()
	var v T
	if err := p.Rest(get+path, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

type traffic struct{ Total, Sent, Rcvd int }

type flowRow struct {
	Key         string
	HashID      string `json:"hash_id"`
	Vlan        int
	Packets     int
	Info        string
	FirstSeen   int `json:"first_seen"`
	Duration    int
	Client      endpoint
	Server      endpoint
	L4          struct{ ID int } `json:"l4_proto"`
	Application struct {
		Name     string
		AppID    int `json:"app_id"`
		Category string
	}
	Bytes struct {
		Total int
		Cli   int `json:"cli_bytes"`
		Srv   int `json:"srv_bytes"`
	}
}

type endpoint struct {
	IP        string
	Name      string
	Port      int
	Localhost bool
}

type hostRow struct {
	Host struct {
		IP        string
		Localhost bool
		Vlan      struct{ ID int }
		Mac       struct{ Address string }
	}
	Hostname struct{ Name string }
	Bytes    traffic
	NumFlows int `json:"num_flows"`
}

// list asks a listing and returns its rows and how many there are in all.
func list[T any](t *testing.T, p *harness.Program, path string) ([]T, int) {
	t.Helper()
	status, body := p.Get(get + path)
	var a struct {
		RC    int
		Rsp   []T
		Total int `json:"recordsTotal"`
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil || status != 200 || a.RC != 0 {
		t.Fatalf("%s: status %d, %v: %.200s", path, status, err, body)
	}
	return a.Rsp, a.Total
}

// ownAddresses counts the rows of a listing that are somebody's address: an
// interface does not count those of groups as hosts.
func ownAddresses(t *testing.T, p *harness.Program, path string) int {
	t.Helper()
	rows, _ := list[hostRow](t, p, path)
	n := 0
	for _, r := range rows {
		a := netip.MustParseAddr(r.Host.IP)
		if a.IsMulticast() || strings.HasSuffix(r.Host.IP, ".255") {
			continue
		}
		n++
	}
	return n
}

// What different endpoints say of the same thing is equal.
func TestTotals(t *testing.T) {
	t.Parallel()
	p := open(t)
	data := rsp[struct {
		Packets, Bytes int
		IfID           string `json:"ifid"`
		Flows          int    `json:"num_flows"`
		Hosts          int    `json:"num_hosts"`
		Local          int    `json:"num_local_hosts"`
		Devices        int    `json:"num_devices"`
	}](t, p, "interface/data.lua?ifid=0")
	if data.IfID != "0" || data.Packets == 0 || data.Flows == 0 || data.Hosts == 0 {
		t.Fatalf("interface: %+v", data)
	}

	history := rsp[struct {
		Points []struct {
			Packets int `json:"in_packets"`
			Out     int `json:"out_packets"`
		}
		Capture bool
	}](t, p, "interface/history.lua")
	packets := 0
	for _, h := range history.Points {
		packets += h.Packets + h.Out
	}
	if packets != data.Packets || !history.Capture {
		t.Errorf("history has %d packets, the interface %d", packets, data.Packets)
	}

	_, flows := list[flowRow](t, p, "flow/active_list.lua?length=1")
	hosts, local := ownAddresses(t, p, "host/active_list.lua?length=1000"), ownAddresses(t, p, "host/active_list.lua?length=1000&mode=local")
	_, macs := list[struct{}](t, p, "mac/macs_list.lua?length=1")
	l4, l7 := 0, 0
	for _, c := range rsp[[]struct{ Count int }](t, p, "flow/l4/counters.lua?ifid=0") {
		l4 += c.Count
	}
	for _, c := range rsp[[]struct{ Count int }](t, p, "flow/l7/counters.lua?ifid=0") {
		l7 += c.Count
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{{"flow listing", flows, data.Flows}, {"L4 counters", l4, data.Flows}, {"L7 counters", l7, data.Flows},
		{"host listing", hosts, data.Hosts}, {"local hosts", local, data.Local}, {"MAC listing", macs, data.Devices}} {
		if c.got != c.want {
			t.Errorf("%s: %d, the interface says %d", c.what, c.got, c.want)
		}
	}

	whole := rsp[struct {
		Sent int `json:"totBytesSent"`
		Rcvd int `json:"totBytesRcvd"`
	}](t, p, "flow/traffic_stats.lua?ifid=0")
	apps := 0
	for _, a := range rsp[[]struct{ Bytes traffic }](t, p, "interface/l7/data.lua?ifid=0") {
		apps += a.Bytes.Total
	}
	shares := 0
	for _, s := range rsp[[]struct{ Value int }](t, p, "interface/l7/stats.lua?ifid=0&ndpistats_mode=sinceStartup") {
		shares += s.Value
	}
	if apps != whole.Sent+whole.Rcvd || shares != apps {
		t.Errorf("bytes of applications: %d and %d, of flows %d", apps, shares, whole.Sent+whole.Rcvd)
	}
	if bad := harness.LogErrors(p.Log()); len(bad) > 0 {
		t.Errorf("the log tells of failures:\n%s", strings.Join(bad, "\n"))
	}
}

// A filter keeps what it says and nothing else, whatever page is asked for.
func TestFlowFilters(t *testing.T) {
	t.Parallel()
	p := open(t)
	all, total := list[flowRow](t, p, "flow/active_list.lua?length=1000&sort=bytes&order=desc")
	if len(all) != total || total < 100 {
		t.Fatalf("%d rows of %d", len(all), total)
	}
	local := func(e endpoint) bool { return e.Localhost }
	for filter, keep := range map[string]func(f flowRow) bool{
		"port=53":          func(f flowRow) bool { return f.Client.Port == 53 || f.Server.Port == 53 },
		"l4proto=6":        func(f flowRow) bool { return f.L4.ID == 6 },
		"vlan=10":          func(f flowRow) bool { return f.Vlan == 10 },
		"host=192.168.1.1": func(f flowRow) bool { return f.Client.IP == "192.168.1.1" || f.Server.IP == "192.168.1.1" },
		"application=DNS": func(f flowRow) bool {
			return f.Application.Name == "DNS" || strings.HasPrefix(f.Application.Name, "DNS.")
		},
		"application=5": func(f flowRow) bool {
			return f.Application.Name == "DNS" || strings.HasPrefix(f.Application.Name, "DNS.")
		},
		"application=cat_5":          func(f flowRow) bool { return f.Application.Category == "Web" },
		"version=6":                  func(f flowRow) bool { return strings.Contains(f.Client.IP, ":") },
		"client_mode=remote":         func(f flowRow) bool { return !local(f.Client) },
		"text=NETFLIX":               func(f flowRow) bool { return has(f, "netflix") },
		"text=netflix&l4proto=6":     func(f flowRow) bool { return f.L4.ID == 6 && has(f, "netflix") },
		"flowhosts_type=remote_only": func(f flowRow) bool { return !local(f.Client) && !local(f.Server) },
		"host=203.0.113.77":          func(flowRow) bool { return false },
	} {
		want := []string{}
		for _, f := range all {
			if keep(f) {
				want = append(want, f.Key+"/"+f.HashID)
			}
		}
		rows, n := list[flowRow](t, p, "flow/active_list.lua?length=1000&"+filter)
		got := []string{}
		for _, f := range rows {
			got = append(got, f.Key+"/"+f.HashID)
		}
		sort.Strings(want)
		sort.Strings(got)
		if n != len(want) || strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %d flows (%d in all), want %d", filter, len(got), n, len(want))
		}
	}
}

func has(f flowRow, text string) bool {
	for _, s := range []string{f.Info, f.Application.Name, f.Client.Name, f.Server.Name} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	return false
}

// Pages of a sorted listing join to the whole, in order.
func TestSortingAndPaging(t *testing.T) {
	t.Parallel()
	p := open(t)
	for column, value := range map[string]func(f flowRow) int{
		"bytes": func(f flowRow) int { return f.Bytes.Total }, "packets": func(f flowRow) int { return f.Packets },
		"first_seen": func(f flowRow) int { return f.FirstSeen }, "duration": func(f flowRow) int { return f.Duration },
		"column_bytes": func(f flowRow) int { return f.Bytes.Total }} {
		for _, order := range []string{"asc", "desc"} {
			var rows []flowRow
			for from := 0; from < 120; from += 40 {
				page, _ := list[flowRow](t, p, fmt.Sprintf("flow/active_list.lua?start=%d&length=40&sort=%s&order=%s", from, column, order))
				rows = append(rows, page...)
			}
			seen := map[string]bool{}
			for i, f := range rows {
				seen[f.Key+"/"+f.HashID] = true
				if i > 0 && (order == "asc") != (value(rows[i-1]) <= value(f)) && value(rows[i-1]) != value(f) {
					t.Errorf("%s %s: row %d has %d after %d", column, order, i, value(f), value(rows[i-1]))
					break
				}
			}
			if len(seen) != 120 {
				t.Errorf("%s %s: %d different flows on three pages of 40", column, order, len(seen))
			}
		}
	}

	page := rsp[struct {
		CurrentPage, PerPage, TotalRows int
		Data                            []struct{ Bytes int }
		Sort                            [][]string
	}](t, p, "flow/active.lua?currentPage=2&perPage=5&sortColumn=bytes&sortOrder=desc")
	rows, total := list[flowRow](t, p, "flow/active_list.lua?start=5&length=5&sort=bytes&order=desc")
	if page.CurrentPage != 2 || page.PerPage != 5 || page.TotalRows != total || len(page.Data) != 5 ||
		page.Data[0].Bytes != rows[0].Bytes.Total || page.Sort[0][0] != "column_bytes" || page.Sort[0][1] != "desc" {
		t.Errorf("the listing with page numbers: %+v, by offset %+v", page, rows[0])
	}
}

// One host and one flow agree with their rows in the listings.
func TestDetails(t *testing.T) {
	t.Parallel()
	p := open(t)
	hosts, _ := list[hostRow](t, p, "host/active_list.lua?length=20&sort=bytes&order=desc")
	for _, row := range hosts {
		// Without a VLAN, listings of flows take an address in all of them.
		key := fmt.Sprintf("%s@%d", row.Host.IP, row.Host.Vlan.ID)
		h := rsp[struct {
			IP   string
			Sent int `json:"bytes.sent"`
			Rcvd int `json:"bytes.rcvd"`
		}](t, p, "host/data.lua?host="+key)
		if h.IP != row.Host.IP || h.Sent != row.Bytes.Sent || h.Rcvd != row.Bytes.Rcvd {
			t.Errorf("host %s: %+v, in the listing %+v", key, h, row.Bytes)
		}
		sum := 0
		for _, l4 := range rsp[[]struct {
			Total int `json:"total_bytes"`
		}](t, p, "host/l4/data.lua?host="+key) {
			sum += l4.Total
		}
		if sum != h.Sent+h.Rcvd {
			t.Errorf("host %s: %d bytes by protocol, %d in all", key, sum, h.Sent+h.Rcvd)
		}
		_, n := list[flowRow](t, p, "flow/active_list.lua?length=1&host="+key)
		if n != row.NumFlows {
			t.Errorf("host %s: %d flows listed, %d counted", key, n, row.NumFlows)
		}
	}
	flows, _ := list[flowRow](t, p, "flow/active_list.lua?length=20&sort=bytes&order=desc")
	for _, row := range flows {
		f := rsp[struct {
			Bytes  int
			Client string `json:"cli.ip"`
			Server string `json:"srv.ip"`
		}](t, p, "flow/data.lua?flow_key="+row.Key+"&flow_hash_id="+row.HashID)
		if f.Bytes != row.Bytes.Total || f.Client != row.Client.IP || f.Server != row.Server.IP {
			t.Errorf("flow %s: %+v, in the listing %+v", row.Key, f, row)
		}
	}
}

// What cannot be answered has the API's code and HTTP status.
func TestFailures(t *testing.T) {
	t.Parallel()
	p := open(t)
	for path, want := range map[string]struct{ status, rc int }{
		"interface/data.lua?ifid=77":                                   {400, -2},
		"interface/l7/stats.lua?ifid=0":                                {400, -5},
		"host/data.lua":                                                {400, -5},
		"host/data.lua?host=203.0.113.77":                              {404, -1},
		"flow/data.lua":                                                {400, -5},
		"flow/data.lua?flow_key=1&flow_hash_id=1":                      {404, -1},
		"interface/top/hosts.lua":                                      {400, -2},
		"host/data.lua?host=%27%22%3Cscript%3Ealert(1)%3C%2Fscript%3E": {404, -1},
	} {
		status, body := p.Get(get + path)
		var a struct {
			RC    int
			RCStr string `json:"rc_str"`
			Rsp   json.RawMessage
		}
		if err := json.Unmarshal([]byte(body), &a); err != nil || status != want.status || a.RC != want.rc || a.RCStr == "" {
			t.Errorf("%s: status %d, rc %d %q; want %d, %d (%v)", path, status, a.RC, a.RCStr, want.status, want.rc, err)
		}
	}
}

// post sends JSON as an administrator with basic authentication.
func post(t *testing.T, p *harness.Program, path, user, password string, fields map[string]any) (status, rc int) {
	t.Helper()
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest("POST", p.URL+"/lua/rest/v2/"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(user, password)
	answer, err := p.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var a struct{ RC *int }
	if err := json.NewDecoder(answer.Body).Decode(&a); err != nil || a.RC == nil {
		return answer.StatusCode, -100
	}
	return answer.StatusCode, *a.RC
}

// Accounts are added, changed and deleted by administrators only, within rules.
func TestUsers(t *testing.T) {
	t.Parallel()
	p := start(t)
	r, err := p.Client.PostForm(p.URL+"/authorize.html", map[string][]string{"user": {"admin"}, "password": {"admin"}, "referer": {"/"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	var csrf string
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, "session_") && c.Value != "" {
			p.UseCookie(c)
		}
	}
	_, page := p.Get("/lua/change_password.lua")
	if _, after, ok := strings.Cut(page, `name="csrf" value="`); ok {
		csrf, _, _ = strings.Cut(after, `"`)
	}
	r, err = p.Client.PostForm(p.URL+"/lua/change_password.lua", map[string][]string{"new_password": {"long enough"},
		"confirm_password": {"long enough"}, "csrf": {csrf}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != 302 {
		t.Fatalf("change of password: status %d", r.StatusCode)
	}
	p.Client.Transport = nil

	user := func(more map[string]any) map[string]any {
		m := map[string]any{"username": "anna", "full_name": "Anna", "password": "a password", "confirm_password": "a password",
			"user_role": "unprivileged", "allowed_networks": "192.168.1.0/24"}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	for _, step := range []struct {
		name, path, by string
		fields         map[string]any
		status, rc     int
	}{
		{"differing passwords", "add/ntopng/user.lua", "admin", user(map[string]any{"confirm_password": "other"}), 400, -19},
		{"bad name", "add/ntopng/user.lua", "admin", user(map[string]any{"username": "a|b"}), 400, -5},
		{"bad networks", "add/ntopng/user.lua", "admin", user(map[string]any{"allowed_networks": "everywhere"}), 400, -5},
		{"add", "add/ntopng/user.lua", "admin", user(nil), 200, 0},
		{"add again", "add/ntopng/user.lua", "admin", user(nil), 409, -23},
		{"user adds", "add/ntopng/user.lua", "anna", user(map[string]any{"username": "eve"}), 401, -3},
		{"user becomes administrator", "edit/ntopng/user.lua", "anna", map[string]any{"username": "anna", "user_role": "administrator"}, 401, -3},
		{"user deletes", "delete/ntopng/user.lua", "anna", map[string]any{"username": "admin"}, 401, -3},
		{"edit", "edit/ntopng/user.lua", "admin", map[string]any{"username": "anna", "full_name": "Anna B"}, 200, 0},
		{"edit nobody", "edit/ntopng/user.lua", "admin", map[string]any{"username": "nobody", "full_name": "x"}, 409, -24},
		{"delete the administrator", "delete/ntopng/user.lua", "admin", map[string]any{"username": "admin"}, 409, -21},
		{"delete", "delete/ntopng/user.lua", "admin", map[string]any{"username": "anna"}, 200, 0},
		{"delete again", "delete/ntopng/user.lua", "admin", map[string]any{"username": "anna"}, 409, -24},
	} {
		password := map[string]string{"admin": "long enough", "anna": "a password"}[step.by]
		if status, rc := post(t, p, step.path, step.by, password, step.fields); status != step.status || rc != step.rc {
			t.Errorf("%s: status %d, rc %d; want %d, %d", step.name, status, rc, step.status, step.rc)
		}
	}
	if bad := harness.LogErrors(p.Log()); len(bad) > 0 {
		t.Errorf("the log tells of failures:\n%s", strings.Join(bad, "\n"))
	}
}
