package dpi

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"
	"unsafe"
)

// Packed is Metadata as it is kept for decided flows: the fields that are set,
// one after the other, in one string. Most flows set five of sixty. "" is none.
type Packed string

// packKind says how a field is written.
type packKind uint8

const (
	packString packKind = iota
	packBool
	packUint // of size bytes
	packInt
	packBytes
	packAddr
	packAddrPort
)

type packField struct {
	offset, size uintptr
	kind         packKind
	// A field is not set when the bits of mask in the word at probe are zero. A mask of 0
	// tells nothing.
	probe uintptr
	mask  uint64
}

// probing has p looked at at offset, size bytes of it.
func (p *packField) probing(offset, size uintptr) {
	if offset%8+size > 8 { // it has parts in two words
		return
	}
	// Whatever the order of bytes, all ones there show which bits of the word they are.
	var word uint64
	p.probe = offset &^ 7
	for i := range size {
		*(*byte)(unsafe.Add(unsafe.Pointer(&word), offset-p.probe+i)) = 0xff
	}
	p.mask = word
}

// packSame marks a string that is the same as an earlier field's.
const packSame = 0x80

var packFields = func() []packField {
	t := reflect.TypeFor[Metadata]()
	var out []packField
	for i := range t.NumField() {
		f := t.Field(i)
		p := packField{offset: f.Offset, size: f.Type.Size()}
		switch {
		case f.Type == reflect.TypeFor[netip.Addr]():
			p.kind = packAddr
		case f.Type == reflect.TypeFor[netip.AddrPort]():
			p.kind = packAddrPort
		case f.Type.Kind() == reflect.String:
			p.kind = packString
		case f.Type.Kind() == reflect.Bool:
			p.kind = packBool
		case f.Type.Kind() == reflect.Array && f.Type.Elem().Kind() == reflect.Uint8:
			p.kind = packBytes
		case f.Type.Kind() >= reflect.Uint && f.Type.Kind() <= reflect.Uint64:
			p.kind = packUint
		case f.Type.Kind() >= reflect.Int && f.Type.Kind() <= reflect.Int64:
			p.kind = packInt
		default:
			panic(fmt.Sprintf("dpi: field %s of Metadata has a type that cannot be packed", f.Name))
		}
		switch p.kind {
		case packString:
			p.probing(p.offset+unsafe.Sizeof(uintptr(0)), unsafe.Sizeof(0)) // a pointer, then the length
		case packBool, packUint, packInt, packBytes:
			p.probing(p.offset, p.size)
		}
		out = append(out, p)
	}
	if len(out) > packSame {
		panic("dpi: Metadata has too many fields to be packed")
	}
	return out
}()

func field[T any](m *Metadata, f *packField) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(m), f.offset))
}

// Pack appends the packed form of m to buf, which may be scratch.
func (m *Metadata) Pack(buf []byte) []byte {
	for i := range packFields {
		f := &packFields[i]
		if f.mask != 0 && *(*uint64)(unsafe.Add(unsafe.Pointer(m), f.probe))&f.mask == 0 {
			continue
		}
		switch f.kind {
		case packString:
			s := *field[string](m, f)
			if k := m.same(i, s); k >= 0 {
				buf = append(buf, byte(i)|packSame, byte(k))
				continue
			}
			buf = append(binary.AppendUvarint(append(buf, byte(i)), uint64(len(s))), s...)
		case packBool:
			if *field[bool](m, f) {
				buf = append(buf, byte(i))
			}
		case packUint:
			if v := m.uint(f); v != 0 {
				buf = binary.AppendUvarint(append(buf, byte(i)), v)
			}
		case packInt:
			if v := m.int(f); v != 0 {
				buf = binary.AppendVarint(append(buf, byte(i)), v)
			}
		case packBytes:
			b := unsafe.Slice(field[byte](m, f), f.size)
			for _, c := range b {
				if c != 0 {
					buf = append(append(buf, byte(i)), b...)
					break
				}
			}
		case packAddr:
			if a := *field[netip.Addr](m, f); a.IsValid() {
				buf = appendAddr(append(buf, byte(i)), a)
			}
		case packAddrPort:
			if a := *field[netip.AddrPort](m, f); a.Addr().IsValid() {
				buf = binary.AppendUvarint(appendAddr(append(buf, byte(i)), a.Addr()), uint64(a.Port()))
			}
		}
	}
	return buf
}

