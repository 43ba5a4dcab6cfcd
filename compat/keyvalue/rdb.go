package keyvalue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// The DUMP format: one type byte, the value in RDB encoding, then the RDB
// version (uint16 LE) and a CRC-64 of all before it (Jones polynomial,
// reflected, uint64 LE). Values are written in the oldest encodings, which
// every server reads; all encodings up to Redis 7 are read, except modules
// and streams.

const (
	rdbString        = 0
	rdbList          = 1
	rdbSet           = 2
	rdbZSet          = 3 // scores as text
	rdbHash          = 4
	rdbZSet2         = 5 // scores as binary doubles
	rdbListZiplist   = 10
	rdbSetIntset     = 11
	rdbZSetZiplist   = 12
	rdbHashZiplist   = 13
	rdbListQuicklist = 14
	rdbHashListpack  = 16
	rdbZSetListpack  = 17
	rdbListQuick2    = 18
	rdbSetListpack   = 20

	rdbVersion  = 6
	rdbMaxRead  = 12
	rdbMaxItems = 16 << 20
)

var errDump = errors.New("ERR DUMP payload version or checksum are wrong")

var jones = func() (t [256]uint64) {
	for i := range t {
		crc := uint64(i)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0x95ac9329ac4bc9b5
			} else {
				crc >>= 1
			}
		}
		t[i] = crc
	}
	return t
}()

func crc64Jones(p []byte) uint64 {
	var crc uint64
	for _, b := range p {
		crc = jones[byte(crc)^b] ^ crc>>8
	}
	return crc
}

func encodeDump(v value) []byte {
	var b []byte
	switch v.kind {
	case "string":
		b = appendRDBString(append(b, rdbString), v.str)
	case "list":
		b = appendRDBMembers(append(b, rdbList), v.members, 1)
	case "set":
		b = appendRDBMembers(append(b, rdbSet), v.members, 1)
	case "hash":
		b = appendRDBMembers(append(b, rdbHash), v.members, 2)
	case "zset":
		b = appendRDBLength(append(b, rdbZSet2), uint64(len(v.members)/2))
		for i := 0; i+1 < len(v.members); i += 2 {
			score, _ := strconv.ParseFloat(v.members[i+1], 64)
			b = appendRDBString(b, v.members[i])
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(score))
		}
		// Binary scores came with version 8.
		return sealDump(b, 8)
	}
	return sealDump(b, rdbVersion)
}

func sealDump(b []byte, version uint16) []byte {
	b = binary.LittleEndian.AppendUint16(b, version)
	return binary.LittleEndian.AppendUint64(b, crc64Jones(b))
}

func appendRDBMembers(b []byte, members []string, per int) []byte {
	b = appendRDBLength(b, uint64(len(members)/per))
	for _, m := range members {
		b = appendRDBString(b, m)
	}
	return b
}

func appendRDBString(b []byte, s string) []byte {
	return append(appendRDBLength(b, uint64(len(s))), s...)
}

func appendRDBLength(b []byte, n uint64) []byte {
	switch {
	case n < 1<<6:
		return append(b, byte(n))
	case n < 1<<14:
		return append(b, 0x40|byte(n>>8), byte(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, 0x80), uint32(n))
	default:
		return binary.BigEndian.AppendUint64(append(b, 0x81), n)
	}
}

// decodeDump reads a DUMP payload of any server up to RDB version 12.
func decodeDump(p []byte) (value, error) {
	if len(p) < 11 {
		return value{}, errDump
	}
	body, trailer := p[:len(p)-10], p[len(p)-10:]
	version := binary.LittleEndian.Uint16(trailer)
	sum := binary.LittleEndian.Uint64(trailer[2:])
	// A sum of zero means the writer had checksums switched off.
	if version > rdbMaxRead || (sum != 0 && sum != crc64Jones(p[:len(p)-8])) {
		return value{}, errDump
	}
	d := &rdbReader{p: body[1:]}
	v := d.value(body[0])
	if d.err == nil && len(d.p) != 0 {
		d.fail("%d bytes left over", len(d.p))
	}
	if d.err != nil {
		return value{}, fmt.Errorf("ERR Bad data format: %w", d.err)
	}
	return v, nil
}

// rdbReader reads from p until err is set; then every read yields zero values.
type rdbReader struct {
	p   []byte
	err error
}

func (d *rdbReader) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
	d.p = nil
}

func (d *rdbReader) take(n uint64) []byte {
	if n > uint64(len(d.p)) {
		d.fail("truncated")
		return nil
	}
	b := d.p[:n]
	d.p = d.p[n:]
	return b
}

