package bindings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExtraction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	capture, err := os.ReadFile(w.file)
	if err != nil {
		t.Fatal(err)
	}
	timeline := filepath.Join(w.env.Layout.DataDir, "0", "timeline")
	if err := os.MkdirAll(timeline, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(timeline, "1.pcap"), capture, 0o600); err != nil {
		t.Fatal(err)
	}
	all := w.env.Ifaces[0].Stats().Total.Packets
	w.check("before", `p(ntop.isExtractionRunning(), ntop.getExtractionStatus())`, "false {};")
	w.check("into files", `ntop.runExtraction(7, 0, 0, 4000000000, "")
while ntop.isExtractionRunning() do ntop.msleep(2) end
ntop.stopExtraction(7) local s = ntop.getExtractionStatus()[7] p(s.id, s.extracted_pkts, s.status)`, fmt.Sprintf("7 %d 0;", all))
	if b, err := os.ReadFile(filepath.Join(w.env.Layout.DataDir, "0", "extr_pcap", "7", "1.pcap")); err != nil || len(b) != len(capture) {
		t.Errorf("%d bytes of %d: %v", len(b), len(capture), err)
	}
	live := func(filter string, change ...func(c *Context)) int {
		t.Helper()
		return len(w.run(fmt.Sprintf(`ntop.runLiveExtraction(0, 0, 4000000000, %q)`, filter), change...))
	}
	whole := live("")
	if whole != len(capture) || live("udp") >= whole || live("udp") <= 24 {
		t.Errorf("live: %d of %d bytes, %d of udp", whole, len(capture), live("udp"))
	}
	allowed := func(c *Context) { narrowUser(c); c.Capabilities = ^uint64(0) }
	if n := live("", allowed); n >= whole || n <= 24 {
		t.Errorf("a user of one network gets %d bytes", n)
	}
	if n := live("", narrowUser); n != 0 {
		t.Errorf("a user without the right gets %d bytes", n)
	}
	w.check("not for everybody", `p(ntop.isExtractionRunning(), ntop.getExtractionStatus(), ntop.runExtraction(8, 0, 0, 1, ""), ntop.stopExtraction(7))`, "nil nil nil nil;", narrowUser)
	w.check("wrong arguments", `p(ntop.runExtraction(), ntop.runExtraction(1, 99, 0, 1, ""), ntop.runExtraction(1, 0, 0, 1), ntop.stopExtraction("x"), ntop.runLiveExtraction(0, 0, 1), ntop.runLiveExtraction(99, 0, 1, ""),
ntop.runLiveExtraction(0, 0, 4000000000, "what (") , ntop.getExtractionStatus("x")[7].id)`, "nil nil nil nil nil nil false 7;")
	w.run(`ntop.runExtraction(9, 0, 0, 4000000000, "", 0, "/etc") while ntop.isExtractionRunning() do ntop.msleep(2) end`)
	if !w.log.has("is outside of") || strings.Contains(fmt.Sprint(w.env.extractor.Status()), "9 0") {
		t.Error("a folder elsewhere is read")
	}
}
