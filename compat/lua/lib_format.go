package lua

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/internal/number"
)

// spec is one conversion of string.format.
type spec struct {
	left, plus, space, alt, zero bool
	width, prec                  int // prec -1: not given
	verb                         byte
	text                         string // as written, for messages
	bad                          bool   // a flag, width or precision it does not take
}

// strFormat is string.format: C's conversions over Lua values.
func strFormat(l *golua.State) int {
	f := checkStr(l, 1)
	out := make([]byte, 0, len(f)+32)
	arg := 1
	for {
		i := strings.IndexByte(f, '%')
		if i < 0 {
			return ret(l, string(append(out, f...)))
		}
		out = append(out, f[:i]...)
		f = f[i+1:]
		if f != "" && f[0] == '%' {
			out = append(out, '%')
			f = f[1:]
			continue
		}
		arg++
		if arg > layout.ArgCount(l) {
			argError(l, arg, "no value")
		}
		s, n := parseSpec(l, f)
		f = f[n:]
		out = s.append(l, out, arg)
		layout.Charge(l, len(out))
	}
}

// allowed lists the flags each conversion takes and whether it has a precision.
var allowed = map[byte]struct {
	flags string
	prec  bool
}{
	'c': {"-", false}, 'd': {"-+0 ", true}, 'i': {"-+0 ", true}, 'u': {"-0", true},
	'a': {"-+#0 ", true}, 'A': {"-+#0 ", true}, 'e': {"-+#0 ", true}, 'E': {"-+#0 ", true},
	'f': {"-+#0 ", true}, 'F': {"-+#0 ", true}, 'g': {"-+#0 ", true}, 'G': {"-+#0 ", true},
	'o': {"-#0", true}, 'x': {"-#0", true}, 'X': {"-#0", true},
	'p': {"-", false}, 's': {"-", true}, 'q': {"", false},
}

const quotedModifiers = "specifier '%q' cannot have modifiers"

// parseSpec reads a conversion after its '%' and returns its length.
func parseSpec(l *golua.State, f string) (spec, int) {
	s := spec{prec: -1}
	i := 0
	for i < len(f) && strings.IndexByte("-+ #0123456789.", f[i]) >= 0 {
		i++
	}
	if i >= 22 {
		layout.Raise(l, 1, "invalid format (too long)")
	}
	if i < len(f) {
		s.verb = f[i]
	}
	s.text = "%" + f[:min(i+1, len(f))]
	rule, ok := allowed[s.verb]
	if !ok || s.verb == 'F' {
		layout.Raise(l, 1, "invalid conversion '%s' to 'format'", s.text)
	}
	j := 0
	bad := func() { s.bad = true }
flags:
	for ; j < i; j++ {
		if strings.IndexByte("-+ #0", f[j]) < 0 {
			break
		}
		if strings.IndexByte(rule.flags, f[j]) < 0 {
			if s.verb == 'q' {
				layout.Raise(l, 1, "%s", quotedModifiers)
			}
			bad()
		}
		switch f[j] {
		case '-':
			s.left = true
		case '+':
			s.plus = true
		case ' ':
			s.space = true
		case '#':
			s.alt = true
		case '0':
			s.zero = true
		default:
			break flags
		}
	}
	digits := func() (v, n int) {
		for ; j < i && f[j] >= '0' && f[j] <= '9'; j++ {
			v = v*10 + int(f[j]-'0')
			n++
		}
		return v, n
	}
	v, n := digits()
	if n > 2 {
		bad()
	}
	s.width = v
	if j < i && f[j] == '.' {
		j++
		if !rule.prec {
			bad()
		}
		if v, n = digits(); n > 2 {
			bad()
		}
		s.prec = v
	}
	if s.verb == 'q' && i > 0 {
		layout.Raise(l, 1, "%s", quotedModifiers)
	}
	if j != i {
		bad()
	}
	return s, i + 1
}

