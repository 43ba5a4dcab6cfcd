package keyvalue

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// readRecord reads one record of at most limit bytes.
func readRecord(r io.Reader, limit int64) ([]string, int64, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, 0, err // io.EOF at a boundary, io.ErrUnexpectedEOF inside
	}
	size := int64(binary.LittleEndian.Uint32(head[:]))
	if size > maxRecord || size == 0 {
		return nil, 0, fmt.Errorf("impossible record length %d", size)
	}
	if size > limit-8 {
		return nil, 0, io.ErrUnexpectedEOF
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		return nil, 0, io.ErrUnexpectedEOF
	}
	if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, 0, errors.New("checksum does not match")
	}
	record, err := parseRecord(payload)
	return record, size + 8, err
}

func parseRecord(p []byte) ([]string, error) {
	count, n := binary.Uvarint(p)
	if n <= 0 || count == 0 || count > uint64(len(p)) {
		return nil, errors.New("bad argument count")
	}
	p = p[n:]
	out := make([]string, 0, count)
	for range count {
		size, n := binary.Uvarint(p)
		if n <= 0 || size > uint64(len(p)-n) {
			return nil, errors.New("bad argument length")
		}
		out = append(out, string(p[n:n+int(size)]))
		p = p[n+int(size):]
	}
	return out, nil
}

func appendRecord(buf []byte, args []string) []byte {
	start := len(buf)
	buf = append(buf, 0, 0, 0, 0, 0, 0, 0, 0)
	buf = binary.AppendUvarint(buf, uint64(len(args)))
	for _, a := range args {
		buf = binary.AppendUvarint(buf, uint64(len(a)))
		buf = append(buf, a...)
	}
	payload := buf[start+8:]
	binary.LittleEndian.PutUint32(buf[start:], uint32(len(payload)))
	binary.LittleEndian.PutUint32(buf[start+4:], crc32.Checksum(payload, castagnoli))
	return buf
}

func writeBase(path string, dump func(emit func(...string) error) error) (int64, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	w := bufio.NewWriterSize(f, 1<<16)
	size := int64(len(fileMagic))
	_, err = w.WriteString(fileMagic)
	if err != nil {
		return 0, err
	}
	var buf []byte
	emit := func(args ...string) error {
		buf = appendRecord(buf[:0], args)
		size += int64(len(buf))
		_, err := w.Write(buf)
		return err
	}
	if err := dump(emit); err != nil {
		return 0, err
	}
	if err := emit(endRecord); err != nil {
		return 0, err
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	return size, f.Sync()
}
