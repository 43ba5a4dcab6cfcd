package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/decode"
)

// put writes a file of the test.
func put(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pcapBytes writes frames at 1.5 s distance from second 100 on.
func pcapBytes(t testing.TB, nano bool, frames ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := NewWriter(&buf, decode.LinkRaw, nano, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		if err := w.Write(int64(100e9)+int64(i)*1500000000+123456789, []byte(f), 1000); err != nil {
			t.Fatal(err)
		}
	}
	return buf.Bytes()
}

// swapped is the same file as a machine of the other byte order writes it.
func swapped(file []byte, recordHeader int) []byte {
	rev := func(b []byte) []byte {
		out := bytes.Clone(b)
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
		return out
	}
	out := append(rev(file[:4]), 0, 2, 0, 4)
	for i := 8; i < 24; i += 4 {
		out = append(out, rev(file[i:i+4])...)
	}
	for b := file[24:]; len(b) > 0; {
		n := binary.LittleEndian.Uint32(b[8:])
		for i := 0; i < 16; i += 4 {
			out = append(out, rev(b[i:i+4])...)
		}
		out = append(out, make([]byte, recordHeader-16)...)
		out = append(out, b[16:16+n]...)
		b = b[16+n:]
	}
	return out
}

func TestPcapFormats(t *testing.T) {
	t.Parallel()
	micro, nano := pcapBytes(t, false, "one", "two", ""), pcapBytes(t, true, "one", "two", "")
	modified := swapped(micro, 24)
	copy(modified, []byte{0xa1, 0xb2, 0xcd, 0x34})
	for name, tc := range map[string]struct {
		file []byte
		time int64
	}{
		"microseconds":              {micro, 100123456000},
		"nanoseconds":               {nano, 100123456789},
		"microseconds, big endian":  {swapped(micro, 16), 100123456000},
		"nanoseconds, big endian":   {swapped(nano, 16), 100123456789},
		"modified records, 24 byte": {modified, 100123456000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(put(t, "a.pcap", tc.file), Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			frames := readAll(t, s)
			if len(frames) != 3 || string(frames[0].Data) != "one" || string(frames[1].Data) != "two" || len(frames[2].Data) != 0 {
				t.Fatalf("frames %v", frames)
			}
			if frames[0].Time != tc.time || frames[1].Time != tc.time+1500000000 || frames[0].WireLen != 1000 || frames[0].Link != decode.LinkRaw {
				t.Errorf("first frame %+v", frames[0])
			}
			if s.Info().Name != "a.pcap" || s.Info().Kind != KindFile || s.Stats() != (Stats{Received: 3}) {
				t.Errorf("info %+v, stats %+v", s.Info(), s.Stats())
			}
		})
	}
}

func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	file := pcapBytes(t, false, "one", "two")
	lie := bytes.Clone(file)
	binary.LittleEndian.PutUint32(lie[24+16+3+8:], 1<<31)
	ng := pcapngBytes(binary.LittleEndian)
	badBlock := append(bytes.Clone(ng), 6, 0, 0, 0, 13, 0, 0, 0)
	noIface := append(bytes.Clone(ng), ngBlock(binary.LittleEndian, 6, append([]byte{9}, make([]byte, 19)...))...)
	for name, tc := range map[string]struct {
		file   []byte
		frames int
		damage string
	}{
		"record cut off":         {file[:len(file)-1], 1, "cut off"},
		"record header cut off":  {file[:len(file)-3-5], 1, "cut off"},
		"length that is a lie":   {lie, 1, "damaged"},
		"pcapng cut off":         {ng[:len(ng)-6], 3, "cut off"},
		"pcapng header cut off":  {append(bytes.Clone(ng), 6, 0, 0), 4, "cut off"},
		"pcapng block length":    {badBlock, 4, "damaged"},
		"pcapng unknown iface":   {noIface, 4, "not described"},
		"nothing but the header": {file[:24], 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(put(t, "a.pcap", tc.file), Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			frames := readAll(t, s)
			damage := s.(Damaged).Damage()
			wantErrors := uint64(1)
			if tc.damage == "" {
				wantErrors = 0
			}
			if len(frames) != tc.frames || !strings.Contains(damage, tc.damage) || s.Stats().Errors != wantErrors {
				t.Errorf("%d frames, damage %q, stats %+v; want %d frames, damage %q", len(frames), damage, s.Stats(), tc.frames, tc.damage)
			}
			if damage != "" && !strings.Contains(damage, "a.pcap") {
				t.Errorf("damage %q does not name the file", damage)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	text := put(t, "notes.txt", []byte("# a comment\n\nnot a file at all\n"))
	for _, tc := range []struct {
		name string
		cfg  Config
		want string
	}{
		{put(t, "x.bin", []byte("\x7fELF\x00\x00\x00\x00")), Config{}, "x.bin: neither a capture file"},
		{put(t, "empty.pcap", nil), Config{}, "empty.pcap: neither a capture file"},
		{text, Config{}, "notes.txt: neither a capture file"},
		{put(t, "short.pcap", []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0}), Config{}, "header cut off"},
		{t.TempDir(), Config{}, "is a directory"},
		{"/nowhere/at/all.pcap", Config{}, "/nowhere/at/all.pcap"},
		{"missing.pcap", Config{}, "open capture file"},
		{"nosuchnic0", Config{}, "nosuchnic0: no such network interface"},
		{"a-name-far-too-long-for-an-interface", Config{}, "no such network interface"},
		{"view:eth0,eth1", Config{}, "view:eth0,eth1: views"},
		{"99999", Config{}, "interface number 99999"},
		{"", Config{}, "empty name"},
		{"dummy", Config{Filter: "tcp port"}, `packet filter "tcp port"`},
		{"dummy", Config{Direction: 7}, "capture direction 7"},
	} {
		s, err := Open(tc.name, tc.cfg)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("Open(%q): error %v, want one with %q", tc.name, err, tc.want)
		}
		if err == nil {
			s.Close()
		}
	}
}

// ngBlock frames the body of a pcapng block.
func ngBlock(o binary.AppendByteOrder, typ uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(12 + len(body))
	b := o.AppendUint32(o.AppendUint32(nil, typ), n)
	return o.AppendUint32(append(b, body...), n)
}

// pcapngBytes has two interfaces of different link type and resolution, a
// block that means nothing to us, and an enhanced packet of each interface, an
// obsolete and a simple one.
func pcapngBytes(o binary.AppendByteOrder) []byte {
	shb := o.AppendUint16(o.AppendUint32(nil, 0x1a2b3c4d), 1)
	shb = append(o.AppendUint16(shb, 0), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	file := ngBlock(o, blockSection, shb)
	idb := func(link uint16, options ...byte) []byte {
		return ngBlock(o, blockInterface, append(o.AppendUint32(o.AppendUint16(o.AppendUint16(nil, link), 0), 0), options...))
	}
	file = append(file, idb(1)...) // microseconds
	nano := o.AppendUint16(o.AppendUint16(nil, 9), 1)
	nano = append(nano, 9, 0, 0, 0)
	nano = o.AppendUint16(o.AppendUint16(nano, 14), 8)
	if o == binary.AppendByteOrder(binary.BigEndian) {
		nano = append(nano, 0, 0, 0, 0, 0, 0, 0, 50)
	} else {
		nano = append(nano, 50, 0, 0, 0, 0, 0, 0, 0)
	}
	file = append(file, idb(101, nano...)...) // nanoseconds, 50 s late
	file = append(file, ngBlock(o, 0x0bad, make([]byte, 1<<20))...)
	epb := func(iface uint32, ts uint64, data string, options ...byte) []byte {
		b := o.AppendUint32(nil, iface)
		b = o.AppendUint32(o.AppendUint32(b, uint32(ts>>32)), uint32(ts))
		b = o.AppendUint32(o.AppendUint32(b, uint32(len(data))), 99)
		b = append(b, data...)
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
		return ngBlock(o, blockEnhanced, append(b, options...))
	}
	out := o.AppendUint32(o.AppendUint16(o.AppendUint16(nil, 2), 4), 2)
	file = append(file, epb(0, 100e6+7, "first", out...)...)
	file = append(file, epb(1, 100e9+7, "second")...)
	opb := o.AppendUint16(o.AppendUint16(nil, 0), 0)
	opb = o.AppendUint32(o.AppendUint32(opb, 0), 200e6)
	opb = append(o.AppendUint32(o.AppendUint32(opb, 5), 5), "third"...)
	file = append(file, ngBlock(o, blockPacket, opb)...)
	return append(file, ngBlock(o, blockSimple, append(o.AppendUint32(nil, 6), "fourth"...))...)
}

func TestPcapNG(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Two sections: the second describes its interfaces anew.
			file := append(pcapngBytes(o), pcapngBytes(o)...)
			s, err := Open(put(t, "a.pcapng", file), Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			frames := readAll(t, s)
			if len(frames) != 8 {
				t.Fatalf("%d frames, damage %q", len(frames), s.(Damaged).Damage())
			}
			for i, want := range []Frame{
				{Time: 100e9 + 7000, WireLen: 99, Link: 1, Data: []byte("first"), Outgoing: true},
				{Time: 150e9 + 7, WireLen: 99, Link: 101, Data: []byte("second")},
				{Time: 200e9, WireLen: 5, Link: 1, Data: []byte("third")},
				{Time: 200e9, WireLen: 6, Link: 1, Data: []byte("fourth")},
			} {
				for _, got := range []Frame{frames[i], frames[i+4]} {
					if fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("frame %d: %+v, want %+v", i, got, want)
					}
				}
			}
		})
	}
}

