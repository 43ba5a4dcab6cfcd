package browser

import (
	"regexp"
	"strings"
)

// treePage is one page of the trees.
type treePage struct {
	path string // HOST, MAC, FLOW, PERIOD and ALERT stand for what the capture has
	year int    // whose tree has it; 0: both
	full int    // how many cells of tables say something, at least
	pies int    // how many slices pie charts have, at least
}

// subject is what pages are asked about in a capture.
type subject struct{ capture, host, period string }

var subjects = []subject{
	{"test_01.pcap", "192.168.1.93", "epoch_begin=1589741000&epoch_end=1589742000"},
	{"tor.pcap", "192.168.1.252", "epoch_begin=1383800000&epoch_end=1383840000"},
}

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
	{path: "/lua/host_details.lua?host=HOST&page=tls"},
	{path: "/lua/host_details.lua?host=HOST&page=ssh"},
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
	{path: "/lua/network_stats.lua", full: 8},
	{path: "/lua/network_details.lua?network=0"},
	{path: "/lua/network_details.lua?network=0&page=historical"},
	{path: "/lua/network_details.lua?network=0&page=config"},
	{path: "/lua/pool_stats.lua", full: 6},
	{path: "/lua/as_stats.lua", full: 6},
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
	{path: "/lua/alert_stats.lua?status=acknowledged&page=flow&PERIOD", full: 30},
	{path: "/lua/alert_details.lua?ifid=0&page=flow&status=acknowledged&ALERT", full: 10},
	{path: "/lua/alerts_geomap.lua", year: 2026},
	{path: "/lua/monitor/active_monitoring_monitor.lua", year: 2024},
	{path: "/lua/active_monitoring.lua", year: 2026},
	{path: "/lua/vulnerability_scan.lua"},
	{path: "/lua/vulnerability_scan.lua?page=overview"},
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
	{path: "/lua/ts_overview.lua", year: 2026, full: 30},
	{path: "/lua/change_password.lua"},
}

// livePages are pages that look otherwise when packets go on to arrive.
var livePages = []treePage{
	{path: "/lua/index.lua", pies: 3},
	{path: "/lua/if_stats.lua?ifid=0", full: 10},
	{path: "/lua/flows_stats.lua", full: 40},
	{path: "/lua/hosts_stats.lua", full: 4},
	{path: "/lua/host_details.lua?host=127.0.0.1", full: 15},
	{path: "/lua/system_interfaces_stats.lua", full: 5},
}

// accepted are problems that the pages have with ntopng itself: what is wrong is
// in the tree, or it asks for what no test may reach. Year 0 stands for both.
var accepted = []struct {
	year                  int
	page, problem, reason string
}{
	{0, `geomap`, `^(request to elsewhere:|request failed: net::ERR_[A-Z_]+|log: Failed to load resource: net::ERR_[A-Z_]+) https://([abc]\.)?tile\.openstreetmap\.org/`, "maps are drawn on tiles of another server"},
	{0, `^/lua/swagger\.lua$`, `^(request to elsewhere:|request failed: net::ERR_[A-Z_]+|log: Failed to load resource: net::ERR_[A-Z_]+) https://unpkg\.com/swagger-ui-dist@|^exception: ReferenceError: SwaggerUIBundle is not defined`, "Swagger is loaded from another server"},
	{0, `^/lua/vulnerability_scan\.lua(\?page=overview)?$`, `^console error: TypeError: Cannot read properties of undefined \(reading 'id'\)`, "without nmap there is no kind of scan to choose"},
	{0, `^/lua/export_data\.lua$`, `^text: nil:?$`, "the translations do not have its texts"},
	{0, `^/lua/alert_stats\.lua\?status=engaged&page=host$`, `^text: Query performed in NaN seconds\. SQL$`, "alerts that are engaged come without a query"},
	{2024, `^/lua/hosts_stats\.lua\?page=inactive_hosts$`, `^console error: TypeError: Cannot read properties of undefined \(reading 'show'\)`, "a button's reference has the name of a function, which Vue calls"},
	{2026, `^/lua/alert_details\.lua\?`, `^text: Flow Related Info\s*\[object Object\]$`, "the script gives the page a table where it wants a text"},
	{2026, `^/lua/license\.lua$`, `^text: license_page\.no_system_id$`, "the translations do not have its text"},
	{2026, `page=(packets&ifid=0|http)$`, `^exception: TypeError: window\.vueApps\[id\]\.unmount is not a function`, "two charts of one name on a page, the second takes down the first"},
	{2026, `^/lua/host_details\.lua\?host=[0-9.]+&page=(tls|ssh)$`, `^console error: (ReferenceError: url_params is not defined|TypeError: Cannot read properties of null \(reading 'table_buttons'\))`, "a variable is declared nowhere"},
	{2026, `^/lua/as_overview\.lua\?asn=0$`, `(status 400: |status of 400 \(Bad Request\) )http://[^/]+/lua/rest/v2/get/asn/sankey\.lua\?ifid=0&asn=0&|^console error: "http_request /lua/rest/v2/get/asn/sankey\.lua\?|^console error: Response$|^exception: TypeError: Cannot read properties of null \(reading 'nodes'\)`, "the page has no chart of hosts without an AS"},
}

// acceptedLog are lines of the log that the trees cause with ntopng itself.
var acceptedLog = []struct {
	year         int
	line, reason string
}{
	{2026, `mac_details\.lua.*global 'json'`, "mac_details.lua uses a module that it does not load"},
}

func isAccepted(year int, page, problem string) bool {
	for _, a := range accepted {
		if (a.year == 0 || a.year == year) && regexp.MustCompile(a.page).MatchString(page) &&
			regexp.MustCompile(a.problem).MatchString(problem) {
			return true
		}
	}
	return strings.HasPrefix(problem, "console warning")
}

func isAcceptedLog(year int, line string) bool {
	for _, a := range acceptedLog {
		if (a.year == 0 || a.year == year) && regexp.MustCompile(a.line).MatchString(line) {
			return true
		}
	}
	return false
}
