// Package classify answers --classify: it reads one capture, names its flows
// and prints one JSON object for each. It has a flow table of its own, because
// it wants nothing of the flow engine but the names; hosts, statistics, alerts
// and anything that lives longer than the capture do not belong here.
package classify

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net/netip"
	"strings"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
)

// Flow is one line of output.
type Flow struct {
	Src        string   `json:"src"` // sender of the first packet
	SrcPort    uint16   `json:"sport"`
	Dst        string   `json:"dst"`
	DstPort    uint16   `json:"dport"`
	L4         string   `json:"l4"` // name in upper case, or the IANA protocol number
	VLAN       uint16   `json:"vlan"`
	IDs        []uint16 `json:"ids"` // master and application, or one id
	Proto      string   `json:"proto"`
	CategoryID uint8    `json:"category_id"`
	Category   string   `json:"category"`
	Confidence string   `json:"confidence"`
	RiskIDs    []int    `json:"risk_ids"`
	HostName   string   `json:"hostname,omitempty"`
	JA4        string   `json:"ja4,omitempty"`
	JA3C       string   `json:"ja3c,omitempty"`
	JA3S       string   `json:"ja3s,omitempty"`
	TCPPrint   string   `json:"tcp_fp,omitempty"` // with the operating system it is known of
	Info       string   `json:"info,omitempty"`
	C2SPackets uint64   `json:"c2s_pkts"`
	C2SBytes   uint64   `json:"c2s_bytes"` // as on the wire, link layer included
	S2CPackets uint64   `json:"s2c_pkts"`
	S2CBytes   uint64   `json:"s2c_bytes"`
	FirstSeen  float64  `json:"first_seen"` // seconds since the Unix epoch
	LastSeen   float64  `json:"last_seen"`
}

// batchSize is how many frames are read at once.
const batchSize = 256

// Run reads the capture at path and writes one JSON object per flow to w, in
// the order of their first packets. A capture that ends in the middle of a
// record still yields the flows before that, and an error.
func Run(w io.Writer, path string, engine *dpi.Engine) error {
	src, err := capture.Open(path, capture.Config{})
	if err != nil {
		return err
	}
	defer src.Close()
	t := newTable(engine)
	readErr := t.readAll(src)
	out := bufio.NewWriter(w)
	if err := t.print(out); err != nil {
		return fmt.Errorf("print flows: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print flows: %w", err)
	}
	if readErr != nil {
		return fmt.Errorf("read %s: %w", path, readErr)
	}
	if d, ok := src.(capture.Damaged); ok && d.Damage() != "" {
		return errors.New(d.Damage())
	}
	return nil
}

func (t *table) readAll(src capture.Source) error {
	var b capture.Batch
	var p decode.Packet
	for {
		err := src.Read(&b, batchSize)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, capture.ErrTimeout) {
			continue
		}
		if err != nil {
			return err
		}
		for i := range b.Frames {
			f := &b.Frames[i]
			decode.Decode(f.Link, f.Data, f.WireLen, &p)
			p.Time = f.Time
			if p.VLAN == 0 {
				p.VLAN = f.VLAN
			}
			t.add(&p)
		}
	}
}

func (t *table) print(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range t.flows {
		t.engine.GiveUp(f.state, &f.tuple)
		line := t.line(f)
		if err := enc.Encode(&line); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) line(f *flow) Flow {
	e, r := t.engine, f.state.Result()
	out := Flow{
		Src: address(f.tuple.Client), SrcPort: f.tuple.CliPort, Dst: address(f.tuple.Server), DstPort: f.tuple.SrvPort,
		L4: l4Name(f.tuple.Proto), VLAN: f.vlan, IDs: []uint16{r.App}, Proto: e.Name(r),
		CategoryID: r.Category, Category: e.CategoryName(r.Category), Confidence: e.ConfidenceName(r.Confidence),
		RiskIDs:    []int{},
		C2SPackets: f.packets[0], C2SBytes: f.bytes[0], S2CPackets: f.packets[1], S2CBytes: f.bytes[1],
		FirstSeen: float64(f.first) / float64(time.Second), LastSeen: float64(f.last) / float64(time.Second),
	}
	if r.Master != 0 {
		out.IDs = []uint16{r.Master, r.App}
	}
	for set := r.Risks; set != 0; set &= set - 1 {
		out.RiskIDs = append(out.RiskIDs, bits.TrailingZeros64(set))
	}
	if m := f.state.Meta(); m != nil {
		out.HostName, out.JA4, out.Info = valid(m.HostName), m.JA4, valid(m.Info)
		out.JA3C, out.JA3S = m.JA3Client, m.JA3Server
		if out.TCPPrint = m.TCPFingerprint; out.TCPPrint != "" {
			out.TCPPrint += "/" + cmp.Or(m.OSHint, "Unknown")
		}
	}
	return out
}

// address prints an address as ndpiReader does, so that outputs can be joined:
// one that RFC 5952 would not shorten loses its first group of zeros.
func address(a netip.Addr) string {
	s := a.String()
	if a.Is6() && !strings.Contains(s, "::") {
		s = strings.Replace(s, ":0:", "::", 1)
	}
	return s
}

func valid(s string) string { return strings.ToValidUTF8(s, "?") }
