package classify

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ntopgo/engine/dpi"
)

func engine(t testing.TB) *dpi.Engine {
	t.Helper()
	e, err := dpi.New(dpi.Config{OnPanic: func(d string, v any) { t.Errorf("dissector %s panicked: %v", d, v) }})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// frame builds Ethernet, an optional VLAN tag, IPv4 and UDP around a payload.
func frame(vlan uint16, src, dst byte, sport, dport uint16, payload string) []byte {
	b := make([]byte, 12, 64+len(payload))
	if vlan != 0 {
		b = binary.BigEndian.AppendUint16(append(b, 0x81, 0), vlan)
	}
	b = append(b, 8, 0, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(28+len(payload)))
	b = append(b, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, src, 192, 0, 2, dst)
	b = binary.BigEndian.AppendUint16(b, sport)
	b = binary.BigEndian.AppendUint16(b, dport)
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	return append(append(b, 0, 0), payload...)
}

// capturePcap writes frames one second apart.
func capturePcap(t *testing.T, frames ...[]byte) string {
	t.Helper()
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0)
	for i, f := range frames {
		for _, v := range []uint32{1700000000 + uint32(i), 500000, uint32(len(f)), uint32(len(f))} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		b = append(b, f...)
	}
	path := filepath.Join(t.TempDir(), "test.pcap")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, path string) ([]Flow, error) {
	t.Helper()
	var out bytes.Buffer
	err := Run(&out, path, engine(t))
	var flows []Flow
	for line := range strings.Lines(out.String()) {
		var f Flow
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		flows = append(flows, f)
	}
	return flows, err
}

const ntp = "\x23\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func TestRun(t *testing.T) {
	t.Parallel()
	flows, err := run(t, capturePcap(t,
		frame(0, 9, 1, 40000, 123, ntp),
		frame(7, 9, 1, 40000, 123, ntp), // the same tuple in a VLAN is another flow
		frame(0, 1, 9, 123, 40000, ntp),
		frame(0, 2, 3, 41000, 42000, "\xe3 nothing known"),
	))
	if err != nil || len(flows) != 3 {
		t.Fatalf("%d flows, %v", len(flows), err)
	}
	f := flows[0]
	if f.Src != "192.0.2.9" || f.SrcPort != 40000 || f.Dst != "192.0.2.1" || f.DstPort != 123 || f.L4 != "UDP" || f.Proto != "NTP" ||
		!slices.Equal(f.IDs, []uint16{9}) || f.Confidence != "DPI" || f.Category != "System" || len(f.RiskIDs) != 0 {
		t.Errorf("first flow: %+v", f)
	}
	if f.C2SPackets != 1 || f.S2CPackets != 1 || f.C2SBytes != 90 || f.S2CBytes != 90 || f.FirstSeen != 1700000000.5 || f.LastSeen != 1700000002.5 {
		t.Errorf("counters: %+v", f)
	}
	if flows[1].VLAN != 7 || flows[1].S2CPackets != 0 || !slices.Equal(flows[1].RiskIDs, []int{46}) {
		t.Errorf("second flow: %+v", flows[1])
	}
	if flows[2].Proto != "Unknown" || !slices.Equal(flows[2].IDs, []uint16{0}) || flows[2].Confidence != "Unknown" {
		t.Errorf("third flow: %+v", flows[2])
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	whole := capturePcap(t, frame(0, 9, 1, 40000, 123, ntp), frame(0, 8, 1, 40000, 123, ntp))
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short.pcap")
	if err := os.WriteFile(short, b[:len(b)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	if flows, err := run(t, short); err == nil || len(flows) != 1 {
		t.Errorf("cut capture: %d flows, error %v; want the whole flow and an error", len(flows), err)
	}
	if _, err := run(t, filepath.Join(t.TempDir(), "missing.pcap")); err == nil {
		t.Error("a missing file is no error")
	}
}

// TestCorpus compares with nDPI's answers for its own captures. The floor is
// what was reached when it was last raised.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("NTOPGO_DPI_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus/ndpi"
	}
	in, err := os.Open(filepath.Join(dir, "expected.jsonl"))
	if err != nil {
		t.Skipf("no corpus of classified captures (NTOPGO_DPI_CORPUS or %s): %v", dir, err)
	}
	defer in.Close()
	type expected struct {
		File  string
		Flows []struct {
			Src, Dst     string
			Sport, Dport uint16
			L4           string
			IDs          []uint16
		}
	}
	type tuple struct {
		a, b   string
		pa, pb uint16
		l4     string
	}
	key := func(a string, pa uint16, b string, pb uint16, l4 string) tuple {
		if b < a || a == b && pb < pa {
			a, b, pa, pb = b, a, pb, pa
		}
		return tuple{a, b, pa, pb, strings.ToUpper(l4)}
	}
	// Floods and scans hold half of all flows and would hide everything else.
	floods := []string{"synscan.pcap", "gnutella.pcap", "WebattackXSS.pcap", "WebattackRCE.pcap", "srvloc.pcap", "fuzz-2006-06-26-2594.pcap"}
	total, right := 0, 0
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var want expected
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, want.File)
		if _, err := os.Stat(path); err != nil || slices.Contains(floods, want.File) {
			continue
		}
		flows, _ := run(t, path)
		got := map[tuple][][]uint16{}
		for _, f := range flows {
			k := key(f.Src, f.SrcPort, f.Dst, f.DstPort, f.L4)
			got[k] = append(got[k], f.IDs)
		}
		for _, f := range want.Flows {
			total++
			ids := f.IDs
			if len(ids) == 2 && ids[0] == ids[1] {
				ids = ids[:1]
			}
			if len(ids) == 2 && ids[0] == 0 {
				ids = ids[1:]
			}
			if slices.ContainsFunc(got[key(f.Src, f.Sport, f.Dst, f.Dport, f.L4)], func(g []uint16) bool { return slices.Equal(g, ids) }) {
				right++
			}
		}
	}
	if total == 0 {
		t.Skip("the corpus folder holds no captures")
	}
	share := float64(right) / float64(total)
	t.Logf("%d of %d flows are named as nDPI names them (%.1f %%)", right, total, 100*share)
	if share < 0.93 {
		t.Errorf("%.1f %% of the flows, want at least 93 %%", 100*share)
	}
}
