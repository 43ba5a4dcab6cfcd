package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
)

// Build describes the program for --version.
type Build struct {
	Version  string // as ntop.getInfo().version
	Revision string
}

// WriteVersion prints what --version prints.
func WriteVersion(w io.Writer, b Build) {
	_, _ = fmt.Fprintf(w, "Version:\t%s [Community build]\nGIT rev:\t%s\nBuilt with:\t%s %s/%s\n",
		b.Version, b.Revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// WriteVersionJSON prints what --version-json prints.
func WriteVersionJSON(w io.Writer, b Build) error {
	return json.NewEncoder(w).Encode(map[string]any{
		"version": b.Version, "revision": b.Revision, "edition": "community",
		"platform": runtime.GOOS + "/" + runtime.GOARCH, "license": "GPL-3.0-or-later",
	})
}

const column = 36

// WriteUsage prints the help text.
func WriteUsage(w io.Writer) {
	var b strings.Builder
	b.WriteString("Usage:\n  ntopng <configuration file> [options]\n  or\n  ntopng [options]\n\nOptions:\n")
	own := false
	for _, row := range table {
		if row.own && !own {
			own = true
			b.WriteString("\nOptions of this program:\n")
		}
		head := "[--" + row.long
		if row.short != "" {
			head += "|-" + row.short
		}
		head += "]"
		if row.arg != "" {
			head += " <" + strings.Trim(row.arg, "<>") + ">"
		}
		lines := wrapText(row.help, 60)
		if len(head) > column {
			fmt.Fprintf(&b, "%s\n", head)
			head = ""
		}
		for _, line := range lines {
			fmt.Fprintf(&b, "%-*s| %s\n", column, head, line)
			head = ""
		}
	}
	fmt.Fprintf(&b, `
Without -i every network interface is read. Sources: a network interface, any, a
pcap or pcapng file, a text file that lists such files, - for a capture on the
standard input, zmq://host:port[c], syslog://host:port, dummy.
Defaults: data directory %s, HTTP port %d,
local networks %s.
`, DefaultDataDir, DefaultHTTPPort, DefaultLocalNetworks)
	_, _ = io.WriteString(w, b.String())
}

func wrapText(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
