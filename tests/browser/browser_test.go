// Package browser opens the pages of the embedded tree in a real browser and
// asserts what a person would see. It needs Chromium and is skipped without.
package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ntopgo/tests/harness"
)

// patience is how long a page may take to become as expected.
const patience = 15 * time.Second

// limit of everything that one test does in the browser.
const limit = time.Minute

const networks = "192.168.1.0/24,10.0.0.0/8,2001:db8::/32"

// tab is one page of a browser with what went wrong in it.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	problems []string
	underway map[network.RequestID]request // requests under way
	loader   cdp.LoaderID                  // the page that they are of
	moved    time.Time                     // when one of them last began or ended
}

// request is one that has begun.
type request struct {
	url   string
	since time.Time
}

func newTab(t *testing.T, base string) *tab { return newTabFor(t, base, limit) }

// newTabFor is a tab for a test that takes as long as limit.
func newTabFor(t *testing.T, base string, limit time.Duration) *tab {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("needs Chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.WindowSize(1280, 900))
	allocated, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(endAllocator)
	return openTab(t, base, allocated, limit)
}

// another is a second window of the same browser, with the same cookies.
func (b *tab) another() *tab {
	b.t.Helper()
	return openTab(b.t, b.url, b.ctx, treeLimit, chromedp.WithNewWindow(true))
}

func openTab(t *testing.T, base string, parent context.Context, limit time.Duration, o ...chromedp.ContextOption) *tab {
	t.Helper()
	b := &tab{t: t, url: base, underway: map[network.RequestID]request{}}
	ctx, end := chromedp.NewContext(parent, append(o, chromedp.WithListener(b.listen))...)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, limit)
	t.Cleanup(cancel)
	b.ctx = ctx
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	return b
}

// listen notes console errors, exceptions, failed requests and requests to
// anywhere else.
func (b *tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			b.note("console %s: %s", e.Type, said(e.Args))
		}
	case *runtime.EventExceptionThrown:
		b.note("exception: %s", thrown(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			b.note("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			b.ends(e.RequestID) // whoever does not read the answer keeps it open
			b.note("status %d: %s", e.Response.Status, e.Response.URL)
		}
	case *network.EventLoadingFinished:
		b.ends(e.RequestID)
	case *network.EventLoadingFailed:
		if r := b.ends(e.RequestID); !e.Canceled {
			b.note("request failed: %s %s", e.ErrorText, r.url)
		}
	case *network.EventRequestWillBeSent:
		b.begins(e)
		u := e.Request.URL
		if !strings.HasPrefix(u, b.url) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "about:") {
			b.note("request to elsewhere: %s", u)
		}
	}
}

// said is what a page wrote to the console.
func said(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		if a.Description != "" {
			words = append(words, a.Description)
		} else {
			words = append(words, string(a.Value))
		}
	}
	return strings.Join(words, " ")
}

func thrown(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	return e.Text
}

// ends notes the end of a request and says which it was.
func (b *tab) ends(id network.RequestID) request {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.moved = time.Now()
	r := b.underway[id]
	delete(b.underway, id)
	return r
}

// begins notes a request of the page that was opened last; of those before, the
// browser does not say how they end.
func (b *tab) begins(e *network.EventRequestWillBeSent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.moved = time.Now()
	if e.Type == network.ResourceTypeDocument {
		b.loader = e.LoaderID
		clear(b.underway)
	}
	if e.LoaderID == b.loader {
		b.underway[e.RequestID] = request{e.Request.URL, b.moved}
	}
}

func (b *tab) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

// check fails the test for what was noted since the last call.
func (b *tab) check(page string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		b.t.Errorf("%s: %s", page, p)
	}
	b.problems = nil
}

type action = chromedp.Action[chromedp.Void]

func (b *tab) run(actions ...action) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.fatal(err)
	}
}

func (b *tab) fatal(err error) {
	b.t.Helper()
	b.check("before")
	b.t.Fatal(err)
}

// call sends one command of the protocol.
func call[P any](b *tab, command cdp.Command[P, cdp.Empty], parameters P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, parameters); err != nil {
		b.fatal(err)
	}
}