func (s spec) append(l *golua.State, out []byte, arg int) []byte {
	switch s.verb {
	case 'd', 'i', 'u', 'o', 'x', 'X': // as C Lua does, a wrong argument comes first
		checkInt(l, arg)
	case 'e', 'E', 'f', 'g', 'G':
		checkFloat(l, arg)
	case 's':
		if s.bad {
			if text := tostring(l, checkAny(l, arg)); strings.IndexByte(text, 0) >= 0 {
				argError(l, arg, "string contains zeros")
			}
		}
	}
	if s.bad {
		layout.Raise(l, 1, "invalid conversion specification: '%s'", s.text)
	}
	switch s.verb {
	case 'c':
		return s.pad(out, "", string([]byte{byte(checkInt(l, arg))}), false)
	case 'd', 'i':
		n := checkInt(l, arg)
		if s.width == 0 && s.prec < 0 && !s.plus && !s.space {
			return strconv.AppendInt(out, n, 10)
		}
		digits := strconv.FormatInt(n, 10)
		sign := s.sign(n < 0)
		if n < 0 {
			digits = digits[1:]
		}
		return s.pad(out, sign, s.minDigits(digits, n == 0), s.zero && s.prec < 0)
	case 'u':
		n := checkInt(l, arg)
		return s.pad(out, "", s.minDigits(strconv.FormatUint(uint64(n), 10), n == 0), s.zero && s.prec < 0)
	case 'o', 'x', 'X':
		return s.unsigned(out, uint64(checkInt(l, arg)))
	case 'a', 'A', 'e', 'E', 'f', 'g', 'G':
		return s.float(out, checkFloat(l, arg))
	case 'p':
		text := "(null)"
		if p, ok := layout.Address(checkAny(l, arg)); ok {
			text = fmt.Sprintf("0x%012x", p)
		}
		return s.pad(out, "", text, false)
	case 'q':
		return quoted(l, out, arg)
	}
	v := checkAny(l, arg)
	text := tostring(l, v)
	if s.width == 0 && s.prec < 0 {
		return append(out, text...)
	}
	if strings.IndexByte(text, 0) >= 0 {
		argError(l, arg, "string contains zeros")
	}
	if s.prec >= 0 && s.prec < len(text) {
		text = text[:s.prec]
	}
	return s.pad(out, "", text, false)
}

func (s spec) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.plus:
		return "+"
	case s.space:
		return " "
	}
	return ""
}

func (s spec) minDigits(digits string, isZero bool) string {
	if s.prec == 0 && isZero {
		return ""
	}
	if n := s.prec - len(digits); n > 0 {
		return strings.Repeat("0", n) + digits
	}
	return digits
}

// pad appends prefix and body in the field width.
func (s spec) pad(out []byte, prefix, body string, zeros bool) []byte {
	n := s.width - len(prefix) - len(body)
	if n > 0 && !s.left {
		if zeros {
			out = append(out, prefix...)
			out = append(out, strings.Repeat("0", n)...)
			return append(out, body...)
		}
		out = append(out, strings.Repeat(" ", n)...)
	}
	out = append(out, prefix...)
	out = append(out, body...)
	if n > 0 && s.left {
		out = append(out, strings.Repeat(" ", n)...)
	}
	return out
}

func (s spec) unsigned(out []byte, n uint64) []byte {
	base, prefix := 16, ""
	if s.verb == 'o' {
		base = 8
	}
	digits := strconv.FormatUint(n, base)
	if s.verb == 'X' {
		digits = strings.ToUpper(digits)
	}
	digits = s.minDigits(digits, n == 0)
	if s.alt && n != 0 {
		switch s.verb {
		case 'o':
			if digits[0] != '0' {
				digits = "0" + digits
			}
		case 'x':
			prefix = "0x"
		case 'X':
			prefix = "0X"
		}
	}
	return s.pad(out, prefix, digits, s.zero && s.prec < 0)
}

