package capture

import (
	"encoding/binary"
	"fmt"
	"io"

	"ntopgo/engine/decode"
)

// Writer writes a little-endian pcap file.
type Writer struct {
	w        io.Writer
	fraction int64
	snapLen  int
	buf      []byte
}

// NewWriter writes the file header for frames of one link type. nano chooses
// nanosecond times instead of microseconds; snapLen cuts frames, 0 cuts none.
func NewWriter(w io.Writer, link decode.LinkType, nano bool, snapLen int) (*Writer, error) {
	if snapLen <= 0 || snapLen > MaxSnapLen {
		snapLen = MaxSnapLen
	}
	magic, fraction := uint32(0xa1b2c3d4), int64(1000)
	if nano {
		magic, fraction = 0xa1b23c4d, 1
	}
	h := binary.LittleEndian.AppendUint32(nil, magic)
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 4)
	h = append(h, make([]byte, 8)...) // time zone and accuracy, always 0
	h = binary.LittleEndian.AppendUint32(h, uint32(snapLen))
	h = binary.LittleEndian.AppendUint32(h, uint32(link))
	if _, err := w.Write(h); err != nil {
		return nil, fmt.Errorf("write pcap header: %w", err)
	}
	return &Writer{w: w, fraction: fraction, snapLen: snapLen}, nil
}

// Write writes one frame; t is in nanoseconds since the Unix epoch, wireLen is
// taken as len(frame) when it is less.
func (w *Writer) Write(t int64, frame []byte, wireLen int) error {
	wireLen = max(wireLen, len(frame))
	frame = frame[:min(len(frame), w.snapLen)]
	b := binary.LittleEndian.AppendUint32(w.buf[:0], uint32(t/1e9))
	b = binary.LittleEndian.AppendUint32(b, uint32(t%1e9/w.fraction))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
	b = binary.LittleEndian.AppendUint32(b, uint32(wireLen))
	b = append(b, frame...)
	w.buf = b
	if _, err := w.w.Write(b); err != nil {
		return fmt.Errorf("write pcap record: %w", err)
	}
	return nil
}
