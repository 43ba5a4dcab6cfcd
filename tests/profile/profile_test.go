package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDefaultProfile looks for paths of the machine where default.pgo was made: pprof
// notes that of the binary, and those of sources without -trimpath.
func TestDefaultProfile(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../../default.pgo")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if at := regexp.MustCompile(`/(tmp|home|root|usr|opt|var|work)/[\w.]`).Find(b); at != nil {
		t.Errorf("it holds a path that begins with %q", at)
	}
}

// TestNoRecordings finds what profilers leave behind, which names the files of the machine:
// of the files that belong to the repository two are no text.
func TestNoRecordings(t *testing.T) {
	t.Parallel()
	list, err := exec.Command("git", "-C", "../..", "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("not a clone: %v", err)
	}
	binary := []string{"compat/layout/demo/demo.pcap", "default.pgo"}
	for _, name := range strings.Split(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		b, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			continue // deleted and not committed yet
		}
		if bytes.IndexByte(b, 0) >= 0 && !slices.Contains(binary, name) {
			t.Errorf("%s is no text", name)
		}
	}
}
