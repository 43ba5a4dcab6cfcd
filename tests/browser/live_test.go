package browser

import (
	"testing"

	"github.com/chromedp/chromedp"

	"ntopgo/tests/harness"
)

// The dashboard of a live interface goes on by itself; the browser's own
// requests are the traffic. The selector leads to another interface, and the
// choice stays.
func TestLiveAndSwitch(t *testing.T) {
	harness.NeedRoot(t)
	p := harness.Start(t, harness.Options{Args: []string{"-i", "lo", "-i", harness.Demo(), "-m", networks + ",127.0.0.0/8",
		"--disable-login", "1"}})
	b := newTab(t, p.URL)
	b.open("/lua/index.lua")
	b.until(`document.querySelector("#top-hosts a")?.textContent.includes("127.0.0.1")`)
	b.until(`document.querySelector("#newest-flows tbody a") !== null`)
	b.until(`document.querySelector("#throughput canvas") !== null`)
	packets := `Number([...document.querySelectorAll(".tiles small")].find((s) => s.textContent.endsWith("packets")).textContent.replace(/\D/g, ""))`
	before := eval[int](b, packets)
	if _, err := chromedp.Run(b.ctx, chromedp.PollFunction[bool](`(n) => `+packets+` > n`, chromedp.WithPollingArgs(before),
		chromedp.WithPollingTimeout(patience))); err != nil {
		t.Fatalf("the page does not go on by itself: %v", err)
	}
	// Addresses of pages are long; a row must not grow with them.
	if tall := eval[int](b, `Math.max(...[...document.querySelectorAll("#newest-flows tr, #biggest-flows tr")].map((r) => r.offsetHeight))`); tall > 100 {
		t.Errorf("a row of flows is %d high", tall)
	}
	b.shot("live")
	b.check("live")

	eval[bool](b, `(() => {
	  const select = document.getElementById("interface");
	  select.value = "1";
	  return select.dispatchEvent(new Event("change"));
	})()`)
	b.run(chromedp.WaitReady(".notice b"))
	b.open("/lua/flows_stats.lua")
	if name := eval[string](b, `document.getElementById("interface").selectedOptions[0].textContent`); name != "demo.pcap" {
		t.Errorf("the interface is %q after the switch", name)
	}
	if n := eval[int](b, `document.querySelectorAll(".rows tbody tr").length`); n != 25 {
		t.Errorf("%d flows of the other interface, want a page of 25", n)
	}
	b.check("switch")
	quiet(t, p)
}
