package bindings

import (
	"strings"
	"testing"

	"ntopgo/engine/dpi"
)

func TestShownInfo(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 70) + ".example.org"
	for _, tc := range []struct {
		name string
		m    dpi.Metadata
		want string
	}{
		{"name", dpi.Metadata{Info: "www.example.org", HostName: "www.example.org"}, "www.example.org"},
		{"long name keeps its end", dpi.Metadata{Info: long, HostName: long}, long[len(long)-79:]},
		{"URL is whole", dpi.Metadata{Info: "www.example.org/" + long, HostName: "www.example.org"}, "www.example.org/" + long},
		{"name only", dpi.Metadata{HostName: "a.example"}, "a.example"},
		{"nothing", dpi.Metadata{}, ""},
	} {
		if got := shownInfo(&tc.m); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
