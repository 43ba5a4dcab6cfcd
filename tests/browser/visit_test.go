package browser

import (
	"encoding/json"
	"errors"
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

const (
	// treePatience is how long a page of a tree may take: it asks for more, and of
	// scripts that are compiled first.
	treePatience = 45 * time.Second
	// quietTime is how long no request may be under way before the page is asked
	// whether it has nothing left to do.
	quietTime = 150 * time.Millisecond
	// treeLimit is how long all pages of a tree may take with one capture.
	treeLimit = 20 * time.Minute
	// treeTabs is how many tabs visit pages; -parallel is how many at once.
	treeTabs = 3
)

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

// Every page of the existing trees shows what there is, without a complaint of
// the browser or the log beside those accepted. A page is a test of its own:
// -run 'TestTreePages/2024/tor.pcap/pages/host_details' visits only some.
func TestTreePages(t *testing.T) {
	for _, year := range []int{2024, 2026} {
		for _, s := range subjects {
			t.Run(fmt.Sprint(year, "/", s.capture), func(t *testing.T) { visitTree(t, year, s) })
		}
	}
}

// The dashboards and listings of a live interface; the requests of the browser
// are the traffic.
func TestTreeLive(t *testing.T) {
	harness.NeedRoot(t)
	for _, year := range []int{2024, 2026} {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			p := harness.Start(t, harness.Options{Args: []string{"--install-dir", builtTree(t, year), "-i", "lo", "-m", "127.0.0.0/8"}})
			first := newTabFor(t, p.URL, treeLimit)
			first.login()
			visitPages(t, year, p, first, livePages, strings.NewReplacer(), fmt.Sprint(year, "_live_"))
		})
	}
}

func visitTree(t *testing.T, year int, s subject) {
	p := harness.Start(t, harness.Options{Args: []string{"--install-dir", builtTree(t, year), "-i",
		harness.Shared(t, "corpus", "e2e", "pcap", s.capture), "-m", "192.168.1.0/24"}})
	first := newTabFor(t, p.URL, treeLimit)
	first.login()
	visitPages(t, year, p, first, treePages, first.names(s), fmt.Sprint(year, "_", strings.TrimSuffix(s.capture, ".pcap"), "_"))
}

// visitPages visits pages in several tabs of the browser of the first, then looks
// into the log.
func visitPages(t *testing.T, year int, p *harness.Program, first *tab, pages []treePage, names *strings.Replacer, picture string) {
	t.Helper()
	tabs := make(chan *tab, treeTabs)
	for tabs <- first; len(tabs) < treeTabs; {
		tabs <- first.another()
	}
	t.Run("pages", func(t *testing.T) {
		for _, page := range pages {
			if page.year != 0 && page.year != year {
				continue
			}
			t.Run(strings.TrimPrefix(page.path, "/lua/"), func(t *testing.T) {
				t.Parallel()
				b := <-tabs
				defer func() { tabs <- b }()
				b.t = t
				b.visitPage(year, names.Replace(page.path), page, picture)
			})
		}
	})
	for _, line := range harness.LogErrors(p.Log()) {
		if !isAcceptedLog(year, line) {
			t.Errorf("log: %s", line)
		}
	}
}

// visitPage opens a page, looks at it and leaves it again.
func (b *tab) visitPage(year int, path string, page treePage, picture string) {
	b.t.Helper()
	began := time.Now()
	b.visit(path)
	b.filled(page.full, page.pies)
	b.readable()
	if os.Getenv("NTOPGO_SHOTS") != "" {
		b.t.Logf("%v", time.Since(began).Round(10*time.Millisecond))
		b.run(chromedp.Sleep(time.Second)) // charts are drawn slowly, for the eye
		b.shot(picture + regexp.MustCompile(`[^a-z0-9A-Z=]+`).ReplaceAllString(strings.TrimPrefix(path, "/lua/"), "_"))
	}
	for _, p := range b.taken() {
		if !isAccepted(year, path, p) {
			b.t.Errorf("%s: %s", path, p)
		}
	}
	b.run(chromedp.Navigate("about:blank")) // what it asks for regularly ends
	b.taken()
}