func TestResolution(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		v    byte
		ts   uint64
		want int64
	}{
		{6, 1500000, 1500000000},
		{9, 1500000001, 1500000001},
		{3, 1500, 1500000000},
		{0, 2, 2000000000},
		{12, 1500000000999, 1500000000},
		{0x80 | 10, 1536, 1500000000},
		{0x80 | 63, 3 << 62, 1500000000},
		{100, 1500000, 1500000000}, // nonsense: taken as microseconds
	} {
		if got := (ngInterface{perSec: resolution(tc.v)}).nanoseconds(tc.ts); got != tc.want {
			t.Errorf("resolution %#x: %d is %d ns, want %d", tc.v, tc.ts, got, tc.want)
		}
	}
}

func TestFileList(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"a.pcap": pcapBytes(t, false, "one", "two"),
		"b.pcap": pcapngBytes(binary.LittleEndian),
		"c.pcap": []byte("no capture"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list := filepath.Join(dir, "list")
	text := "# captures\n\nmissing.pcap\n" + filepath.Join(dir, "a.pcap") + "  \r\nc.pcap\nb.pcap\n"
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said []string
	s, err := Open(list, Config{Logf: func(f string, a ...any) { said = append(said, fmt.Sprintf(f, a...)) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	frames := readAll(t, s)
	if len(frames) != 6 || string(frames[0].Data) != "one" || string(frames[5].Data) != "fourth" {
		t.Errorf("frames %v", frames)
	}
	if s.Stats().Errors != 2 || len(said) != 2 || !strings.Contains(said[0], "missing.pcap") || !strings.Contains(said[1], "c.pcap") {
		t.Errorf("errors %d, said %q", s.Stats().Errors, said)
	}
}

func TestFileTimes(t *testing.T) {
	t.Parallel()
	name := put(t, "a.pcap", pcapBytes(t, false, "one", "two", "three"))
	now := time.Unix(1700000000, 0)
	var slept time.Duration
	clock := Config{
		Now:   func() time.Time { return now },
		Sleep: func(d time.Duration) { slept += d; now = now.Add(d) },
	}
	paced := clock
	paced.OriginalSpeed = true
	s, err := Open(name, paced)
	if err != nil {
		t.Fatal(err)
	}
	start := now
	frames := readAll(t, s)
	s.Close()
	if len(frames) != 3 || slept != 3*time.Second || frames[2].Time != start.Add(3*time.Second).UnixNano() {
		t.Errorf("slept %v, last frame at %d", slept, frames[2].Time)
	}
	reforged := clock
	reforged.ReforgeTimestamps = true
	if s, err = Open(name, reforged); err != nil {
		t.Fatal(err)
	}
	slept = 0
	frames = readAll(t, s)
	s.Close()
	if slept != 0 || frames[0].Time != now.UnixNano() || frames[2].Time != now.UnixNano() {
		t.Errorf("reforged: slept %v, times %d %d", slept, frames[0].Time, frames[2].Time)
	}
}

func TestPacedReadIsInterruptedByClose(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w, _ := NewWriter(&buf, decode.LinkRaw, false, 0)
	w.Write(1e9, []byte("now"), 0)
	w.Write(1e9+int64(time.Hour), []byte("later"), 0)
	s, err := Open(put(t, "a.pcap", buf.Bytes()), Config{OriginalSpeed: true})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := s.Read(&b, 10); err != nil || len(b.Frames) != 1 {
		t.Fatalf("first read: %d frames, %v", len(b.Frames), err)
	}
	ended := make(chan error, 1)
	go func() {
		var b Batch
		s.Read(&b, 10)
		ended <- s.Read(&b, 10)
	}()
	s.Close()
	select {
	case err := <-ended:
		if err != io.EOF {
			t.Errorf("after Close: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Read goes on after Close")
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"pcap":   pcapBytes(t, false, "one", "two", "three", "four"),
		"pcapng": pcapngBytes(binary.LittleEndian),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			// The stream stalls in the middle of the last record until Read has said so.
			cut := len(file) - 9
			resume := make(chan struct{})
			go func() {
				w.Write(file[:cut])
				<-resume
				w.Write(file[cut:])
				w.Close()
			}()
			s, err := openStdin(r, Config{PollInterval: 20 * time.Millisecond}.mustDefaults(t))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var frames []Frame
			resumed := false
			for {
				var b Batch
				err := s.Read(&b, 64)
				frames = append(frames, b.Frames...)
				if errors.Is(err, ErrTimeout) {
					if len(frames) == 3 && !resumed {
						resumed = true
						close(resume)
					}
					continue
				}
				if err != nil {
					break
				}
			}
			if !resumed || len(frames) != 4 || s.(Damaged).Damage() != "" {
				t.Errorf("stalled %v, %d frames, damage %q", resumed, len(frames), s.(Damaged).Damage())
			}
		})
	}
}

func (c Config) mustDefaults(t *testing.T) Config {
	t.Helper()
	c, err := c.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDummy(t *testing.T) {
	t.Parallel()
	s, err := Open("dummy", Config{PollInterval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := s.Read(&b, 1); err != ErrTimeout || s.Info().Kind != KindDummy {
		t.Errorf("read: %v, info %+v", err, s.Info())
	}
	s.Close()
	if err := s.Read(&b, 1); err != io.EOF {
		t.Errorf("after Close: %v", err)
	}
}

// FuzzFile feeds arbitrary bytes to the readers: they may not panic, and every
// frame must be one that the file can hold.
func FuzzFile(f *testing.F) {
	f.Add(pcapBytes(f, false, "one", "two"))
	f.Add(swapped(pcapBytes(f, true, "one", "two"), 16))
	ng := pcapngBytes(binary.LittleEndian)
	f.Add(append(bytes.Clone(ng[:200]), ng[len(ng)-200:]...))
	f.Fuzz(func(t *testing.T, file []byte) {
		s := newFileSource(Info{Name: "fuzz"}, Config{}.mustDefaults(t))
		if err := s.begin("fuzz", newWindow(bytes.NewReader(file), &s.chunks), nil); err != nil {
			return
		}
		total := 0
		for {
			var b Batch
			err := s.Read(&b, 64)
			for _, fr := range b.Frames {
				total += len(fr.Data)
				if fr.WireLen < len(fr.Data) {
					t.Fatalf("wire length %d of %d bytes", fr.WireLen, len(fr.Data))
				}
			}
			if err != nil {
				break
			}
		}
		if total > len(file) {
			t.Fatalf("%d bytes of frames out of a file of %d", total, len(file))
		}
	})
}

func TestReadReusesMemory(t *testing.T) {
	var buf bytes.Buffer
	w, _ := NewWriter(&buf, decode.LinkEthernet, false, 0)
	frame := tcpFrame(80)
	for i := range 64 * 210 {
		w.Write(int64(i), frame, 0)
	}
	s, err := Open(put(t, "a.pcap", buf.Bytes()), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b Batch
	if n := testing.AllocsPerRun(200, func() {
		if err := s.Read(&b, 64); err != nil || len(b.Frames) != 64 {
			t.Fatalf("%d frames, %v", len(b.Frames), err)
		}
	}); n > 0 {
		t.Errorf("%v allocations for a batch", n)
	}
}

func BenchmarkReadFile(b *testing.B) {
	var buf bytes.Buffer
	w, _ := NewWriter(&buf, decode.LinkEthernet, false, 0)
	frame := make([]byte, 500)
	for i := range 20000 {
		w.Write(int64(i), frame, 0)
	}
	name := put(b, "a.pcap", buf.Bytes())
	var batch Batch
	frames := 0
	b.ReportAllocs()
	for b.Loop() {
		s, err := Open(name, Config{})
		if err != nil {
			b.Fatal(err)
		}
		for s.Read(&batch, 128) == nil {
			frames += len(batch.Frames)
		}
		s.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(frames), "ns/frame")
}
