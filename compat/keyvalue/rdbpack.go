package keyvalue

import (
	"encoding/binary"
	"errors"
	"strconv"
)

// Readers of the packed encodings Redis uses for small collections, and of LZF.

var errPacked = errors.New("bad packed encoding")

// readIntset reads: element width uint32, count uint32, then the integers, all LE.
func readIntset(p []byte) ([]string, error) {
	if len(p) < 8 {
		return nil, errPacked
	}
	width, n := int(binary.LittleEndian.Uint32(p)), int(binary.LittleEndian.Uint32(p[4:]))
	p = p[8:]
	if (width != 2 && width != 4 && width != 8) || n != len(p)/width || len(p)%width != 0 {
		return nil, errPacked
	}
	out := make([]string, 0, n)
	for ; len(p) > 0; p = p[width:] {
		out = append(out, strconv.FormatInt(littleInt(p[:width]), 10))
	}
	return out, nil
}

// littleInt is a signed little-endian integer of 1 to 8 bytes.
func littleInt(b []byte) int64 {
	var u uint64
	for i, c := range b {
		u |= uint64(c) << (8 * i)
	}
	shift := 64 - 8*len(b)
	return int64(u<<shift) >> shift
}

// readZiplist reads: total bytes, tail offset (uint32 each), count uint16,
// entries (previous length, encoding, data), 0xFF.
func readZiplist(p []byte) ([]string, error) {
	if len(p) < 11 || p[len(p)-1] != 0xff {
		return nil, errPacked
	}
	p = p[10:]
	var out []string
	for len(p) > 0 && p[0] != 0xff {
		skip := 1
		if p[0] == 0xfe {
			skip = 5
		}
		if len(p) <= skip {
			return nil, errPacked
		}
		s, n := ziplistEntry(p[skip:])
		if n == 0 {
			return nil, errPacked
		}
		out = append(out, s)
		p = p[skip+n:]
	}
	if len(p) != 1 {
		return nil, errPacked
	}
	return out, nil
}

// ziplistEntry reads encoding and data; it returns 0 bytes used when they do not fit.
func ziplistEntry(p []byte) (string, int) {
	text := func(head, size int) (string, int) {
		if size < 0 || head > len(p) || size > len(p)-head {
			return "", 0
		}
		return string(p[head : head+size]), head + size
	}
	number := func(size int) (string, int) {
		if len(p) < 1+size {
			return "", 0
		}
		return strconv.FormatInt(littleInt(p[1:1+size]), 10), 1 + size
	}
	switch {
	case p[0]>>6 == 0:
		return text(1, int(p[0]&0x3f))
	case p[0]>>6 == 1 && len(p) > 1:
		return text(2, int(p[0]&0x3f)<<8|int(p[1]))
	case p[0] == 0x80 && len(p) > 4:
		return text(5, int(binary.BigEndian.Uint32(p[1:])))
	case p[0] == 0xc0:
		return number(2)
	case p[0] == 0xd0:
		return number(4)
	case p[0] == 0xe0:
		return number(8)
	case p[0] == 0xf0:
		return number(3)
	case p[0] == 0xfe:
		return number(1)
	case p[0] >= 0xf1 && p[0] <= 0xfd:
		return strconv.Itoa(int(p[0]&0x0f) - 1), 1
	}
	return "", 0
}

// readListpack reads: total bytes uint32, count uint16, entries (encoding, data,
// backward length), 0xFF.
func readListpack(p []byte) ([]string, error) {
	if len(p) < 7 || p[len(p)-1] != 0xff {
		return nil, errPacked
	}
	p = p[6:]
	var out []string
	for len(p) > 0 && p[0] != 0xff {
		s, n := listpackEntry(p)
		if n == 0 {
			return nil, errPacked
		}
		back := backwardSize(n)
		if len(p) < n+back {
			return nil, errPacked
		}
		out = append(out, s)
		p = p[n+back:]
	}
	if len(p) != 1 {
		return nil, errPacked
	}
	return out, nil
}

func backwardSize(n int) int {
	size := 1
	for limit := 127; n > limit && size < 5; limit = limit<<7 | 127 {
		size++
	}
	return size
}

func listpackEntry(p []byte) (string, int) {
	text := func(head, size int) (string, int) {
		if size < 0 || head > len(p) || size > len(p)-head {
			return "", 0
		}
		return string(p[head : head+size]), head + size
	}
	number := func(size int) (string, int) {
		if len(p) < 1+size {
			return "", 0
		}
		return strconv.FormatInt(littleInt(p[1:1+size]), 10), 1 + size
	}
	switch b := p[0]; {
	case b>>7 == 0:
		return strconv.Itoa(int(b)), 1
	case b>>6 == 2:
		return text(1, int(b&0x3f))
	case b>>5 == 6 && len(p) > 1:
		n := int(b&0x1f)<<8 | int(p[1]) // 13 bits, signed
		if n >= 1<<12 {
			n -= 1 << 13
		}
		return strconv.Itoa(n), 2
	case b>>4 == 0xe && len(p) > 1:
		return text(2, int(b&0x0f)<<8|int(p[1]))
	case b == 0xf0 && len(p) > 4:
		return text(5, int(binary.LittleEndian.Uint32(p[1:])))
	case b >= 0xf1 && b <= 0xf4:
		return number([]int{2, 3, 4, 8}[b-0xf1])
	}
	return "", 0
}

// lzfDecompress unpacks LZF: a control byte under 32 starts a run of literals,
// any other a copy of bytes already written.
func lzfDecompress(p []byte, size uint64) ([]byte, error) {
	if size > uint64(len(p)+1)*264 {
		return nil, errors.New("bad compressed length")
	}
	out := make([]byte, 0, size)
	for len(p) > 0 {
		control := int(p[0])
		p = p[1:]
		if control < 32 {
			if len(p) < control+1 {
				return nil, errPacked
			}
			out = append(out, p[:control+1]...)
			p = p[control+1:]
			continue
		}
		length := control >> 5
		if length == 7 {
			if len(p) == 0 {
				return nil, errPacked
			}
			length += int(p[0])
			p = p[1:]
		}
		if len(p) == 0 {
			return nil, errPacked
		}
		from := len(out) - (control&0x1f)<<8 - int(p[0]) - 1
		p = p[1:]
		if from < 0 || uint64(len(out)+length+2) > size {
			return nil, errPacked
		}
		for i := range length + 2 {
			out = append(out, out[from+i])
		}
	}
	if uint64(len(out)) != size {
		return nil, errPacked
	}
	return out, nil
}