// visit opens a page of a tree and waits until it has loaded what it wants.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.mu.Lock()
	clear(b.underway)
	b.moved = time.Now()
	b.mu.Unlock()
	b.run(chromedp.Navigate(b.url + path))
	for end := time.Now().Add(treePatience); time.Now().Before(end); time.Sleep(25 * time.Millisecond) {
		if moved, quiet := b.quiet(); quiet && b.idle() {
			if again, quiet := b.quiet(); quiet && again.Equal(moved) {
				return
			}
		}
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

// quiet says whether no request is under way, and when that last changed.
func (b *tab) quiet() (moved time.Time, quiet bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.moved, len(b.underway) == 0 && time.Since(b.moved) > quietTime
}

// idle waits until the page's scripts leave the browser time for other things.
func (b *tab) idle() bool {
	b.t.Helper()
	ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](
		`new Promise((r) => requestIdleCallback(() => r(true), { timeout: 5000 }))`, chromedp.EvalAwaitPromise))
	return err == nil && ok // an error: the page moves on to another
}

// names are what HOST, MAC, FLOW, PERIOD and ALERT stand for.
func (b *tab) names(s subject) *strings.Replacer {
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
	var alerts struct {
		Rsp struct {
			Records []struct {
				RowID string                `json:"row_id"`
				Time  struct{ Value int64 } `json:"tstamp"`
			}
		}
	}
	ask("/lua/rest/v2/get/flow/active_list.lua?ifid=0&start=0&length=1&sort=column_bytes&order=desc", &flows)
	ask("/lua/rest/v2/get/host/data.lua?ifid=0&host="+s.host, &about)
	if len(flows.Rsp) != 1 || about.Rsp.Mac == "" {
		b.t.Fatalf("no flow or no MAC address of %s: %+v %+v", s.host, flows, about)
	}
	harness.Eventually(b.t, time.Minute, func() error { // the alerts are stored once in a while
		ask("/lua/rest/v2/get/flow/alert/list.lua?ifid=0&status=acknowledged&length=1&"+s.period, &alerts)
		if len(alerts.Rsp.Records) == 0 {
			return errors.New("no alert is stored")
		}
		return nil
	})
	alert := alerts.Rsp.Records[0]
	return strings.NewReplacer("HOST", s.host, "MAC", url.QueryEscape(about.Rsp.Mac), "PERIOD", s.period,
		"FLOW", "flow_key="+flows.Rsp[0].Key+"&flow_hash_id="+flows.Rsp[0].HashID,
		"ALERT", fmt.Sprintf("row_id=%s&tstamp=%d", alert.RowID, alert.Time.Value))
}

// filled waits until tables have so many cells that say something, and charts so
// many slices.
func (b *tab) filled(cells, slices int) {
	b.t.Helper()
	const count = `[[...document.querySelectorAll("table td")].filter((c) => c.innerText.trim()).length,
	  [...document.querySelectorAll("svg path")].filter((p) => /A/.test(p.getAttribute("d")) && p.getBoundingClientRect().width > 8).length]`
	var n []int
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if n = eval[[]int](b, count); n[0] >= cells && n[1] >= slices {
			break
		}
	}
	if n[0] < cells || n[1] < slices {
		b.note("%d full cells and %d slices, want %d and %d", n[0], n[1], cells, slices)
	}
	if os.Getenv("NTOPGO_SHOTS") != "" {
		b.t.Logf("%d full cells, %d slices", n[0], n[1])
	}
}

// readable notes words that no person was meant to read: those of a program, and
// the keys of texts that were not translated.
func (b *tab) readable() {
	b.t.Helper()
	const words = `/.{0,40}(\b(undefined|NaN|nil|null)\b|\[object Object\]).{0,40}|^[a-z_]+\.[a-z]+(_[a-z]+)+$/gm`
	for _, s := range eval[[]string](b, `document.body.innerText.match(`+words+`) || []`) {
		b.note("text: %s", strings.TrimSpace(s))
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
