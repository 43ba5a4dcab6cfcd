// Package e2e runs the end-to-end cases of the original's suite against the
// program and compares the answers by that suite's own rules.
package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"
)

// clockRow are lines the suite leaves out because they hold a time.
var clockRow = regexp.MustCompile(`"value": [0-9]{10},?$|"label": "[0-9]{2}:[0-9]{2}:[0-9]{2}",?$`)

// normalise turns a sequence of JSON documents into the sorted lines that the
// suite compares: keys sorted, arrays sorted, pretty printed, one line per
// value, without lines that an ignored word matches. What follows the first
// text that is no JSON is not looked at, as with jq.
func normalise(text []byte, ignore []string) ([]string, error) {
	words := make([]*regexp.Regexp, 0, len(ignore))
	for _, w := range ignore {
		re, err := regexp.Compile(w)
		if err != nil {
			return nil, fmt.Errorf("ignored word %q: %w", w, err)
		}
		words = append(words, re)
	}
	var lines []string
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	for {
		var v any
		if err := dec.Decode(&v); err != nil {
			if errors.Is(err, io.EOF) || len(lines) > 0 {
				break
			}
			return nil, fmt.Errorf("no JSON: %w: %.200s", err, text)
		}
		pretty, err := json.MarshalIndent(sorted(v), "", "  ")
		if err != nil {
			return nil, err
		}
		lines = append(lines, strings.Split(string(pretty), "\n")...)
	}
	var out []string
next:
	for _, line := range lines {
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		if clockRow.MatchString(line) {
			continue
		}
		for _, w := range words {
			if w.MatchString(line) {
				continue next
			}
		}
		out = append(out, line)
	}
	sort.Strings(out)
	return out, nil
}

// sorted orders arrays by the text of their elements and drops nulls in them;
// numbers that are equal are written alike.
func sorted(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k := range x {
			x[k] = sorted(x[k])
		}
	case []any:
		kept := []any{}
		for _, e := range x {
			if e != nil {
				kept = append(kept, sorted(e))
			}
		}
		sort.SliceStable(kept, func(i, j int) bool { return text(kept[i]) < text(kept[j]) })
		return kept
	case json.Number:
		if f, err := x.Float64(); err == nil {
			return f
		}
	}
	return v
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// differences lists the lines that only one side has: "-" the expected, "+" the
// actual one.
func differences(want, got []string) []string {
	count := map[string]int{}
	for _, l := range want {
		count[l]--
	}
	for _, l := range got {
		count[l]++
	}
	var out []string
	for l, n := range count {
		for ; n < 0; n++ {
			out = append(out, "- "+l)
		}
		for ; n > 0; n-- {
			out = append(out, "+ "+l)
		}
	}
	sort.Strings(out)
	return out
}
