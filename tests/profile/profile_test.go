package main

import (
	"compress/gzip"
	"io"
	"os"
	"regexp"
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
