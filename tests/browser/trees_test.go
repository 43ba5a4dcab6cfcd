package browser

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ntopgo/tests/harness"
)

// treePatience is how long a page of a tree may take: it asks for more, and of
// scripts that are compiled first.
const treePatience = 45 * time.Second

// quietTime is how long no request may be under way for a page to be complete.
const quietTime = 500 * time.Millisecond

// builtTree is the folder of a script tree whose web assets were built; the test
// is skipped without.
func builtTree(t *testing.T, year int) string {
	t.Helper()
	dir := harness.Tree(t, year)
	for _, name := range []string{"ntopng.js", "third-party.js"} {
		if _, err := os.Stat(filepath.Join(dir, "httpdocs", "dist", name)); err != nil {
			t.Skipf("the web assets of the tree of %d are not built: %v", year, err)
		}
	}
	return dir
}

// visit opens a page of a tree and waits until it has loaded what it wants.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.mu.Lock()
	clear(b.underway)
	b.moved = time.Now()
	b.mu.Unlock()
	b.run(chromedp.Navigate(b.url + path))
	for end := time.Now().Add(treePatience); time.Now().Before(end); {
		b.mu.Lock()
		idle := len(b.underway) == 0 && time.Since(b.moved) > quietTime
		b.mu.Unlock()
		if idle {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.mu.Lock()
	var slow []string
	for _, r := range b.underway {
		if time.Since(r.since) > treePatience/2 { // others are a page's regular ones
			slow = append(slow, r.url)
		}
	}
	b.mu.Unlock()
	if slow != nil {
		b.note("requests do not end: %v", slow)
	}
}

// treePage is one page of the trees.
type treePage struct {
	path string // HOST, MAC and FLOW stand for what the capture has
	year int    // whose tree has it; 0: both
	full int    // how many cells of tables say something, at least
	pies int    // how many slices pie charts have, at least
}

// subject is what pages are asked about in a capture.
type subject struct{ capture, host string }

var subjects = []subject{{"test_01.pcap", "192.168.1.93"}, {"tor.pcap", "192.168.1.252"}}

// treePages are the pages that the menus, tabs and links of a community edition
// lead to, and those that a user of it may know by heart.
var treePages = []treePage{
	{path: "/lua/if_stats.lua?ifid=0", full: 10, pies: 2},
	{path: "/lua/if_stats.lua?page=networks&ifid=0", full: 2},
	{path: "/lua/if_stats.lua?page=packets&ifid=0", full: 3, pies: 2},
	{path: "/lua/if_stats.lua?page=DSCP&ifid=0", pies: 1},
	{path: "/lua/if_stats.lua?page=ndpi&ifid=0", full: 20, pies: 4},
	{path: "/lua/if_stats.lua?page=ndpi_categories&ifid=0", year: 2026},
	{path: "/lua/if_stats.lua?page=ICMP&ifid=0"},
	{path: "/lua/if_stats.lua?page=ARP&ifid=0", full: 2},
	{path: "/lua/if_stats.lua?page=sites&ifid=0"},
	{path: "/lua/if_stats.lua?page=historical&ifid=0"},
	{path: "/lua/if_stats.lua?page=config&ifid=0", full: 2},
	{path: "/lua/if_stats.lua?page=internals&ifid=0", full: 12},
	{path: "/lua/index.lua", full: 10},
	{path: "/lua/flows_stats.lua", full: 40},
	{path: "/lua/flows_stats.lua?page=analysis", full: 20},
	{path: "/lua/flow_details.lua?FLOW", full: 15},
	{path: "/lua/hosts_stats.lua", full: 40},
	{path: "/lua/hosts_stats.lua?mode=local", full: 5},
	{path: "/lua/hosts_stats.lua?mode=remote", full: 20},
	{path: "/lua/hosts_stats.lua?page=inactive_hosts", year: 2024},
	{path: "/lua/host_details.lua?host=HOST", full: 15},
	{path: "/lua/host_details.lua?host=HOST&page=traffic", full: 1, pies: 3},
	{path: "/lua/host_details.lua?host=HOST&page=packets", pies: 3},
	{path: "/lua/host_details.lua?host=HOST&page=ports", full: 2, pies: 2},
	{path: "/lua/host_details.lua?host=HOST&page=ndpi", full: 3, pies: 3},
	{path: "/lua/host_details.lua?host=HOST&page=peers", year: 2024, full: 3},
	{path: "/lua/host_details.lua?host=HOST&page=dns", full: 5},
	{path: "/lua/host_details.lua?host=HOST&page=http"},
	{path: "/lua/host_details.lua?host=HOST&page=flows", full: 40},
	{path: "/lua/host_details.lua?host=HOST&page=sites"},
	{path: "/lua/host_details.lua?host=HOST&page=config"},
	{path: "/lua/host_details.lua?host=HOST&page=geomap"},
	{path: "/lua/host_details.lua?host=HOST&page=historical"},
	{path: "/lua/macs_stats.lua", full: 10},
	{path: "/lua/mac_details.lua?host=MAC", full: 8},
	{path: "/lua/mac_details.lua?host=MAC&page=packets"},
	{path: "/lua/mac_details.lua?host=MAC&page=config"},
	{path: "/lua/mac_details.lua?host=MAC&page=historical"},
	{path: "/lua/network_stats.lua"},
	{path: "/lua/network_details.lua?network=0"},
	{path: "/lua/network_details.lua?network=0&page=historical"},
	{path: "/lua/network_details.lua?network=0&page=config"},
	{path: "/lua/pool_stats.lua", full: 6},
	{path: "/lua/as_stats.lua"},
	{path: "/lua/as_overview.lua?asn=0", year: 2026},
	{path: "/lua/country_stats.lua"},
	{path: "/lua/country_details.lua?country=US"},
	{path: "/lua/os_stats.lua", year: 2024, full: 3},
	{path: "/lua/os_details.lua?os=1"},
	{path: "/lua/vlan_stats.lua"},
	{path: "/lua/vlan_details.lua?vlan=1"},
	{path: "/lua/http_servers_stats.lua", year: 2024},
	{path: "/lua/containers_stats.lua"},
	{path: "/lua/pods_stats.lua"},
	{path: "/lua/hosts_geomap.lua"},
	{path: "/lua/discover.lua"},
	{path: "/lua/bgp_looking_glass.lua", year: 2026},
	{path: "/lua/alert_stats.lua?status=historical&page=all"},
	{path: "/lua/alert_stats.lua?status=engaged&page=all"},
	{path: "/lua/alert_stats.lua?status=historical&page=flow"},
	{path: "/lua/alert_stats.lua?status=historical&page=host"},
	{path: "/lua/alert_stats.lua?status=engaged&page=host"},
	{path: "/lua/alert_stats.lua?status=historical&page=interface"},
	{path: "/lua/alert_stats.lua?status=historical&page=network"},
	{path: "/lua/alert_stats.lua?status=historical&page=mac"},
	{path: "/lua/alert_stats.lua?status=historical&page=user"},
	{path: "/lua/alert_stats.lua?status=historical&page=system"},
	{path: "/lua/alert_stats.lua?status=historical&page=am_host"},
	{path: "/lua/alerts_geomap.lua", year: 2026},
	{path: "/lua/monitor/active_monitoring_monitor.lua", year: 2024},
	{path: "/lua/active_monitoring.lua", year: 2026},
	{path: "/lua/vulnerability_scan.lua"},
	{path: "/lua/system_stats.lua", full: 5},
	{path: "/lua/system_stats.lua?page=internals", full: 2},
	{path: "/lua/system_stats.lua?page=historical"},
	{path: "/lua/system_interfaces_stats.lua", full: 5},
	{path: "/lua/system_interfaces_stats.lua?page=internals", full: 12},
	{path: "/lua/monitor/redis_monitor.lua", full: 3},
	{path: "/lua/monitor/redis_monitor.lua?page=stats"},
	{path: "/lua/monitor/influxdb_monitor.lua"},
	{path: "/lua/admin/prefs.lua"},
	{path: "/lua/admin/users.lua", full: 3},
	{path: "/lua/admin/edit_configset.lua?subdir=all", full: 30},
	{path: "/lua/admin/edit_configset.lua?subdir=flow", full: 30},
	{path: "/lua/admin/edit_configset.lua?subdir=host", full: 4},
	{path: "/lua/admin/network_configuration.lua"},
	{path: "/lua/admin/blacklists.lua", full: 15},
	{path: "/lua/admin/manage_pools.lua", full: 2},
	{path: "/lua/admin/manage_host_members.lua?pool=0"},
	{path: "/lua/admin/endpoint_notifications_list.lua", full: 1},
	{path: "/lua/admin/manage_configurations.lua"},
	{path: "/lua/admin/edit_categories.lua", full: 20},
	{path: "/lua/admin/edit_device_protocols.lua", full: 20},
	{path: "/lua/manage_data.lua"},
	{path: "/lua/export_data.lua"},
	{path: "/lua/license.lua"},
	{path: "/lua/limits.lua", full: 6},
	{path: "/lua/about.lua", full: 5},
	{path: "/lua/checks_overview.lua", full: 30},
	{path: "/lua/defs_overview.lua", full: 20},
	{path: "/lua/directories.lua", full: 5},
	{path: "/lua/upload_pcap.lua"},
	{path: "/lua/swagger.lua"},
	{path: "/lua/live_capture_stats.lua"},
	{path: "/lua/tags.lua", year: 2026, full: 10},
	{path: "/lua/ts_overview.lua", year: 2026},
	{path: "/lua/change_password.lua"},
}

// accepted are problems that the pages have with ntopng itself: what is wrong is
// in the tree, or it asks for what no test may reach.
var accepted = []struct{ page, problem, reason string }{
	{`geomap`, `tile\.openstreetmap\.org|ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED`, "maps are drawn on tiles of another server"},
	{`swagger`, `unpkg\.com|ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED|SwaggerUI`, "Swagger is loaded from another server"},
	{`page=inactive_hosts`, `reading 'show'`, "a button's reference has the name of a function, which Vue calls"},
	{`vlan_stats`, `Unexpected end of JSON input|get_vlans_data`, "2024: get_vlans_data.lua indexes the list that there is none of without VLANs"},
	{`vulnerability_scan`, `reading 'id'`, "without nmap there is no kind of scan to choose"},
	{`blacklists`, `source_type not found`, "the page has no time series"},
	{`page=(packets|http)`, `unmount is not a function`, "2026: two charts of one name on a page, the second takes down the first"},
	{`page=packets`, `global 'json'`, "2026: mac_details.lua uses a module that it does not load"},
	{`page=(tls|ssh)`, `url_params is not defined|table_buttons`, "2026: a variable is declared nowhere"},
	{`network_stats`, `pro_only|sites/list|Response|reading '(map|find)'|do not end`, "2026: the list of sites exists in paid editions only"},
	{`as_overview`, `asn/sankey|Response|do not end|http_request|reading 'nodes'`, "2026: the chart needs ClickHouse"},
	{`ts_overview`, `internal_error|ts_snmp_interface|Response|do not end|ntopng/timeseries|exception`, "2026: the list of time series needs modules of paid editions"},
}

func isAccepted(page, problem string) bool {
	for _, a := range accepted {
		if regexp.MustCompile(a.page).MatchString(page) && regexp.MustCompile(a.problem).MatchString(problem) {
			return true
		}
	}
	return strings.HasPrefix(problem, "console warning")
}

// Every page of the existing trees shows what there is, without a complaint of
// the browser or the log beside those accepted.
func TestTreePages(t *testing.T) {
	for _, year := range []int{2024, 2026} {
		for _, s := range subjects {
			t.Run(fmt.Sprint(year, "/", s.capture), func(t *testing.T) {
				t.Parallel()
				visitTree(t, year, s)
			})
		}
	}
}

func visitTree(t *testing.T, year int, s subject) {
	p := harness.Start(t, harness.Options{Args: []string{"--install-dir", builtTree(t, year), "-i",
		harness.Shared(t, "corpus", "e2e", "pcap", s.capture), "-m", "192.168.1.0/24"}})
	b := newTabFor(t, p.URL, 14*time.Minute)
	b.login()
	only := regexp.MustCompile(os.Getenv("NTOPGO_PAGES"))
	names := b.names(s.host)
	seen := 0
	for _, page := range treePages {
		path := names.Replace(page.path)
		if page.year != 0 && page.year != year || !only.MatchString(path) {
			continue
		}
		b.visit(path)
		b.filled(path, page.full, page.pies)
		b.shot(fmt.Sprint(year, "_", strings.TrimSuffix(s.capture, ".pcap"), "_",
			regexp.MustCompile(`[^a-z0-9A-Z=]+`).ReplaceAllString(strings.TrimPrefix(path, "/lua/"), "_")))
		log := p.Log()
		b.complain(path, append(b.taken(), harness.LogErrors(log[seen:])...))
		seen = len(log)
	}
}

// names are what HOST, MAC and FLOW stand for.
func (b *tab) names(host string) *strings.Replacer {
	b.t.Helper()
	ask := func(path string, v any) {
		text := eval[string](b, fmt.Sprintf(`(() => {
		  const r = new XMLHttpRequest();
		  r.open("GET", %q, false);
		  r.send();
		  return r.responseText;
		})()`, path))
		if err := json.Unmarshal([]byte(text), v); err != nil {
			b.t.Fatalf("%s: %v: %.200s", path, err, text)
		}
	}
	var flows struct {
		Rsp []struct {
			Key    string `json:"key"`
			HashID string `json:"hash_id"`
		}
	}
	var about struct{ Rsp struct{ Mac string } }
	ask("/lua/rest/v2/get/flow/active_list.lua?ifid=0&start=0&length=1&sort=column_bytes&order=desc", &flows)
	ask("/lua/rest/v2/get/host/data.lua?ifid=0&host="+host, &about)
	if len(flows.Rsp) != 1 || about.Rsp.Mac == "" {
		b.t.Fatalf("no flow or no MAC address of %s: %+v %+v", host, flows, about)
	}
	return strings.NewReplacer("HOST", host, "MAC", url.QueryEscape(about.Rsp.Mac), "FLOW",
		"flow_key="+flows.Rsp[0].Key+"&flow_hash_id="+flows.Rsp[0].HashID)
}

// filled waits until tables have so many cells that say something, and charts so
// many slices.
func (b *tab) filled(path string, cells, slices int) {
	b.t.Helper()
	const count = `[[...document.querySelectorAll("table td")].filter((c) => c.innerText.trim()).length,
	  [...document.querySelectorAll("svg path")].filter((p) => /A/.test(p.getAttribute("d")) && p.getBoundingClientRect().width > 8).length]`
	var n []int
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if n = eval[[]int](b, count); n[0] >= cells && n[1] >= slices {
			break
		}
	}
	if n[0] < cells || n[1] < slices {
		b.note("%d full cells and %d slices, want %d and %d", n[0], n[1], cells, slices)
	}
	if os.Getenv("NTOPGO_SHOTS") != "" {
		b.t.Logf("%s: %d full cells, %d slices", path, n[0], n[1])
	}
}

