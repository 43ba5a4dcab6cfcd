package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"ntopgo/engine/decode"
)

// TestFramesStayWhileTheirBatchIsHeld reads into several batches in turn and
// looks at each just before it is read into again.
func TestFramesStayWhileTheirBatchIsHeld(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	var buf bytes.Buffer
	w, _ := NewWriter(&buf, decode.LinkEthernet, false, 0)
	const frames = 9000
	sizes := make([]int, frames)
	for i := range sizes {
		sizes[i] = 8 + rnd.IntN(1500)
		if i%1000 == 7 {
			sizes[i] = 200_000
		}
		f := bytes.Repeat([]byte{byte(i)}, sizes[i])
		binary.BigEndian.PutUint64(f, uint64(i))
		w.Write(int64(i), f, 0)
	}
	s, err := Open(put(t, "a.pcap", buf.Bytes()), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	batches := make([]Batch, 4)
	seen := 0
	check := func(b *Batch) {
		for _, f := range b.Frames {
			n := int(binary.BigEndian.Uint64(f.Data))
			if len(f.Data) != sizes[n] || bytes.Count(f.Data[8:], []byte{byte(n)}) != sizes[n]-8 {
				t.Fatalf("frame %d was overwritten", n)
			}
			seen++
		}
	}
	for n := 0; ; n++ {
		b := &batches[n%len(batches)]
		check(b)
		if err := s.Read(b, 1+rnd.IntN(300)); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for i := range batches {
		check(&batches[i])
	}
	if seen != frames {
		t.Errorf("%d frames, want %d", seen, frames)
	}
	if n := len(s.(*fileSource).chunks.free); n > 24 {
		t.Errorf("%d chunks for four batches", n)
	}
}

// TestWindowAgainstBytes peeks and discards at random through a reader that
// gives little at a time.
func TestWindowAgainstBytes(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	data := make([]byte, 3<<20)
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	for _, r := range []io.Reader{bytes.NewReader(data), iotest.HalfReader(bytes.NewReader(data))} {
		w := newWindow(r, &chunkPool{})
		at := 0
		for at < len(data) {
			n := rnd.IntN(3000)
			if rnd.IntN(200) == 0 {
				n = rnd.IntN(readBuffer)
			}
			b, err := w.Peek(n)
			if want := data[at:min(at+n, len(data))]; !bytes.Equal(b, want) || (err == nil) != (len(want) == n) {
				t.Fatalf("at %d: %d bytes and %v, want %d", at, len(b), err, len(want))
			}
			k := rnd.IntN(n + 2)
			got, _ := w.Discard(k)
			if got != min(k, len(data)-at) {
				t.Fatalf("discarded %d, want %d", got, k)
			}
			at += got
		}
		if _, err := w.Peek(readBuffer + 1); err == nil {
			t.Error("more than a chunk holds was promised")
		}
	}
}
