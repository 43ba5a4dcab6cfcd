package collect

import (
	"encoding/binary"
	"errors"
	"math"
)

// nDPI's binary serialization: a version and a format byte, then items of a type
// byte (the type of the key in the upper half, that of the value in the lower),
// the key and the value. Numbers are big-endian, texts have two bytes of length,
// floating-point numbers are in the byte order of the sender (in practice
// little-endian). A record ends with an item that has neither key nor value.
const (
	tlvVersion = 1
	tlvFormat  = 1
)

// Types of keys and values.
const (
	tlvUnknown     = 0
	tlvEndOfRecord = 1
	tlvUint8       = 2
	tlvUint16      = 3
	tlvUint32      = 4
	tlvUint64      = 5
	tlvInt8        = 6
	tlvInt16       = 7
	tlvInt32       = 8
	tlvInt64       = 9
	tlvFloat       = 10
	tlvString      = 11
	tlvBlock       = 12 // begins with a text
	tlvBlockEnd    = 13
	tlvList        = 14 // begins with a text
	tlvListEnd     = 15
)

var errTLV = errors.New("collect: not in nDPI's binary serialization")

// item is one key with its value.
type item struct {
	id    uint32 // when name is ""
	name  string
	value value
}

// eachRecord calls fn for the items of each record of b. It says whether b was
// well-formed to its end; what came before is handed over in any case.
func eachRecord(b []byte, fn func(items []item)) error {
	if len(b) < 2 || b[0] != tlvVersion || b[1] != tlvFormat {
		return errTLV
	}
	b = b[2:]
	var items []item
	var err error
	for len(b) > 0 && b[0] != tlvUnknown {
		if b[0]&0xf == tlvEndOfRecord {
			if _, b, err = single(b[1:], b[0]>>4); err != nil {
				break
			}
			if len(items) > 0 {
				fn(items)
			}
			items = items[:0]
			continue
		}
		var it item
		if it, b, err = readItem(b); err != nil {
			break
		}
		items = append(items, it)
	}
	if len(items) > 0 {
		fn(items)
	}
	return err
}

func readItem(b []byte) (it item, rest []byte, err error) {
	keyType, valueType := b[0]>>4, b[0]&0xf
	k, b, err := single(b[1:], keyType)
	if err != nil {
		return it, nil, err
	}
	switch keyType {
	case tlvUint8, tlvUint16, tlvUint32:
		it.id = uint32(k.int)
	case tlvString:
		it.name = k.text
	default:
		return it, nil, errTLV
	}
	switch valueType {
	case tlvUnknown, tlvBlock, tlvBlockEnd, tlvList, tlvListEnd:
		return it, nil, errTLV // no message of a probe has them
	}
	it.value, rest, err = single(b, valueType)
	return it, rest, err
}

// single reads one key or value.
func single(b []byte, kind byte) (v value, rest []byte, err error) {
	n := 0
	switch kind {
	case tlvUint8, tlvInt8:
		n = 1
	case tlvUint16, tlvInt16, tlvString, tlvBlock, tlvList:
		n = 2
	case tlvUint32, tlvInt32, tlvFloat:
		n = 4
	case tlvUint64, tlvInt64:
		n = 8
	}
	if len(b) < n {
		return v, nil, errTLV
	}
	be := binary.BigEndian
	switch kind {
	case tlvUint8:
		v = intValue(int64(b[0]))
	case tlvInt8:
		v = intValue(int64(int8(b[0])))
	case tlvUint16:
		v = intValue(int64(be.Uint16(b)))
	case tlvInt16:
		v = intValue(int64(int16(be.Uint16(b))))
	case tlvUint32:
		v = intValue(int64(be.Uint32(b)))
	case tlvInt32:
		v = intValue(int64(int32(be.Uint32(b))))
	case tlvUint64, tlvInt64:
		v = intValue(int64(be.Uint64(b)))
	case tlvFloat:
		v = floatValue(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case tlvString, tlvBlock, tlvList:
		size := int(be.Uint16(b))
		if len(b) < n+size {
			return v, nil, errTLV
		}
		v = textValue(string(b[n : n+size]))
		n += size
	}
	return v, b[n:], nil
}

// TLV writes records in nDPI's binary serialization. The zero value is ready.
type TLV struct{ b []byte }

// Bytes is what was written.
func (t *TLV) Bytes() []byte { return t.head() }

func (t *TLV) head() []byte {
	if t.b == nil {
		t.b = []byte{tlvVersion, tlvFormat}
	}
	return t.b
}

func (t *TLV) key(f Field, kind byte) {
	b := t.head()
	switch id := f.ID; {
	case id <= 0xff:
		b = append(b, tlvUint8<<4|kind, byte(id))
	case id <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, tlvUint16<<4|kind), uint16(id))
	default:
		b = binary.BigEndian.AppendUint32(append(b, tlvUint32<<4|kind), id)
	}
	t.b = b
}

// Uint adds a number.
func (t *TLV) Uint(f Field, n uint64) {
	switch {
	case n <= 0xff:
		t.key(f, tlvUint8)
		t.b = append(t.b, byte(n))
	case n <= 0xffff:
		t.key(f, tlvUint16)
		t.b = binary.BigEndian.AppendUint16(t.b, uint16(n))
	case n <= 0xffffffff:
		t.key(f, tlvUint32)
		t.b = binary.BigEndian.AppendUint32(t.b, uint32(n))
	default:
		t.key(f, tlvUint64)
		t.b = binary.BigEndian.AppendUint64(t.b, n)
	}
}

// Float adds a number with a fraction.
func (t *TLV) Float(f Field, x float64) {
	t.key(f, tlvFloat)
	t.b = binary.LittleEndian.AppendUint32(t.b, math.Float32bits(float32(x)))
}

// String adds a text, of which 65535 bytes at most are kept.
func (t *TLV) String(f Field, s string) {
	s = s[:min(len(s), 0xffff)]
	t.key(f, tlvString)
	t.b = append(binary.BigEndian.AppendUint16(t.b, uint16(len(s))), s...)
}

// End ends a record.
func (t *TLV) End() { t.b = append(t.head(), tlvEndOfRecord) }
