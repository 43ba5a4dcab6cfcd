package bindings

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"sort"
	"strings"
)

// shapeText describes the tables that bindings return: "## names" in a line of
// its own, separated by commas, then the text for all of them.
//
//go:embed shapes.md
var shapeText string

// shapes are the texts of shapeText by "namespace.name".
func shapes() map[string]string {
	out := map[string]string{}
	for _, section := range strings.Split("\n"+shapeText, "\n## ")[1:] {
		names, text, _ := strings.Cut(section, "\n")
		for _, n := range strings.Split(names, ",") {
			out[strings.TrimSpace(n)] = strings.TrimSpace(text)
		}
	}
	return out
}

const referenceHead = `# Lua bindings

Written by ` + "`go run ./bindings/gendoc`" + ` from the registry in ` + "`bindings/`" + `; a test
fails when it is out of date. ` + "`ntopng --list-bindings [--json]`" + ` prints the same
status list.

Signatures say what is read, in this order; ` + "`[x]`" + ` may be left out. A wrong type is
logged and read as the zero value, it does not end the script. Where the
documentation of the original has another number of arguments, the column
"documented" gives its version.

Edition "paid" names exist only in paid editions of the original; scripts test
for them. Years say whose virtual machine has the name: that of the trees of
October 2024 or of July 2026.

| status | meaning |
|---|---|
| working | does what the original does |
| unavailable | answers what the original answers where the feature is missing; the reason follows |
| later | waits for a part of its own: RRD, ClickHouse or the native checks |
| pending | not built yet |

`

// namespaceOrder is how the reference is ordered.
var namespaceOrder = []string{"ntop", "interface", "flow", "host", "network"}

// WriteReference writes the reference of all bindings as Markdown.
func WriteReference(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString(referenceHead)
	all := All()
	intro, _, _ := strings.Cut(shapeText, "\n## ")
	out.WriteString(intro + "\n")
	writeTotals(out, all)
	text := shapes()
	for _, ns := range namespaceOrder {
		fmt.Fprintf(out, "\n## %s\n", ns)
		groups := map[string][]*Binding{}
		for _, b := range all {
			if b.Namespace == ns {
				groups[b.Group] = append(groups[b.Group], b)
			}
		}
		for _, g := range sortedKeys(groups) {
			writeGroup(out, g, groups[g], text)
		}
	}
	return out.Flush()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func writeTotals(out *bufio.Writer, all []*Binding) {
	n := map[string]map[Status]int{}
	for _, b := range all {
		if n[b.Namespace] == nil {
			n[b.Namespace] = map[Status]int{}
		}
		n[b.Namespace][b.Status]++
	}
	statuses := []Status{Working, Unavailable, Later, Pending}
	out.WriteString("| namespace |")
	for _, s := range statuses {
		fmt.Fprintf(out, " %s |", s)
	}
	out.WriteString("\n|---|" + strings.Repeat("---|", len(statuses)) + "\n")
	for _, ns := range namespaceOrder {
		fmt.Fprintf(out, "| %s |", ns)
		for _, s := range statuses {
			fmt.Fprintf(out, " %d |", n[ns][s])
		}
		out.WriteString("\n")
	}
}

func writeGroup(out *bufio.Writer, group string, list []*Binding, text map[string]string) {
	fmt.Fprintf(out, "\n### %s\n\n| function | returns | meaning | edition | status |\n|---|---|---|---|---|\n", group)
	for _, b := range list {
		fn := "`" + b.Name + b.Signature + "`"
		if b.Documented != "" {
			fn += " (documented: `" + b.Documented + "`)"
		}
		status := string(b.Status)
		if b.Reason != "" {
			status += ": " + b.Reason
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s |\n", cell(fn), cell(b.Returns), cell(b.Summary), cell(b.edition()), cell(status))
	}
	for _, b := range list {
		if t := text[b.Key()]; t != "" {
			fmt.Fprintf(out, "\n`%s` returns: %s\n", b.Key(), t)
		}
	}
}

// edition says where the original has the name.
func (b *Binding) edition() string {
	var years []string
	if b.In2024 {
		years = append(years, "2024")
	}
	if b.In2026 {
		years = append(years, "2026")
	}
	s := strings.Join(years, ", ")
	if b.Pro {
		s = strings.TrimPrefix(s+", paid", ", ")
	}
	if s == "" {
		s = "documented only"
	}
	return s
}

// cell makes a text fit into a table.
func cell(s string) string { return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s) }
