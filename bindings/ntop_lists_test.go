package bindings

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestCategoryLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rules := file("protos.txt", "host:\"intra.example\"@Intranet\n")
	w.env.Options.NDPIProtocolsFile = rules
	hosts := file("hosts", "# bad\n0.0.0.0 ads.example\n0.0.0.0 more.example\nnothing\n")
	ips := file("ips", "198.51.100.1\n192.168.0.1\n198.51.100.0/24\n")
	w.check("outside a reload", fmt.Sprintf(`p(ntop.loadCustomCategoryFile(%q, 0, 100, "Ads", false), ntop.loadCustomCategoryHost("x.example", 100, "Ads"), ntop.finalizenDPIReload())`, hosts),
		"0 false true;")
	w.check("a reload", fmt.Sprintf(`p(ntop.initnDPIReload(), ntop.initnDPIReload(), ntop.loadCustomCategoryFile(%q, 0, 101, "Ads", false),
ntop.loadCustomCategoryFile(%q, 3, 100, "Bad", true), ntop.loadCustomCategoryIp("203.0.113.0/24", 100, "Mine"),
ntop.loadCustomCategoryHost("evil.example", 100, "Mine"), ntop.setDomainMask("good.example"), ntop.addTrustedIssuerDN("CN=Our CA"),
ntop.matchCustomCategory("www.evil.example"), ntop.finalizenDPIReload())`, hosts, ips), "true false 2 2 true true nil nil nil true;")
	w.check("in force", `p(ntop.matchCustomCategory("www.evil.example"), ntop.matchCustomCategory("203.0.113.9"), ntop.matchCustomCategory("x.ads.example"),
ntop.matchCustomCategory("good.example"), ntop.isCustomApplication(interface.getnDPIProtoId("Intranet")), ntop.isCustomApplication(7))`, "100 100 101 nil true false;")
	w.check("category of a protocol", `ntop.setnDPIProtoCategory(7, 5) p(ntop.getnDPIProtoCategory(7).id, interface.getnDPICategoryId("Web")) ntop.setnDPIProtoCategory(7, 999)`, "5 5;")
	w.check("wrong arguments", `p(ntop.initnDPIReload(), ntop.loadCustomCategoryFile("/nowhere", 0, 1, "x"), ntop.loadCustomCategoryFile(nil, 0, 1, "x"),
ntop.loadCustomCategoryFile(1, 0, "x", "x"), ntop.loadCustomCategoryIp("not an address", 1, "x"), ntop.loadCustomCategoryHost("x", "y", "x"),
ntop.loadCustomCategoryIp("10.0.0.1", 300, "x"), ntop.setDomainMask(nil), ntop.addTrustedIssuerDN({}), ntop.matchCustomCategory(nil),
ntop.setnDPIProtoCategory("x", 1), ntop.isCustomApplication("x"), ntop.isCustomApplication(-1), ntop.finalizenDPIReload())`,
		"true 0 0 0 false false false nil nil nil nil false false true;")
}

// What lists hit is counted through reloads, and since the last reset.
func TestBlacklistHits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.run(`ntop.initnDPIReload() ntop.loadCustomCategoryIp("203.0.113.5", 100, "Bad") ntop.loadCustomCategoryIp("198.51.100.1", 100, "Quiet") ntop.finalizenDPIReload()`)
	w.check("nothing yet", `p(ntop.getBlacklistStats())`, "{};")
	w.readAgain()
	w.check("hits", `p(ntop.getBlacklistStats())`, "{Bad={current=1 total=1}};")
	w.check("reset", `ntop.resetBlacklistStats("x") p(ntop.getBlacklistStats())`, "{Bad={current=0 total=1}};")
	w.run(`ntop.initnDPIReload() ntop.loadCustomCategoryIp("203.0.113.5", 100, "Bad") ntop.finalizenDPIReload()`)
	w.readAgain()
	w.check("kept through a reload", `p(ntop.getBlacklistStats("x"))`, "{Bad={current=1 total=2}};")
}