// taken are the problems since the last call.
func (b *tab) taken() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.problems
	b.problems = nil
	return p
}

func (b *tab) complain(path string, problems []string) {
	b.t.Helper()
	for _, p := range problems {
		if !isAccepted(path, p) {
			b.t.Errorf("%s: %s", path, p)
		}
	}
}

// login enters with the default password and changes it, as a tree asks for at
// the first time.
func (b *tab) login() {
	b.t.Helper()
	b.visit("/lua/login.lua")
	b.shot("login")
	b.run(chromedp.SendKeys("#input-username", "admin"), chromedp.SendKeys("#input-password", "admin"),
		chromedp.Click("button[type=submit]"))
	b.arrive(`location.pathname.endsWith("change_password.lua") && document.readyState === "complete"`)
	b.shot("change_password")
	b.run(chromedp.SendKeys("[name=new_password]", "horsebattery1"), chromedp.SendKeys("[name=confirm_password]", "horsebattery1"),
		chromedp.Click("[type=submit]"))
	b.arrive(`document.querySelector("#n-sidebar") !== null`)
	b.check("login")
}

// arrive waits for an expression to be true of the page that comes next.
func (b *tab) arrive(expression string) {
	b.t.Helper()
	harness.Eventually(b.t, patience, func() error {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		if err == nil && !ok {
			err = fmt.Errorf("not true yet: %s", expression)
		}
		return err
	})
}