// same is an earlier string field that equals s, -1 when there is none.
func (m *Metadata) same(i int, s string) int {
	for k := range packFields[:i] {
		if f := &packFields[k]; f.kind == packString && *field[string](m, f) == s {
			return k
		}
	}
	return -1
}

func (m *Metadata) uint(f *packField) uint64 {
	switch f.size {
	case 1:
		return uint64(*field[uint8](m, f))
	case 2:
		return uint64(*field[uint16](m, f))
	case 4:
		return uint64(*field[uint32](m, f))
	}
	return *field[uint64](m, f)
}

func (m *Metadata) int(f *packField) int64 {
	switch f.size {
	case 1:
		return int64(*field[int8](m, f))
	case 2:
		return int64(*field[int16](m, f))
	case 4:
		return int64(*field[int32](m, f))
	}
	return *field[int64](m, f)
}

func appendAddr(buf []byte, a netip.Addr) []byte {
	b := a.AsSlice()
	return append(append(buf, byte(len(b))), b...)
}

// Unpack sets m to what was packed. Its strings are parts of p. What follows
// something that Pack did not write is left out.
func (p Packed) Unpack(m *Metadata) {
	*m = Metadata{}
	r := packReader{s: string(p)}
	for len(r.s) > 0 {
		i := r.byte()
		same := i&packSame != 0
		if i &^= packSame; int(i) >= len(packFields) {
			return
		}
		f := &packFields[i]
		switch {
		case same:
			if k := r.byte(); k < i && f.kind == packString && packFields[k].kind == packString {
				*field[string](m, f) = *field[string](m, &packFields[k])
			}
		case f.kind == packString:
			*field[string](m, f) = r.take(r.uvarint())
		case f.kind == packBool:
			*field[bool](m, f) = true
		case f.kind == packUint:
			m.setUint(f, r.uvarint())
		case f.kind == packInt:
			v := r.uvarint()
			m.setUint(f, v>>1^-(v&1)) // as encoding/binary writes signed numbers
		case f.kind == packBytes:
			copy(unsafe.Slice(field[byte](m, f), f.size), r.take(uint64(f.size)))
		case f.kind == packAddr:
			*field[netip.Addr](m, f) = r.addr()
		case f.kind == packAddrPort:
			a := r.addr()
			*field[netip.AddrPort](m, f) = netip.AddrPortFrom(a, uint16(r.uvarint()))
		}
	}
}

func (m *Metadata) setUint(f *packField, v uint64) {
	switch f.size {
	case 1:
		*field[uint8](m, f) = uint8(v)
	case 2:
		*field[uint16](m, f) = uint16(v)
	case 4:
		*field[uint32](m, f) = uint32(v)
	default:
		*field[uint64](m, f) = v
	}
}

// packReader reads what Pack wrote.
type packReader struct{ s string }

func (r *packReader) byte() (b byte) {
	if len(r.s) > 0 {
		b, r.s = r.s[0], r.s[1:]
	}
	return b
}

func (r *packReader) take(n uint64) (s string) {
	n = min(n, uint64(len(r.s)))
	s, r.s = r.s[:n], r.s[n:]
	return s
}

func (r *packReader) uvarint() (v uint64) {
	for shift := uint(0); shift < 64 && len(r.s) > 0; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	return v
}

func (r *packReader) addr() netip.Addr {
	n := r.byte()
	b := r.take(uint64(n))
	a, _ := netip.AddrFromSlice([]byte(b))
	return a
}