// open loads a page and waits until its module has drawn it.
func (b *tab) open(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.url+path), b.ready())
}

func (b *tab) ready() action {
	return chromedp.WaitReady(`#page[data-ready="true"]`)
}

// eval is the value of a JavaScript expression.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.fatal(err)
	}
	return v
}

// until waits for an expression to be true.
func (b *tab) until(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience))); err != nil {
		b.fatal(fmt.Errorf("%s: %w", expression, err))
	}
}

// shot keeps a picture of the page in the folder that NTOPGO_SHOTS names.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("NTOPGO_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// withoutLogin starts the program on the demonstration capture, open to all.
func withoutLogin(t *testing.T) *harness.Program {
	t.Helper()
	p := harness.Start(t, harness.Options{Args: []string{"-i", harness.Demo(), "-m", networks, "--disable-login", "1"}})
	harness.Eventually(t, 20*time.Second, func() error {
		var s struct {
			Loading bool `json:"isLoading"`
			Stats   struct{ Packets int }
		}
		if err := p.Rest("/lua/rest/v2/get/interface/details.lua", &s); err != nil {
			return err
		}
		if s.Loading || s.Stats.Packets == 0 {
			return fmt.Errorf("still reading: %d packets", s.Stats.Packets)
		}
		return nil
	})
	return p
}

func quiet(t *testing.T, p *harness.Program) {
	t.Helper()
	if bad := harness.LogErrors(p.Log()); len(bad) > 0 {
		t.Errorf("the log tells of failures:\n%s", strings.Join(bad, "\n"))
	}
}

// A person logs in with the default password, must change it, and gets to the
// dashboard; the new password is the one that counts afterwards.
func TestFirstLogin(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{Args: []string{"-i", harness.Demo(), "-m", networks}})
	b := newTab(t, p.URL)
	fill := func(selector, text string) action {
		return chromedp.SendKeys(selector, text)
	}
	login := func(password string) {
		b.run(chromedp.WaitVisible("#user"), fill("#user", "admin"), fill("#password", password),
			chromedp.Click("button[type=submit]"))
	}
	b.run(chromedp.Navigate(p.URL + "/lua/flows_stats.lua?port=53"))
	b.shot("login")
	login("wrong")
	b.run(chromedp.WaitVisible(".error"))
	login("admin")
	b.run(chromedp.WaitVisible("#new_password"))
	b.shot("change_password")
	b.run(fill("#new_password", "correct horse"), fill("#confirm_password", "battery staple"),
		chromedp.Click("button[type=submit]"), chromedp.WaitVisible(".error"),
		fill("#new_password", "correct horse"), fill("#confirm_password", "correct horse"),
		chromedp.Click("button[type=submit]"), b.ready())
	if title := eval[string](b, "document.querySelector('h1').textContent"); title != "Dashboard" {
		t.Errorf("after the change: %q, want the dashboard", title)
	}
	b.run(chromedp.Click(`a[href$="ntopng_logout.lua"]`), chromedp.WaitVisible("#user"))
	login("admin")
	b.run(chromedp.WaitVisible(".error"))
	login("correct horse")
	b.run(b.ready())
	b.check("login")
	users(t, b)
	quiet(t, p)
}

// users adds an account on the page of users, and deletes it.
func users(t *testing.T, b *tab) {
	b.open("/lua/admin/users.lua")
	b.run(chromedp.Click("#add-user"), chromedp.WaitVisible("#user-username"),
		chromedp.SendKeys("#user-username", "anna"),
		chromedp.SendKeys("#user-full_name", "<b>Anna</b>"),
		chromedp.SendKeys("#user-password", "secret word"),
		chromedp.SendKeys("#user-confirm_password", "secret word"))
	b.shot("users_add")
	b.run(chromedp.Click("dialog button[type=submit]"))
	b.until(`[...document.querySelectorAll("#page tbody tr")].some((r) => r.textContent.includes("anna"))`)
	if n := eval[int](b, `document.querySelectorAll("#page td b").length`); n != 2 {
		t.Errorf("%d bold cells, want one for each of two users: names must not be read as HTML", n)
	}
	b.run(chromedp.Click("button.danger"),
		chromedp.WaitVisible("dialog button[type=submit]"),
		chromedp.Click("dialog button[type=submit]"))
	b.until(`document.querySelectorAll("#page tbody tr").length === 1`)
	b.check("users")
}

