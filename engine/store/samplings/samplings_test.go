package samplings

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSamplings(t *testing.T) {
	t.Parallel()
	ctx, dir := context.Background(), t.TempDir()
	s, err := Open(dir, 3)
	if err != nil {
		t.Fatal(err)
	}
	for at, text := range map[int64]string{60: "a", 120: "b'\"", 180: "c"} {
		if err := s.Add(ctx, Minutes, at, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Add(ctx, Minutes, 60, "again"); err == nil {
		t.Error("two texts for one second")
	}
	if got, err := s.Range(ctx, Minutes, 60, 120); err != nil || !slices.Equal(got, []string{"a", "b'\""}) {
		t.Errorf("%q %v", got, err)
	}
	if got, err := s.Range(ctx, Hours, 0, 1000); err != nil || len(got) != 0 {
		t.Errorf("other series: %q %v", got, err)
	}
	if err := s.Forget(ctx, Minutes, 120); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "3", "top_talkers", "top_talkers.db")); err != nil {
		t.Error(err)
	}
	if s, err = Open(dir, 3); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if got, err := s.Range(ctx, Minutes, 0, 1000); err != nil || !slices.Equal(got, []string{"b'\"", "c"}) {
		t.Errorf("after reopening: %q %v", got, err)
	}
	if _, err := Open(filepath.Join(dir, "3", "top_talkers", "top_talkers.db"), 1); err == nil {
		t.Error("a file as folder")
	}
}
