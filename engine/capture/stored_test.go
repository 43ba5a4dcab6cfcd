package capture

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestStored tells files from streams that may stall.
func TestStored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	header := []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0}
	file, fifo := filepath.Join(dir, "a.pcap"), filepath.Join(dir, "b.pcap")
	if err := os.WriteFile(file, header, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := w.Write(header); err != nil {
		t.Fatal(err)
	}
	list := func(name, content string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for name, want := range map[string]bool{
		file: true, fifo: false,
		list("files.txt", file+"\n"+file+"\n"):    true,
		list("a stream.txt", file+"\n"+fifo+"\n"): false,
	} {
		s, err := Open(name, Config{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := s.Info().Stored; got != want {
			t.Errorf("%s: stored %v, want %v", filepath.Base(name), got, want)
		}
		_ = s.Close()
	}
}
