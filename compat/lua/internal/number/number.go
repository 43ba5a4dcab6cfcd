// Package number converts Lua 5.4 numbers, which are int64 or float64, to and
// from text, and does the arithmetic the two kinds do not share with Go.
package number

import (
	"math"
	"strconv"
	"strings"
)

// Parse reads s as a Lua numeral the way tonumber does: blanks around it and a
// sign are allowed. The result is int64 or float64.
func Parse(s string) (any, bool) {
	// The common case first: a short run of decimal digits.
	if n := len(s); n > 0 && n < 18 {
		v := int64(0)
		for i := 0; ; i++ {
			if i == n {
				return v, true
			}
			c := s[i] - '0'
			if c > 9 {
				break
			}
			v = v*10 + int64(c)
		}
	}
	s = strings.Trim(s, " \t\n\r\f\v")
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	v, ok := Literal(s)
	if !ok {
		return nil, false
	}
	if neg {
		if f, ok := v.(float64); ok && f == 9223372036854775808.0 && !strings.ContainsAny(s, ".eExX") {
			if n, err := strconv.ParseInt("-"+s, 10, 64); err == nil {
				return n, true
			}
		}
		switch n := v.(type) {
		case int64:
			return -n, true
		case float64:
			return -n, true
		}
	}
	return v, true
}

// Literal reads a numeral without sign and blanks, as it stands in source text.
func Literal(s string) (any, bool) {
	if s == "" || (s[0] != '.' && (s[0] < '0' || s[0] > '9')) {
		return nil, false
	}
	if len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x' {
		return parseHex(s[2:])
	}
	integer := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' {
			continue
		}
		if c != '.' && c|0x20 != 'e' && !((c == '-' || c == '+') && i > 0 && s[i-1]|0x20 == 'e') {
			return nil, false
		}
		integer = false
	}
	if integer {
		if v, err := strconv.ParseInt(s, 10, 64); err == nil {
			return v, true
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(v, 0) {
		return nil, false
	}
	return v, true
}

// parseHex reads what follows 0x; integers wrap around as in Lua 5.4.
func parseHex(s string) (any, bool) {
	var mant float64
	var whole uint64
	digits, exp, dot := 0, 0, false
	i := 0
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !dot {
			dot = true
			continue
		}
		d := HexDigit(c)
		if d < 0 {
			break
		}
		digits++
		whole = whole<<4 | uint64(d)
		// Digits beyond what a float can tell apart only count for the exponent.
		if mant < 1<<120 {
			mant = mant*16 + float64(d)
			if dot {
				exp -= 4
			}
		} else if !dot {
			exp += 4
		}
	}
	if digits == 0 {
		return nil, false
	}
	if i == len(s) && !dot {
		return int64(whole), true
	}
	if i < len(s) {
		if s[i]|0x20 != 'p' || i+1 == len(s) {
			return nil, false
		}
		t := s[i+1:]
		plus := t[0] == '+'
		if plus {
			t = t[1:]
		}
		for k := 0; k < len(t); k++ {
			if (t[k] < '0' || t[k] > '9') && !(k == 0 && t[k] == '-' && !plus) {
				return nil, false
			}
		}
		e, err := strconv.Atoi(t)
		if err != nil {
			if t == "" || t == "-" {
				return nil, false
			}
			e = 1 << 20
			if t[0] == '-' {
				e = -e
			}
		}
		exp += e
	}
	return math.Ldexp(mant, exp), true
}

// HexDigit is the value of a hexadecimal digit, -1 for another byte.
func HexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// FormatFloat is tostring of a float: "%.14g", with ".0" added when the result
// looks like an integer.
func FormatFloat(f float64) string {
	s := G14(f)
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && c != '-' {
			return s
		}
	}
	return s + ".0"
}

// G14 is C's "%.14g".
func G14(f float64) string {
	if s, special := Special(f); special {
		return s
	}
	return trimG(strconv.FormatFloat(f, 'g', 14, 64))
}

// Special is C's text of infinities and NaN.
func Special(f float64) (string, bool) {
	switch {
	case math.IsNaN(f):
		if math.Signbit(f) {
			return "-nan", true
		}
		return "nan", true
	case math.IsInf(f, 1):
		return "inf", true
	case math.IsInf(f, -1):
		return "-inf", true
	}
	return "", false
}

// trimG drops the trailing zeros that strconv keeps for a fixed precision.
func trimG(s string) string {
	e := strings.IndexByte(s, 'e')
	mant, exp := s, ""
	if e >= 0 {
		mant, exp = s[:e], s[e:]
	}
	if strings.IndexByte(mant, '.') >= 0 {
		mant = strings.TrimRight(mant, "0")
		mant = strings.TrimSuffix(mant, ".")
	}
	return mant + exp
}

// FloatToInt converts f when it is integral and in range.
func FloatToInt(f float64) (int64, bool) {
	if f >= -9223372036854775808.0 && f < 9223372036854775808.0 {
		if n := int64(f); float64(n) == f {
			return n, true
		}
	}
	return 0, false
}

// ModInt is Lua's a % b for b != 0: the sign is b's.
func ModInt(a, b int64) int64 {
	if b == -1 {
		return 0
	}
	m := a % b
	if m != 0 && m^b < 0 {
		m += b
	}
	return m
}

// DivInt is Lua's a // b for b != 0: rounds towards minus infinity.
func DivInt(a, b int64) int64 {
	if b == -1 {
		return -a
	}
	q := a / b
	if a%b != 0 && a^b < 0 {
		q--
	}
	return q
}

// ModFloat is Lua's a % b for floats.
func ModFloat(a, b float64) float64 {
	m := math.Mod(a, b)
	if m != m {
		if a == a && b == b {
			return math.Copysign(m, -1) // the sign C's fmod gives
		}
		return m
	}
	if m != 0 && (m < 0) != (b < 0) {
		m += b
	}
	return m
}

// DivFloat is Lua's a // b for floats.
func DivFloat(a, b float64) float64 { return math.Floor(a / b) }

// ShiftLeft is Lua's a << n; negative n shifts right, both logical.
func ShiftLeft(a, n int64) int64 {
	switch {
	case n <= -64 || n >= 64:
		return 0
	case n >= 0:
		return int64(uint64(a) << uint(n))
	}
	return int64(uint64(a) >> uint(-n))
}

// LessIntFloat reports i < f exactly.
func LessIntFloat(i int64, f float64) bool {
	switch {
	case -1<<53 <= i && i <= 1<<53:
		return float64(i) < f
	case f >= 9223372036854775808.0:
		return true
	case f > -9223372036854775808.0:
		return i < int64(math.Ceil(f))
	}
	return false // f too small, or NaN
}

// LessEqualIntFloat reports i <= f exactly.
func LessEqualIntFloat(i int64, f float64) bool {
	switch {
	case -1<<53 <= i && i <= 1<<53:
		return float64(i) <= f
	case f >= 9223372036854775808.0:
		return true
	case f >= -9223372036854775808.0:
		return i <= int64(math.Floor(f))
	}
	return false
}

// LessFloatInt reports f < i exactly.
func LessFloatInt(f float64, i int64) bool {
	return !math.IsNaN(f) && !LessEqualIntFloat(i, f)
}

// LessEqualFloatInt reports f <= i exactly.
func LessEqualFloatInt(f float64, i int64) bool {
	return !math.IsNaN(f) && !LessIntFloat(i, f)
}
