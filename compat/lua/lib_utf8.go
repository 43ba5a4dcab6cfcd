package lua

import (
	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/translate"
)

func init() {
	libraries["utf8"] = func(*VM) *layout.Table {
		t := layout.NewTable(0, 6)
		t.SetStr("charpattern", "[\x00-\x7F\xC2-\xFD][\x80-\xBF]*")
		register(t, map[string]libFunc{
			"char": utf8Char, "codepoint": utf8Codepoint, "codes": utf8Codes, "len": utf8Len, "offset": utf8Offset,
		})
		return t
	}
}

// decode reads one sequence at the start of s; n is 0 when it is invalid. A lax
// decode takes values up to 2^31 and surrogates.
func decode(s string, lax bool) (r uint32, n int) {
	c := s[0]
	if c < 0x80 {
		return uint32(c), 1
	}
	if c < 0xc0 || c > 0xfd {
		return 0, 0
	}
	limits := [...]uint32{0, 0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000}
	n = 1
	for c<<n&0x80 != 0 {
		n++
	}
	if n > len(s) {
		return 0, 0
	}
	r = uint32(c) & (0x7f >> n)
	for i := 1; i < n; i++ {
		if s[i]&0xc0 != 0x80 {
			return 0, 0
		}
		r = r<<6 | uint32(s[i]&0x3f)
	}
	if r < limits[n] || !lax && (r > 0x10ffff || r >= 0xd800 && r <= 0xdfff) {
		return 0, 0
	}
	return r, n
}

func utf8Char(l *golua.State) int {
	var b []byte
	for i := 1; i <= layout.ArgCount(l); i++ {
		c := checkInt(l, i)
		if uint64(c) > 0x7fffffff {
			argError(l, i, "value out of range")
		}
		b = translate.AppendUTF8(b, uint64(c))
	}
	return ret(l, string(b))
}

// relative turns a position that may be negative into a positive one, 0 when
// it lies before the start.
func relative(i int64, n int) int64 {
	switch {
	case i >= 0:
		return i
	case i < -int64(n):
		return 0
	}
	return int64(n) + i + 1
}

func utf8Len(l *golua.State) int {
	s := checkStr(l, 1)
	i := relative(optInt(l, 2, 1), len(s))
	j := relative(optInt(l, 3, -1), len(s))
	lax := layout.Truthy(layout.Arg(l, 4))
	if i < 1 || i > int64(len(s))+1 {
		argError(l, 2, "initial position out of bounds")
	}
	if j > int64(len(s)) {
		argError(l, 3, "final position out of bounds")
	}
	count := 0
	for at := int(i - 1); at < int(j); {
		_, n := decode(s[at:], lax)
		if n == 0 {
			return ret(l, nil, integer(at+1))
		}
		at += n
		count++
	}
	return ret(l, integer(count))
}

func utf8Codepoint(l *golua.State) int {
	s := checkStr(l, 1)
	i := relative(optInt(l, 2, 1), len(s))
	j := relative(optInt(l, 3, i), len(s))
	lax := layout.Truthy(layout.Arg(l, 4))
	if i < 1 {
		argError(l, 2, "out of bounds")
	}
	if j > int64(len(s)) {
		argError(l, 3, "out of bounds")
	}
	var out []any
	for at := int(i - 1); at < int(j); {
		r, n := decode(s[at:], lax)
		if n == 0 {
			layout.Raise(l, 1, "invalid UTF-8 code")
		}
		out = append(out, layout.Int(int64(r)))
		at += n
	}
	return ret(l, out...)
}

func continuation(s string, i int64) bool {
	return i < int64(len(s)) && s[i]&0xc0 == 0x80
}

func utf8Codes(l *golua.State) int {
	s := checkStr(l, 1)
	lax := layout.Truthy(layout.Arg(l, 2))
	if continuation(s, 0) {
		argError(l, 1, "invalid UTF-8 code")
	}
	next := layout.Function(func(l *golua.State) int {
		s := checkStr(l, 1)
		at := checkInt(l, 2)
		if at < 0 {
			return 0
		}
		for continuation(s, at) {
			at++
		}
		if at >= int64(len(s)) {
			return 0
		}
		r, n := decode(s[at:], lax)
		if n == 0 || continuation(s, at+int64(n)) {
			layout.Raise(l, 1, "invalid UTF-8 code")
		}
		return ret(l, layout.Int(at+1), layout.Int(int64(r)))
	})
	return ret(l, next, s, layout.Int(0))
}

func utf8Offset(l *golua.State) int {
	s := checkStr(l, 1)
	n := checkInt(l, 2)
	def := int64(1)
	if n < 0 {
		def = int64(len(s)) + 1
	}
	at := relative(optInt(l, 3, def), len(s)) - 1
	if at < 0 || at > int64(len(s)) {
		argError(l, 3, "position out of bounds")
	}
	if n == 0 {
		for at > 0 && continuation(s, at) {
			at--
		}
		return ret(l, layout.Int(at+1))
	}
	if continuation(s, at) {
		layout.Raise(l, 1, "initial position is a continuation byte")
	}
	for n < 0 && at > 0 {
		for at--; at > 0 && continuation(s, at); at-- {
		}
		n++
	}
	if n > 0 {
		for n--; n > 0 && at < int64(len(s)); n-- {
			for at++; continuation(s, at); at++ {
			}
		}
	}
	if n != 0 {
		return ret(l, nil)
	}
	return ret(l, layout.Int(at+1))
}