// Every page draws itself, with rows where there is traffic, without a
// complaint of the browser.
func TestPages(t *testing.T) {
	t.Parallel()
	p := withoutLogin(t)
	b := newTab(t, p.URL)
	pages := []struct{ name, path, want string }{
		{"dashboard", "/", `#throughput canvas`},
		{"dashboard hosts", "/lua/index.lua", `#top-hosts li:nth-child(5)`},
		{"dashboard applications", "/lua/index.lua", `#top-applications li:nth-child(5)`},
		{"dashboard flows", "/lua/index.lua", `#biggest-flows tbody tr:nth-child(5)`},
		{"dashboard transport", "/lua/index.lua", `#transport li:nth-child(2)`},
		{"flows", "/lua/flows_stats.lua", `.rows tbody tr:nth-child(25)`},
		{"flow", biggestFlow(t, p), `.facts dd`},
		{"hosts", "/lua/hosts_stats.lua", `.rows tbody tr:nth-child(25)`},
		{"host", "/lua/host_details.lua?host=192.168.1.1", `#applications li`},
		{"host peers", "/lua/host_details.lua?host=192.168.1.1", `#peers tbody tr`},
		{"host flows", "/lua/host_details.lua?host=192.168.1.1", `.rows tbody tr`},
		{"interface", "/lua/if_stats.lua", `#applications tbody tr:nth-child(10)`},
		{"macs", "/lua/macs_stats.lua", `.rows tbody tr:nth-child(5)`},
		{"vlans", "/lua/vlan_stats.lua", `tbody tr:nth-child(2)`},
		{"networks", "/lua/network_stats.lua", `tbody tr:nth-child(3)`},
		{"about", "/lua/about.lua", `.facts dd`},
		{"users", "/lua/admin/users.lua", `tbody tr`},
	}
	for _, page := range pages {
		b.open(page.path)
		if !eval[bool](b, fmt.Sprintf("document.querySelector(%q) !== null", page.want)) {
			t.Errorf("%s (%s): no %s: %.300s", page.name, page.path, page.want, eval[string](b, "document.getElementById('page').innerText"))
		}
		if empty := eval[[]string](b, `[...document.querySelectorAll("#page a")].filter((a) => !a.textContent.trim()).map((a) => a.href)`); len(empty) > 0 {
			t.Errorf("%s: links without text: %v", page.name, empty)
		}
		if text := eval[string](b, "document.querySelector('.error')?.textContent || ''"); text != "" {
			t.Errorf("%s: %s", page.name, text)
		}
		b.whole(page.name)
		b.shot(strings.ReplaceAll(page.name, " ", "_"))
		b.check(page.name)
	}
	quiet(t, p)
}

// biggestFlow is the page of the TLS flow with the most bytes.
func biggestFlow(t *testing.T, p *harness.Program) string {
	t.Helper()
	var flows []struct {
		Key    string
		HashID string `json:"hash_id"`
	}
	if err := p.Rest("/lua/rest/v2/get/flow/active_list.lua?length=1&application=TLS", &flows); err != nil || len(flows) != 1 {
		t.Fatal(flows, err)
	}
	return "/lua/flow_details.lua?flow_key=" + flows[0].Key + "&flow_hash_id=" + flows[0].HashID
}

// whole fails for tables that are wider than the place they have, so that one
// must scroll to see their last columns.
func (b *tab) whole(page string) {
	b.t.Helper()
	for _, head := range eval[[]string](b, `[...document.querySelectorAll(".scroll")].filter((e) => e.scrollWidth > e.clientWidth + 1)
	  .map((e) => e.scrollWidth + " for " + e.clientWidth + ": " + [...e.querySelectorAll("th")].map((h) => h.textContent).join(", "))`) {
		b.t.Errorf("%s: a table is cut, %s", page, head)
	}
}