func (s spec) float(out []byte, f float64) []byte {
	neg := math.Signbit(f)
	sign := s.sign(neg)
	upper := s.verb == 'E' || s.verb == 'G' || s.verb == 'A'
	if text, special := number.Special(f); special {
		text = strings.TrimPrefix(text, "-")
		if upper {
			text = strings.ToUpper(text)
		}
		return s.pad(out, sign, text, false)
	}
	f = math.Abs(f)
	var body string
	switch s.verb {
	case 'f':
		body = strconv.FormatFloat(f, 'f', s.precision(), 64)
		if s.alt && s.prec == 0 {
			body += "."
		}
	case 'e', 'E':
		body = strconv.FormatFloat(f, 'e', s.precision(), 64)
		if s.alt {
			body = pointed(body, 'e')
		}
	case 'g', 'G':
		body = general(f, s.precision(), s.alt)
	case 'a', 'A':
		body = hexFloat(f, s.prec)
		if s.alt {
			body = pointed(body, 'p')
		}
		sign += "0x"
	}
	if upper {
		body, sign = strings.ToUpper(body), strings.ToUpper(sign)
	}
	return s.pad(out, sign, body, s.zero)
}

func (s spec) precision() int {
	if s.prec < 0 {
		return 6
	}
	return s.prec
}

// general is C's %g.
func general(f float64, prec int, keepZeros bool) string {
	if prec == 0 {
		prec = 1
	}
	if f == 0 {
		if keepZeros {
			return "0." + strings.Repeat("0", prec-1)
		}
		return "0"
	}
	e := strconv.FormatFloat(f, 'e', prec-1, 64)
	x, _ := strconv.Atoi(e[strings.IndexByte(e, 'e')+1:])
	mant, exp := e, ""
	if x < -4 || x >= prec {
		i := strings.IndexByte(e, 'e')
		mant, exp = e[:i], e[i:]
	} else {
		mant = strconv.FormatFloat(f, 'f', prec-1-x, 64)
	}
	if !keepZeros && strings.IndexByte(mant, '.') >= 0 {
		mant = strings.TrimSuffix(strings.TrimRight(mant, "0"), ".")
	}
	return mant + exp
}

// pointed puts a point before the exponent when there is none, as '#' asks for.
func pointed(text string, exponent byte) string {
	if strings.IndexByte(text, '.') >= 0 {
		return text
	}
	i := strings.IndexByte(text, exponent)
	return text[:i] + "." + text[i:]
}

// hexFloat is "%a" without its prefix. The C library does not normalise anew what
// rounding brings to 2.
func hexFloat(f float64, prec int) string {
	digits, exp := hexParts(f, prec)
	if _, exact := hexParts(f, -1); exp == exact+1 {
		digits, exp = "2"+digits[1:], exact
	}
	return fmt.Sprintf("%sp%+d", digits, exp)
}

func hexParts(f float64, prec int) (digits string, exp int) {
	s := strings.TrimPrefix(strconv.FormatFloat(f, 'x', prec, 64), "0x")
	digits, power, _ := strings.Cut(s, "p")
	exp, _ = strconv.Atoi(power)
	return digits, exp
}

// quoted is %q: text that the Lua reader turns back into the value.
func quoted(l *golua.State, out []byte, arg int) []byte {
	switch v := checkAny(l, arg).(type) {
	case string:
		out = append(out, '"')
		for i := 0; i < len(v); i++ {
			switch c := v[i]; {
			case c == '"' || c == '\\' || c == '\n':
				out = append(out, '\\', c)
			case c < ' ' || c == 127:
				if i+1 < len(v) && v[i+1] >= '0' && v[i+1] <= '9' {
					out = fmt.Appendf(out, "\\%03d", c)
				} else {
					out = fmt.Appendf(out, "\\%d", c)
				}
			default:
				out = append(out, c)
			}
		}
		return append(out, '"')
	case int64:
		if v == math.MinInt64 {
			return append(out, "0x8000000000000000"...)
		}
		return strconv.AppendInt(out, v, 10)
	case float64:
		switch {
		case math.IsNaN(v):
			return append(out, "(0/0)"...)
		case math.IsInf(v, 1):
			return append(out, "1e9999"...)
		case math.IsInf(v, -1):
			return append(out, "-1e9999"...)
		case v == math.Trunc(v):
			return fmt.Appendf(out, "%s", spec{verb: 'a', prec: -1}.float(nil, v))
		}
		return spec{verb: 'a', prec: -1}.float(out, v)
	case nil, bool:
		return append(out, basicString(v)...)
	default:
		argError(l, arg, "value has no literal form")
	}
	return out
}
