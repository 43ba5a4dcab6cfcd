package record

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

var begin = time.Unix(1700000000, 0)

// udp is a frame from a port.
func udp(port byte) []byte {
	b := make([]byte, 60)
	b[12], b[14], b[23] = 8, 0x45, 17
	b[17] = 46
	b[26], b[29], b[30], b[33] = 10, 1, 10, 2
	b[35], b[37], b[39] = port, 53, 26
	return b
}

// store writes a capture file with one frame a second, from second at on, and
// ports 1, 2, 3, 1, 2, ...
func store(t *testing.T, path string, at, n int) {
	t.Helper()
	var buf bytes.Buffer
	w, err := capture.NewWriter(&buf, decode.LinkEthernet, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := w.Write(begin.Add(time.Duration(at+i)*time.Second).UnixNano(), udp(byte((at+i)%3+1)), 60); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, buf.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	end := begin.Add(time.Duration(at+n) * time.Second)
	if err := os.Chtimes(path, end, end); err != nil {
		t.Fatal(err)
	}
}

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	store(t, filepath.Join(dir, "pcap", "2.pcap"), 10, 10)
	store(t, filepath.Join(dir, "pcap", "1.pcap"), 0, 10)
	for link, to := range map[string]string{"again.pcap": "pcap/1.pcap", "gone.pcap": "nothing"} {
		if err := os.Symlink(filepath.Join(dir, to), filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("no capture"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestStream(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for _, c := range []struct {
		from, to int
		filter   string
		want     uint64
	}{{0, 100, "", 20}, {8, 11, "", 4}, {0, 100, "udp src port 1", 7}, {50, 60, "", 0}} {
		var out bytes.Buffer
		n, size, err := Stream(context.Background(), Query{dir, begin.Add(time.Duration(c.from) * time.Second), begin.Add(time.Duration(c.to) * time.Second), c.filter}, &out)
		if err != nil || n != c.want || size != n*(60+recordHeader) || n > 0 && out.Len() != int(size)+24 {
			t.Errorf("%+v: %d packets, %d bytes, %d written, %v", c, n, size, out.Len(), err)
		}
	}
	for name, q := range map[string]Query{"no folder": {Folder: dir + "x"}, "no files": {Folder: t.TempDir()}, "no filter": {Folder: dir, To: begin.Add(time.Hour), Filter: "what ("}} {
		if n, _, err := Stream(context.Background(), q, &bytes.Buffer{}); err == nil {
			t.Errorf("%s: %d packets", name, n)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Stream(ctx, Query{Folder: dir, To: begin.Add(time.Hour)}, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestJobs(t *testing.T) {
	t.Parallel()
	dir, out := folder(t), t.TempDir()
	var e Extractor
	if _, ok := e.Status(); ok || e.Running() {
		t.Error("a job before the first")
	}
	whole := Query{Folder: dir, From: begin, To: begin.Add(time.Hour)}
	for _, c := range []struct {
		name  string
		job   *Job
		want  Status
		files int
	}{
		{"all", &Job{ID: 1, Query: whole}, Status{1, 20, 20 * 76, CodeDone}, 1},
		{"files of a size", &Job{ID: 2, Query: whole, FileBytes: 5 * 76}, Status{2, 20, 20 * 76, CodeDone}, 4},
		{"a limit", &Job{ID: 3, Query: whole, MaxBytes: 3 * 76}, Status{3, 3, 3 * 76, CodeDone}, 1},
		{"nothing recorded", &Job{ID: 4, Query: Query{Folder: dir + "x"}}, Status{4, 0, 0, CodeNoFiles}, 0},
		{"bad filter", &Job{ID: 5, Query: Query{Folder: dir, To: begin.Add(time.Hour), Filter: "("}}, Status{5, 0, 0, CodeFailed}, 0},
		{"no place", &Job{ID: 6, Query: whole, Out: filepath.Join(dir, "notes.txt")}, Status{6, 0, 0, CodeOutput}, 0},
	} {
		j := c.job
		if j.Out == "" {
			j.Out = filepath.Join(out, c.name)
		}
		if err := e.Start(j); err != nil {
			t.Fatal(err)
		}
		<-j.finished
		s, ok := e.Status()
		files, _ := filepath.Glob(filepath.Join(j.Out, "*.pcap"))
		if s != c.want || !ok || len(files) != c.files || e.Running() {
			t.Errorf("%s: %+v, %d files", c.name, s, len(files))
		}
	}
	e.Stop(99) // another job
	e.Stop(6)
}