func (d *rdbReader) byte() byte {
	b := d.take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

// length reads an RDB length; special is set for the string encodings 0xC0..0xC3.
func (d *rdbReader) length() (n uint64, special bool) {
	first := d.byte()
	switch first >> 6 {
	case 0:
		return uint64(first & 0x3f), false
	case 1:
		return uint64(first&0x3f)<<8 | uint64(d.byte()), false
	case 3:
		return uint64(first & 0x3f), true
	}
	switch first {
	case 0x80:
		if b := d.take(4); b != nil {
			return uint64(binary.BigEndian.Uint32(b)), false
		}
	case 0x81:
		if b := d.take(8); b != nil {
			return binary.BigEndian.Uint64(b), false
		}
	default:
		d.fail("unknown length byte %#x", first)
	}
	return 0, false
}

func (d *rdbReader) count() uint64 {
	n, special := d.length()
	if special || n > rdbMaxItems || n > uint64(len(d.p)) {
		d.fail("impossible element count")
		return 0
	}
	return n
}

func (d *rdbReader) str() []byte {
	n, special := d.length()
	if !special {
		return d.take(n)
	}
	switch n {
	case 0:
		return strconv.AppendInt(nil, int64(int8(d.byte())), 10)
	case 1:
		if b := d.take(2); b != nil {
			return strconv.AppendInt(nil, int64(int16(binary.LittleEndian.Uint16(b))), 10)
		}
	case 2:
		if b := d.take(4); b != nil {
			return strconv.AppendInt(nil, int64(int32(binary.LittleEndian.Uint32(b))), 10)
		}
	case 3:
		packed, s1 := d.length()
		size, s2 := d.length()
		if s1 || s2 || size > maxRecord {
			d.fail("bad compressed length")
			return nil
		}
		out, err := lzfDecompress(d.take(packed), size)
		if err != nil && d.err == nil {
			d.fail("%v", err)
		}
		return out
	default:
		d.fail("unknown string encoding %d", n)
	}
	return nil
}

func (d *rdbReader) value(kind byte) value {
	switch kind {
	case rdbString:
		return value{kind: "string", str: string(d.str())}
	case rdbList:
		return value{kind: "list", members: d.strings(1)}
	case rdbSet:
		return value{kind: "set", members: d.strings(1)}
	case rdbHash:
		return value{kind: "hash", members: d.strings(2)}
	case rdbZSet, rdbZSet2:
		return value{kind: "zset", members: d.scored(kind == rdbZSet2)}
	case rdbListZiplist:
		return value{kind: "list", members: d.packed(readZiplist, 1)}
	case rdbSetIntset:
		return value{kind: "set", members: d.packed(readIntset, 1)}
	case rdbZSetZiplist:
		return value{kind: "zset", members: d.packed(readZiplist, 2)}
	case rdbHashZiplist:
		return value{kind: "hash", members: d.packed(readZiplist, 2)}
	case rdbHashListpack:
		return value{kind: "hash", members: d.packed(readListpack, 2)}
	case rdbZSetListpack:
		return value{kind: "zset", members: d.packed(readListpack, 2)}
	case rdbSetListpack:
		return value{kind: "set", members: d.packed(readListpack, 1)}
	case rdbListQuicklist, rdbListQuick2:
		return value{kind: "list", members: d.quicklist(kind == rdbListQuick2)}
	}
	d.fail("value type %d is not supported", kind)
	return value{}
}

func (d *rdbReader) strings(per uint64) []string {
	n := d.count() * per
	var out []string
	for i := uint64(0); i < n && d.err == nil; i++ {
		out = append(out, string(d.str()))
	}
	return out
}

func (d *rdbReader) scored(binaryScores bool) []string {
	n := d.count()
	var out []string
	for i := uint64(0); i < n && d.err == nil; i++ {
		out = append(out, string(d.str()), d.score(binaryScores))
	}
	return out
}

func (d *rdbReader) score(binaryScore bool) string {
	if binaryScore {
		b := d.take(8)
		if b == nil {
			return ""
		}
		return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(b)), 'g', 17, 64)
	}
	switch n := d.byte(); n {
	case 253:
		return "nan"
	case 254:
		return "inf"
	case 255:
		return "-inf"
	default:
		return string(d.take(uint64(n)))
	}
}

func (d *rdbReader) packed(read func([]byte) ([]string, error), per int) []string {
	out, err := read(d.str())
	if d.err == nil && err == nil && len(out)%per != 0 {
		err = errors.New("odd number of elements")
	}
	if err != nil {
		d.fail("%v", err)
		return nil
	}
	return out
}

func (d *rdbReader) quicklist(second bool) []string {
	n := d.count()
	var out []string
	for i := uint64(0); i < n && d.err == nil; i++ {
		container := uint64(2)
		if second {
			container, _ = d.length()
		}
		switch {
		case container == 1: // one plain element
			out = append(out, string(d.str()))
		case second:
			out = append(out, d.packed(readListpack, 1)...)
		default:
			out = append(out, d.packed(readZiplist, 1)...)
		}
	}
	return out
}