// Both themes, narrow and wide screens: the choice is kept, and nothing is wider
// than its place.
func TestThemeAndWidth(t *testing.T) {
	t.Parallel()
	p := withoutLogin(t)
	b := newTab(t, p.URL)
	theme := func() string { return eval[string](b, "document.documentElement.dataset.theme") }
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	b.open("/lua/index.lua")
	if theme() != "dark" {
		t.Errorf("theme %q on a dark system", theme())
	}
	b.shot("dark_dashboard")
	b.run(chromedp.Click("[data-theme-switch]"))
	b.open("/lua/hosts_stats.lua")
	if theme() != "light" {
		t.Errorf("theme %q after it was switched to light", theme())
	}
	b.run(chromedp.Click("[data-theme-switch]"))
	for _, width := range []int{400, 1000, 1400} {
		call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: 800,
			DeviceScaleFactor: 1, Mobile: width < 500})
		for _, path := range []string{"/lua/index.lua", "/lua/flows_stats.lua", "/lua/hosts_stats.lua", "/lua/if_stats.lua",
			"/lua/host_details.lua?host=192.168.1.1", "/lua/about.lua", "/lua/macs_stats.lua", "/lua/vlan_stats.lua",
			"/lua/network_stats.lua", "/lua/admin/users.lua", biggestFlow(t, p)} {
			b.open(path)
			if w := eval[int](b, "document.documentElement.scrollWidth"); w > width {
				t.Errorf("%s is %d wide on a screen of %d", path, w, width)
			}
			b.whole(fmt.Sprint(path, " at ", width))
			b.shot(fmt.Sprint(width, "_", strings.TrimSuffix(filepath.Base(strings.SplitN(path, "?", 2)[0]), ".lua")))
		}
	}
	b.check("widths")
}

// contrasts are the pairs of text and background that must be told apart: WCAG
// 2.1, 4.5:1.
func TestContrast(t *testing.T) {
	t.Parallel()
	p := withoutLogin(t)
	b := newTab(t, p.URL)
	b.open("/lua/about.lua")
	const script = `(() => {
	  const rgb = (name) => {
	    const e = document.createElement("span");
	    e.style.color = "var(" + name + ")";
	    document.body.append(e);
	    const c = getComputedStyle(e).color.match(/[\d.]+/g).slice(0, 3).map(Number);
	    e.remove();
	    return c;
	  };
	  const light = (c) => {
	    const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
	    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	  };
	  const low = [];
	  for (const theme of ["light", "dark"]) {
	    document.documentElement.dataset.theme = theme;
	    for (const [text, back] of [["--text", "--back"], ["--text", "--panel"], ["--muted", "--back"], ["--muted", "--panel"], ["--muted", "--hover"], ["--accent", "--panel"],
	      ["--accent", "--back"], ["--accent", "--hover"], ["--bad", "--bad-back"], ["--bad", "--panel"], ["--good", "--panel"], ["--accent-text", "--accent"]]) {
	      const [a, b] = [light(rgb(text)), light(rgb(back))].sort((x, y) => y - x);
	      const ratio = (a + 0.05) / (b + 0.05);
	      if (ratio < 4.5) low.push(theme + ": " + text + " on " + back + " is " + ratio.toFixed(2));
	    }
	  }
	  return low;
	})()`
	for _, low := range eval[[]string](b, script) {
		t.Error(low)
	}
}

