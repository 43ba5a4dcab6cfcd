package bindings

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ntopgo/compat/lua"
)

// Group "System & Information".
func init() {
	register("ntop", map[string]func(c *Call){
		"getInfo":            getInfo,
		"systemHostStat":     systemHostStat,
		"refreshCPULoad":     func(c *Call) { c.Push(c.Env.cpu.load()) },
		"getHttpPrefix":      func(c *Call) { c.Push(c.Env.Options.HTTPPrefix) },
		"getInstanceName":    func(c *Call) { c.Push(c.Env.Options.InstanceName) },
		"getStaticFileEpoch": func(c *Call) { c.Push(c.Env.StaticEpoch()) },
		"getCookieAttributes": func(c *Call) {
			attrs := "HttpOnly; SameSite=lax"
			if c.TLS {
				attrs += "; Secure"
			}
			c.Push(attrs)
		},
		"revision": func(c *Call) { c.Push(0) },
		"shutdown": shutdown,
	})
}

func getInfo(c *Call) {
	o := &c.Env.Options
	zone, offset := time.Now().Zone()
	platform := runtime.GOARCH
	if platform == "amd64" {
		platform = "x86_64"
	}
	osName := osRelease()
	t := lua.NewTable(48).
		Set("product", "ntopng").
		Set("oem", false).
		Set("copyright", "&copy; ntopgo developers").
		Set("authors", "The ntopgo developers").
		Set("license", "GNU GPLv3").
		Set("platform", osName+" ["+platform+"]").
		Set("version", c.Env.Version).
		Set("revision", c.Env.Revision).
		Set("git", c.Env.Revision).
		Set("pid", os.Getpid()).
		Set("OS", osName).
		Set("bits", 32<<(^uint(0)>>63)).
		Set("uptime", int64(time.Since(c.Env.Started).Seconds())).
		Set("command_line", o.CommandLine).
		Set("http_port", o.HTTPPort).
		Set("https_port", o.HTTPSPort).
		Set("tzname", zone).
		SetStr("zoneinfo", zoneInfo()).
		Set("timezone", -offset)
	if b, err := os.ReadFile("/proc/device-tree/model"); err == nil {
		t.SetStr("hw_model", strings.TrimRight(string(b), "\x00\n"))
	}
	if c.OptBool(1, true) {
		verboseInfo(c, t)
	}
	c.Push(t)
}

// verboseInfo adds the edition and the versions of what is inside. This is a
// community edition of every kind.
func verboseInfo(c *Call, t *lua.Table) {
	t.Set("edition", "Community").
		Set("version.rrd", "").
		Set("version.redis", redisVersion(c)).
		Set("version.httpd", "Go net/http "+strings.TrimPrefix(runtime.Version(), "go")).
		Set("version.git", c.Env.Revision).
		Set("version.curl", "").
		Set("version.lua", "Lua 5.4").
		SetStr("version.geoip", c.Env.Geo.Versions()).
		// Scripts take this apart: version, then (revision:date).
		Set("version.ndpi", fmt.Sprintf("%s (%s:%d)", c.Env.Version, or(c.Env.Revision, "none"), c.Env.TreeYear))
	for _, k := range []string{"pro.release", "version.enterprise_edition", "version.enterprise_m_edition",
		"version.enterprise_l_edition", "version.enterprise_xl_edition", "version.enterprise_xxl_edition",
		"version.enterprise_xxxl_edition", "version.nedge_edition", "version.nedge_enterprise_edition",
		"version.embedded_edition"} {
		t.Set(k, false)
	}
	t.Set("pro.license_expires_at", 0).
		Set("constants.max_num_host_pools", 16).
		Set("constants.max_num_pool_members", 8).
		Set("constants.max_num_profiles", 16)
}

func redisVersion(c *Call) string {
	info, err := c.Env.KV.Info()
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(info, "\n") {
		if v, ok := strings.CutPrefix(line, "redis_version:"); ok {
			return strings.TrimSpace(v)
		}
	}
	if c.Env.KV.Embedded() {
		return "embedded"
	}
	return ""
}

// osRelease names the distribution as os-release(5) does.
func osRelease() string {
	b, err := os.ReadFile("/etc/os-release")
	if err == nil {
		for _, line := range strings.Split(string(b), "\n") {
			if v, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
				return strings.Trim(v, `"`)
			}
		}
	}
	return runtime.GOOS
}

// zoneInfo is the name of the local time zone ("Europe/Rome"), "" if unknown.
func zoneInfo() string {
	if tz := strings.TrimPrefix(os.Getenv("TZ"), ":"); tz != "" {
		return tz
	}
	if target, err := filepath.EvalSymlinks("/etc/localtime"); err == nil {
		if _, name, ok := strings.Cut(target, "zoneinfo/"); ok {
			return name
		}
	}
	return ""
}

func systemHostStat(c *Call) {
	mem := procFields("/proc/meminfo")
	t := lua.NewTable(16).
		Set("cpu_load", c.Env.cpu.load()).
		Set("mem_total", mem["MemTotal"]).
		Set("mem_free", mem["MemFree"]).
		Set("mem_buffers", mem["Buffers"]).
		Set("mem_cached", mem["Cached"]).
		Set("mem_sreclaimable", mem["SReclaimable"]).
		Set("mem_shmem", mem["Shmem"]).
		Set("mem_used", mem["MemTotal"]-mem["MemFree"]-mem["Buffers"]-mem["Cached"]-mem["SReclaimable"]+mem["Shmem"])
	self := procFields("/proc/self/status")
	t.Set("mem_ntopng_resident", self["VmRSS"]).
		Set("mem_ntopng_virtual", self["VmSize"]).
		Set("dropped_alerts", c.Env.internal.dropped()).
		Set("written_alerts", 0). // paid editions count them
		Set("alerts_queries", c.Env.alertQueries.Load()).
		Set("alerts_stats", c.Env.queuesTable())
	c.Push(t)
}

// shutdown ends the process, for administrators only. Powering the machine off
// or on is not this program's to do.
func shutdown(c *Call) {
	if !c.Admin() {
		return
	}
	if what := c.OptString(1, ""); what != "" && what != "restart_self" {
		c.Env.Log.Logf(1, "%s: %s of the machine is refused", c.b.Key(), what)
		return
	}
	c.Env.Shutdown()
}

// uname is the machine's name and kernel.
func uname() (name, release string) {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "", ""
	}
	return unix.ByteSliceToString(u.Nodename[:]), unix.ByteSliceToString(u.Release[:])
}
