package capture

import (
	"encoding/binary"
	"io"
	"math/bits"

	"ntopgo/engine/decode"
)

// pcapFormat is what the magic number of a pcap file says.
type pcapFormat struct {
	big      bool  // byte order of the file
	fraction int64 // nanoseconds per unit of the second time field
	header   int   // size of a record header
}

func (f *pcapFormat) order() binary.ByteOrder {
	if f.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// word reads 32 bits, without the call through an interface that every record
// would pay for.
func (f *pcapFormat) word(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if f.big {
		return bits.ReverseBytes32(v)
	}
	return v
}

// pcapMagic holds the magic numbers as they stand in the file: microseconds,
// nanoseconds and A. Kuznetzov's modified format, each in both byte orders.
var pcapMagic = map[[4]byte]pcapFormat{
	{0xd4, 0xc3, 0xb2, 0xa1}: {false, 1000, 16},
	{0xa1, 0xb2, 0xc3, 0xd4}: {true, 1000, 16},
	{0x4d, 0x3c, 0xb2, 0xa1}: {false, 1, 16},
	{0xa1, 0xb2, 0x3c, 0x4d}: {true, 1, 16},
	{0x34, 0xcd, 0xb2, 0xa1}: {false, 1000, 24},
	{0xa1, 0xb2, 0xcd, 0x34}: {true, 1000, 24},
}

// pcapRecords reads a pcap file (draft-ietf-opsawg-pcap).
type pcapRecords struct {
	r       *window
	format  pcapFormat
	link    decode.LinkType
	minor   uint16 // version 2.minor
	discard int    // bytes of the last record that are still in the buffer
}

func newPcap(r *window, format pcapFormat) (*pcapRecords, error) {
	h, err := r.Peek(24)
	if err != nil {
		if err == io.EOF {
			return nil, errDamaged{"pcap file header cut off"}
		}
		return nil, err
	}
	p := &pcapRecords{r: r, format: format, link: decode.LinkType(format.word(h[20:]) & 0xffff), minor: format.order().Uint16(h[6:])}
	if format.order().Uint16(h[4:]) != 2 {
		p.minor = 4 // other major versions are too rare to be trusted with the old order
	}
	_, err = r.Discard(24)
	return p, err
}

func (p *pcapRecords) next(f *Frame) error {
	if _, err := p.r.Discard(p.discard); err != nil {
		return err
	}
	p.discard = 0
	h, err := p.r.Peek(p.format.header)
	if err != nil {
		return cutOff(err, len(h), "last record header")
	}
	sec, frac := int64(p.format.word(h)), int64(p.format.word(h[4:]))
	capLen, wireLen := p.lengths(h[8:])
	if capLen > MaxSnapLen {
		return damaged("record claims %d captured bytes: the file is damaged from here on", capLen)
	}
	rec, err := p.r.Peek(p.format.header + int(capLen))
	if err != nil {
		return cutOff(err, len(rec), "last record")
	}
	p.discard = len(rec)
	*f = Frame{
		Time:    sec*1e9 + frac*p.format.fraction,
		Link:    p.link,
		WireLen: saneWireLen(wireLen, capLen),
		Data:    rec[p.format.header:],
	}
	return nil
}

// lengths reads the two length fields of a record. Before version 2.3 they
// stood in the other order, in 2.3 in either.
func (p *pcapRecords) lengths(b []byte) (capLen, wireLen uint32) {
	capLen, wireLen = p.format.word(b), p.format.word(b[4:])
	if p.minor < 3 || p.minor == 3 && capLen > wireLen {
		return wireLen, capLen
	}
	return capLen, wireLen
}

func (p *pcapRecords) ready() bool {
	n := p.discard + p.format.header
	if p.r.Buffered() < n {
		return false
	}
	h, err := p.r.Peek(n)
	if err != nil {
		return false
	}
	capLen, _ := p.lengths(h[p.discard+8:])
	return capLen > MaxSnapLen || p.r.Buffered() >= n+int(capLen)
}

// cutOff turns the end of the input inside a record into damage.
func cutOff(err error, got int, what string) error {
	if err != io.EOF {
		return err
	}
	if got == 0 {
		return io.EOF
	}
	return damaged("file is cut off: %s incomplete", what)
}

// saneWireLen is the length on the wire, not less than what was captured and
// not more than a frame with segmentation offload can have.
func saneWireLen(wire, captured uint32) int {
	if wire < captured || wire > 1<<24 {
		return int(captured)
	}
	return int(wire)
}
