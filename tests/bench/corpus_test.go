package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// TestCorpusIsShifted writes a capture of three kinds of packets four times.
func TestCorpusIsShifted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v4 := append([]byte{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 8, 0}, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 250, 0, 1, 224, 0, 0, 251, 1, 2, 3, 4, 0, 8, 0, 0)
	source := filepath.Join(dir, "a.pcap")
	writeFile(t, source, decode.LinkEthernet, v4, v4)
	raw := filepath.Join(dir, "b.pcap")
	writeFile(t, raw, decode.LinkRaw, v4[14:])
	out := filepath.Join(dir, "out")
	if n, err := buildCorpus(dir, out, 4); err != nil || n != 12 {
		t.Fatalf("%d packets, %v; want 12", n, err)
	}
	src, err := capture.Open(out, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var b capture.Batch
	if err := src.Read(&b, 64); err != nil || len(b.Frames) != 12 {
		t.Fatalf("%d frames, %v", len(b.Frames), err)
	}
	last := int64(0)
	seen := map[string]int{}
	for _, f := range b.Frames {
		var p decode.Packet
		if r := decode.Decode(f.Link, f.Data, f.WireLen, &p); r != decode.ReasonNone || p.DstAddr().String() != "224.0.0.251" || p.SrcPort != 258 {
			t.Fatalf("%v: %v to %v", r, p.SrcAddr(), p.DstAddr())
		}
		if f.Time < last {
			t.Errorf("a frame at %d after one at %d", f.Time, last)
		}
		last = f.Time
		seen[p.SrcAddr().String()]++
	}
	for _, a := range []string{"10.250.0.1", "10.251.0.1", "10.252.0.1", "10.253.0.1"} {
		if seen[a] != 3 {
			t.Errorf("%d packets of %s, want 3: %v", seen[a], a, seen)
		}
	}
}

func writeFile(t *testing.T, name string, link decode.LinkType, frames ...[]byte) {
	t.Helper()
	var buf bytes.Buffer
	w, err := capture.NewWriter(&buf, link, false, 0)
	for i, f := range frames {
		if err == nil {
			err = w.Write(int64(5+2*i)*1e9, f, 0)
		}
	}
	if err == nil {
		err = os.WriteFile(name, buf.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
