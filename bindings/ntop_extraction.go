package bindings

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/compat/users"
	"ntopgo/engine/record"
)

// Group "Traffic Recording & Extraction": packets of capture files that a
// recorder writes into an interface's folder "timeline".
func init() {
	register("ntop", map[string]func(c *Call){
		"runExtraction":       runExtraction,
		"stopExtraction":      stopExtraction,
		"isExtractionRunning": isExtractionRunning,
		"getExtractionStatus": getExtractionStatus,
		"runLiveExtraction":   runLiveExtraction,
	})
}

// maxExtractions is how many live extractions run at once.
const maxExtractions = 2

// recorded is what to look for in the traffic of an interface. path is another
// folder than the interface's own; it must lie below the folder of captures.
func (c *Call) recorded(ifid int, from, to int64, filter, path string) record.Query {
	root := c.Env.Layout.PcapDir
	if root == "" {
		root = c.Env.Layout.DataDir
	}
	folder := filepath.Join(root, strconv.Itoa(ifid), "timeline")
	if path != "" {
		if rel, err := filepath.Rel(root, path); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
			folder = path
		} else {
			c.Env.Log.Logf(1, "%s: %s is outside of %s and is left alone", c.b.Key(), path, root)
		}
	}
	return record.Query{Folder: folder, From: time.Unix(from, 0), To: time.Unix(to, 0), Filter: c.restricted(filter)}
}

// restricted limits a filter to the networks that the user may see.
func (c *Context) restricted(filter string) string {
	if c.Admin() || c.AllowedNets == "" {
		return filter
	}
	var nets []string
	for _, n := range strings.Split(c.AllowedNets, ",") {
		if n = strings.TrimSpace(n); n != "" && n != "0.0.0.0/0" && n != "::/0" {
			nets = append(nets, "net "+n)
		}
	}
	switch allowed := strings.Join(nets, " or "); {
	case allowed == "":
		return filter
	case strings.TrimSpace(filter) == "":
		return allowed
	default:
		return "(" + filter + ") and (" + allowed + ")"
	}
}

// runExtraction takes job, interface, from, to, filter, maximum of bytes and
// another folder.
func runExtraction(c *Call) {
	defer c.Push(nil)
	n := c.naturals(4)
	if n == nil || !c.Admin() || c.Kind(5) != lua.String || c.Env.Interface(int(n[1])) == nil {
		return
	}
	q := c.recorded(int(n[1]), n[2], n[3], c.String(5), c.word(7))
	out := filepath.Join(filepath.Dir(c.recorded(int(n[1]), 0, 0, "", "").Folder), "extr_pcap", strconv.FormatInt(n[0], 10))
	c.Failed(c.Env.extractor.Start(&record.Job{ID: n[0], Query: q, Out: out, MaxBytes: uint64(max(c.OptInteger(6, 0), 0)),
		FileBytes: uint64(max(c.Env.Prefs.Int("max_extracted_pcap_bytes"), 0))}))
}

func stopExtraction(c *Call) {
	if id, ok := c.Int(1); ok && c.Admin() {
		c.Env.extractor.Stop(id)
	}
	c.Push(nil)
}

func isExtractionRunning(c *Call) {
	if !c.Admin() {
		c.Push(nil)
		return
	}
	c.Push(c.Env.extractor.Running())
}

// getExtractionStatus maps the last job to how far it is.
func getExtractionStatus(c *Call) {
	if !c.Admin() {
		c.Push(nil)
		return
	}
	t := lua.NewTable(1)
	if s, ok := c.Env.extractor.Status(); ok {
		t.Set(s.ID, lua.NewTable(4).
			Set("id", s.ID).
			Set("extracted_pkts", s.Packets).
			Set("extracted_bytes", s.Bytes).
			Set("status", s.Code))
	}
	c.Push(t)
}

// runLiveExtraction takes interface, from, to, filter and another folder, and
// writes the packets as a capture file to the answer.
func runLiveExtraction(c *Call) {
	n := c.naturals(3)
	if n == nil || c.Kind(4) != lua.String || c.Out == nil || c.Env.Interface(int(n[0])) == nil || !c.AllowsInterface(int(n[0])) ||
		!c.can(users.CapPcapDownload) {
		c.Push(nil)
		return
	}
	if c.Env.extractions.Add(1) > maxExtractions {
		c.Env.extractions.Add(-1)
		c.Push(false)
		return
	}
	defer c.Env.extractions.Add(-1)
	c.Out.Flush()
	_, _, err := record.Stream(context.Background(), c.recorded(int(n[0]), n[1], n[2], c.String(4), c.word(5)), c.Out)
	c.Push(!c.Failed(err))
}
