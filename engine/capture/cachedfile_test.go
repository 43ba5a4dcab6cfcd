package capture

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestFileReader reads a file as it grows, in pieces of all sizes.
func TestFileReader(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "x")
	want := make([]byte, 300_000)
	for n := range want {
		want[n] = byte(n * n >> 7)
	}
	if err := os.WriteFile(name, want[:200_000], 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := fileReader(f)
	var got []byte
	piece := make([]byte, 70_000)
	for size := 1; ; size = min(size*3, len(piece)) {
		n, err := r.Read(piece[:size])
		got = append(got, piece[:n]...)
		if err == io.EOF {
			break
		}
		if err != nil || n == 0 {
			t.Fatalf("%d bytes, %v", n, err)
		}
	}
	if !bytes.Equal(got, want[:200_000]) {
		t.Fatalf("%d bytes, which differ", len(got))
	}
	if err := os.WriteFile(name, want, 0o600); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(rest, want[200_000:]) {
		t.Errorf("what was added later: %d bytes, %v", len(rest), err)
	}
	f.Close()
	if n, err := r.Read(piece); n != 0 || err == nil || err == io.EOF {
		t.Errorf("a closed file gives %d bytes, %v", n, err)
	}
}

// TestFileReaderOfAPipe reads what has no places.
func TestFileReaderOfAPipe(t *testing.T) {
	t.Parallel()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	go func() {
		in.WriteString("some bytes")
		in.Close()
	}()
	if b, err := io.ReadAll(fileReader(out)); err != nil || string(b) != "some bytes" {
		t.Errorf("%q, %v", b, err)
	}
}
