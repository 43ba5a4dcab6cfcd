package capture

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedDir returns the folder of test captures, which is not part of the
// repository; without it the test is skipped.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("NTOPGO_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "corpus")); err != nil {
		t.Skipf("no captures to test with: set NTOPGO_SHARED (%v)", err)
	}
	return dir
}

// readAll reads a source to its end.
func readAll(t testing.TB, s Source) []Frame {
	t.Helper()
	var all []Frame
	for {
		var b Batch
		if err := s.Read(&b, 64); err != nil {
			return all
		}
		all = append(all, b.Frames...)
	}
}
