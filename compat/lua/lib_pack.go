package lua

import (
	"math"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// packReader walks a format of string.pack.
type packReader struct {
	l        *golua.State
	f        string
	i        int
	big      bool
	maxAlign int
}

type packKind uint8

const (
	packInt packKind = iota
	packUint
	packFloat
	packDouble
	packFixed
	packPrefixed
	packZero
	packByte
	packAlign
	packNone
)

type packItem struct {
	kind  packKind
	size  int
	align int // padding before the item
}

func newPackReader(l *golua.State, f string) *packReader {
	return &packReader{l: l, f: f, maxAlign: 1}
}

func (p *packReader) digits(def int) int {
	if p.i >= len(p.f) || p.f[p.i] < '0' || p.f[p.i] > '9' {
		return def
	}
	n := 0
	for p.i < len(p.f) && p.f[p.i] >= '0' && p.f[p.i] <= '9' && n <= (math.MaxInt32-9)/10 {
		n = n*10 + int(p.f[p.i]-'0')
		p.i++
	}
	return n
}

func (p *packReader) intSize(def int) int {
	n := p.digits(def)
	if n < 1 || n > 16 {
		layout.Raise(p.l, 1, "integral size (%d) out of limits [1,16]", n)
	}
	return n
}

// option reads one option without its alignment.
func (p *packReader) option() packItem {
	c := p.f[p.i]
	p.i++
	switch c {
	case 'b':
		return packItem{kind: packInt, size: 1}
	case 'B':
		return packItem{kind: packUint, size: 1}
	case 'h':
		return packItem{kind: packInt, size: 2}
	case 'H':
		return packItem{kind: packUint, size: 2}
	case 'i':
		return packItem{kind: packInt, size: p.intSize(4)}
	case 'I':
		return packItem{kind: packUint, size: p.intSize(4)}
	case 'l', 'j':
		return packItem{kind: packInt, size: 8}
	case 'L', 'J', 'T':
		return packItem{kind: packUint, size: 8}
	case 'f':
		return packItem{kind: packFloat, size: 4}
	case 'd', 'n':
		return packItem{kind: packDouble, size: 8}
	case 's':
		return packItem{kind: packPrefixed, size: p.intSize(8)}
	case 'c':
		n := p.digits(-1)
		if n < 0 {
			layout.Raise(p.l, 1, "missing size for format option 'c'")
		}
		return packItem{kind: packFixed, size: n}
	case 'z':
		return packItem{kind: packZero}
	case 'x':
		return packItem{kind: packByte, size: 1}
	case 'X':
		return packItem{kind: packAlign}
	case ' ':
	case '<', '=':
		p.big = false
	case '>':
		p.big = true
	case '!':
		p.maxAlign = p.intSize(8)
	default:
		layout.Raise(p.l, 1, "invalid format option '%s'", p.f[p.i-1:p.i])
	}
	return packItem{kind: packNone}
}

// next reads the option for an item that would start at offset total.
func (p *packReader) next(total int) (packItem, bool) {
	if p.i >= len(p.f) {
		return packItem{}, false
	}
	it := p.option()
	align := it.size
	switch it.kind {
	case packAlign:
		if p.i >= len(p.f) {
			argError(p.l, 1, "invalid next option for option 'X'")
		}
		nx := p.option()
		if align = nx.size; nx.kind == packFixed || align == 0 {
			argError(p.l, 1, "invalid next option for option 'X'")
		}
	case packInt, packUint, packFloat, packDouble, packPrefixed:
	default:
		return it, true
	}
	if align > 1 {
		align = min(align, p.maxAlign)
		if align&(align-1) != 0 {
			argError(p.l, 1, "format asks for alignment not power of 2")
		}
		it.align = (align - total&(align-1)) & (align - 1)
	}
	return it, true
}

func strPack(l *golua.State) int {
	p := newPackReader(l, checkStr(l, 1))
	var out []byte
	arg := 1
	for {
		it, ok := p.next(len(out))
		if !ok {
			return ret(l, string(out))
		}
		for range it.align {
			out = append(out, 0)
		}
		switch it.kind {
		case packInt, packUint:
			arg++
			n := checkInt(l, arg)
			if it.size < 8 {
				if it.kind == packInt {
					if lim := int64(1) << (it.size*8 - 1); n < -lim || n >= lim {
						argError(l, arg, "integer overflow")
					}
				} else if uint64(n) >= 1<<(it.size*8) {
					argError(l, arg, "unsigned overflow")
				}
			}
			out = appendInt(out, uint64(n), it.size, p.big, it.kind == packInt && n < 0)
		case packFloat:
			arg++
			out = appendInt(out, uint64(math.Float32bits(float32(checkFloat(l, arg)))), 4, p.big, false)
		case packDouble:
			arg++
			out = appendInt(out, math.Float64bits(checkFloat(l, arg)), 8, p.big, false)
		case packFixed:
			arg++
			s := checkStr(l, arg)
			if len(s) > it.size {
				argError(l, arg, "string longer than given size")
			}
			layout.Charge(l, it.size)
			out = append(out, s...)
			out = append(out, make([]byte, it.size-len(s))...)
		case packPrefixed:
			arg++
			s := checkStr(l, arg)
			if it.size < 8 && uint64(len(s)) >= 1<<(it.size*8) {
				argError(l, arg, "string length does not fit in given size")
			}
			out = appendInt(out, uint64(len(s)), it.size, p.big, false)
			out = append(out, s...)
		case packZero:
			arg++
			s := checkStr(l, arg)
			for i := 0; i < len(s); i++ {
				if s[i] == 0 {
					argError(l, arg, "string contains zeros")
				}
			}
			out = append(append(out, s...), 0)
		case packByte:
			out = append(out, 0)
		}
	}
}

func appendInt(out []byte, v uint64, size int, big, negative bool) []byte {
	at := len(out)
	for i := range size {
		b := byte(0)
		switch {
		case i < 8:
			b = byte(v >> (8 * i))
		case negative:
			b = 0xff
		}
		out = append(out, b)
	}
	if big {
		for i, j := at, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

func strPackSize(l *golua.State) int {
	p := newPackReader(l, checkStr(l, 1))
	total := 0
	for {
		it, ok := p.next(total)
		if !ok {
			return ret(l, integer(total))
		}
		if it.kind == packPrefixed || it.kind == packZero {
			argError(l, 1, "variable-length format")
		}
		size := it.align
		if it.kind <= packFixed || it.kind == packByte {
			size += it.size
		}
		if total > math.MaxInt32-size {
			argError(l, 1, "format result too large")
		}
		total += size
	}
}

func strUnpack(l *golua.State) int {
	p := newPackReader(l, checkStr(l, 1))
	s := checkStr(l, 2)
	start := startPos(optInt(l, 3, 1), len(s)) - 1
	if start > int64(len(s)) {
		argError(l, 3, "initial position out of string")
	}
	at := int(start)
	var out []any
	need := func(n int) {
		if n > len(s)-at {
			argError(l, 2, "data string too short")
		}
	}
	for {
		it, ok := p.next(at)
		if !ok {
			break
		}
		need(it.align)
		at += it.align
		switch it.kind {
		case packInt, packUint:
			need(it.size)
			out = append(out, layout.Int(readInt(l, s[at:at+it.size], p.big, it.kind == packInt)))
			at += it.size
		case packFloat:
			need(4)
			out = append(out, float64(math.Float32frombits(uint32(readInt(l, s[at:at+4], p.big, false)))))
			at += 4
		case packDouble:
			need(8)
			out = append(out, math.Float64frombits(uint64(readInt(l, s[at:at+8], p.big, false))))
			at += 8
		case packFixed:
			need(it.size)
			out = append(out, s[at:at+it.size])
			at += it.size
		case packPrefixed:
			need(it.size)
			n := readInt(l, s[at:at+it.size], p.big, false)
			at += it.size
			if n < 0 || n > int64(len(s)-at) {
				argError(l, 2, "data string too short")
			}
			out = append(out, s[at:at+int(n)])
			at += int(n)
		case packZero:
			e := at
			for e < len(s) && s[e] != 0 {
				e++
			}
			if e == len(s) {
				argError(l, 2, "unfinished string for format 'z'")
			}
			out = append(out, s[at:e])
			at = e + 1
		case packByte:
			need(1)
			at++
		}
	}
	return ret(l, append(out, integer(at+1))...)
}

// readInt decodes an integer of up to 16 bytes that must fit in 64 bits.
func readInt(l *golua.State, b string, big, signed bool) int64 {
	n := len(b)
	at := func(i int) byte { // i-th least significant byte
		if big {
			return b[n-1-i]
		}
		return b[i]
	}
	var v uint64
	for i := min(n, 8) - 1; i >= 0; i-- {
		v = v<<8 | uint64(at(i))
	}
	if n < 8 && signed {
		shift := 64 - 8*n
		return int64(v<<shift) >> shift
	}
	fill := byte(0)
	if signed && int64(v) < 0 {
		fill = 0xff
	}
	for i := 8; i < n; i++ {
		if at(i) != fill {
			layout.Raise(l, 1, "%d-byte integer does not fit into Lua Integer", n)
		}
	}
	return int64(v)
}