// The tables sort, filter and page on the server, and the address of the page
// tells how, so that it can be shared.
func TestTable(t *testing.T) {
	t.Parallel()
	p := withoutLogin(t)
	b := newTab(t, p.URL)
	b.open("/lua/flows_stats.lua")
	status := func() string { return eval[string](b, "document.querySelector('#page [role=status]').textContent") }
	settled := `document.querySelector("#page .scroll").getAttribute("aria-busy") !== "true"`
	column := func(n int) []string {
		return eval[[]string](b, fmt.Sprintf(`[...document.querySelectorAll(".rows tbody td:nth-child(%d)")].map((c) => c.innerText)`, n))
	}
	address := func() url.Values {
		u, err := url.Parse(eval[string](b, "location.href"))
		if err != nil {
			t.Fatal(err)
		}
		return u.Query()
	}

	first := column(1)
	b.run(chromedp.Click(`[aria-label="Next page"]`))
	b.until(`document.querySelector("#page [role=status]").textContent.startsWith("26–50")`)
	if address().Get("start") != "25" {
		t.Errorf("the second page has the address %v", address())
	}
	b.run(chromedp.NavigateBack())
	b.until(`document.querySelector("#page [role=status]").textContent.startsWith("1–25")`)
	if again := column(1); strings.Join(again, "|") != strings.Join(first, "|") {
		t.Errorf("going back shows other rows")
	}

	b.run(chromedp.Click(`[data-sort="packets"]`))
	b.until(`document.querySelector('th[aria-sort="descending"] [data-sort="packets"]') !== null && ` + settled)
	numbers := eval[[]int](b, `[...document.querySelectorAll(".rows tbody td:nth-child(6)")].map((c) => Number(c.innerText.replace(/\D/g, "")))`)
	for i := 1; i < len(numbers); i++ {
		if numbers[i] > numbers[i-1] {
			t.Fatalf("sorted by packets: %v", numbers)
		}
	}

	b.run(chromedp.SendKeys("#filter-port", "53"), chromedp.Click(".filters button[type=submit]"))
	b.until(`document.querySelector("#page [role=status]").textContent.includes("(filtered)")`)
	for _, server := range column(3) {
		if !strings.Contains(server, ":53") {
			t.Errorf("filtered by port 53: server %q", server)
		}
	}
	if q := address(); q.Get("port") != "53" || q.Get("sort") != "packets" {
		t.Errorf("the address does not tell the filter: %v", q)
	}
	want := status()
	b.open("/lua/flows_stats.lua?" + address().Encode())
	if got := status(); got != want {
		t.Errorf("the shared address shows %q, want %q", got, want)
	}

	b.open("/lua/flows_stats.lua?text=no-such-thing-anywhere")
	if text := eval[string](b, "document.querySelector('.rows').innerText"); !strings.Contains(text, "Nothing matches") {
		t.Errorf("nothing found: %q", text)
	}
	b.open("/lua/hosts_stats.lua?mode=local&text=192.168.1.")
	for _, host := range column(1) {
		if !strings.Contains(host, "192.168.1.") || !strings.Contains(host, "local") {
			t.Errorf("local hosts with 192.168.1.: %q", host)
		}
	}
	b.check("tables")
	quiet(t, p)
}

// The search box offers hosts and leads to their pages, with the keyboard only.
func TestSearch(t *testing.T) {
	t.Parallel()
	p := withoutLogin(t)
	b := newTab(t, p.URL)
	b.open("/lua/about.lua")
	b.run(chromedp.SendKeys("#search", "192.168.1.1"))
	b.until(`document.getElementById("found").dataset.query === "192.168.1.1" && document.querySelector("#found a") !== null`)
	b.shot("search")
	b.run(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	b.run(chromedp.WaitReady("#identity dd"), b.ready())
	b.check("search")
}

// Pages about things that are not there say so.
func TestNothingThere(t *testing.T) {
	t.Parallel()
	p := withoutLogin(t)
	b := newTab(t, p.URL)
	for path, want := range map[string]string{
		"/lua/host_details.lua?host=203.0.113.254":           "not active",
		"/lua/host_details.lua":                              "names no host",
		"/lua/flow_details.lua?flow_key=1&flow_hash_id=1":    "not active any more",
		"/lua/host_details.lua?host=<img src=x onerror=1 />": "not active",
	} {
		b.open(strings.ReplaceAll(strings.ReplaceAll(path, " ", "%20"), "<", "%3C"))
		if text := eval[string](b, "document.querySelector('#page').innerText"); !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q", path, text, want)
		}
		if n := eval[int](b, "document.querySelectorAll('main img').length"); n != 0 {
			t.Errorf("%s: text became an element", path)
		}
	}
	// The answers 404 are what the pages are told; nothing else may be wrong.
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		if !strings.Contains(p, "404") {
			t.Error(p)
		}
	}
	quiet(t, p)
}
