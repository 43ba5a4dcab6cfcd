package dpi

import "testing"

// TestEveryHostPatternIsFound asks for names made of each pattern: what sorts names out
// before the maps are asked must let them pass.
func TestEveryHostPatternIsFound(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]string{"hosts": hostPatterns, "categories": hostCategoryPatterns} {
		parse := parseHosts
		if name == "categories" {
			parse = parseHostCategories
		}
		h, err := parse(table)
		if err != nil {
			t.Fatal(err)
		}
		for pattern := range h.whole {
			for _, host := range []string{pattern, "x." + pattern} {
				if pattern[0] == '-' {
					host = "x" + pattern
				}
				if _, ok := h.find(host); !ok {
					t.Errorf("%s: nothing for %q of pattern %q", name, host, pattern)
				}
			}
		}
		for _, entries := range h.inside {
			for _, en := range entries {
				for _, host := range []string{en.pattern, en.pattern + "x", "x." + en.pattern + "example"} {
					if _, ok := h.find(host); !ok {
						t.Errorf("%s: nothing for %q of pattern %q", name, host, en.pattern)
					}
				}
			}
		}
	}
}
