package lua

import (
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/internal/pattern"
)

func init() {
	libraries["string"] = func(vm *VM) *layout.Table {
		t := layout.NewTable(0, 24)
		register(t, map[string]libFunc{
			"byte": strByte, "char": strChar, "dump": strDump, "find": strFind, "format": strFormat,
			"gmatch": strGmatch, "gsub": strGsub, "len": strLen, "lower": strLower, "match": strMatch,
			"pack": strPack, "packsize": strPackSize, "rep": strRep, "reverse": strReverse,
			"sub": strSub, "unpack": strUnpack, "upper": strUpper,
		})
		meta := layout.NewTable(0, 1)
		meta.SetStr("__index", t.Value())
		layout.SetTypeMeta(vm.l, "", meta)
		return t
	}
}

// startPos turns a start index into a 1-based position.
func startPos(i int64, n int) int64 {
	switch {
	case i > 0:
		return i
	case i == 0 || i < -int64(n):
		return 1
	}
	return int64(n) + i + 1
}

// endPos turns an end index into a 1-based position.
func endPos(i int64, n int) int64 {
	switch {
	case i > int64(n):
		return int64(n)
	case i >= 0:
		return i
	case i < -int64(n):
		return 0
	}
	return int64(n) + i + 1
}

func strLen(l *golua.State) int { return ret(l, integer(len(checkStr(l, 1)))) }

func strSub(l *golua.State) int {
	s := checkStr(l, 1)
	i, j := startPos(checkInt(l, 2), len(s)), endPos(optInt(l, 3, -1), len(s))
	if i > j {
		return ret(l, "")
	}
	return ret(l, s[i-1:j])
}

func strUpper(l *golua.State) int { return ret(l, mapBytes(checkStr(l, 1), 'a', 'z')) }
func strLower(l *golua.State) int { return ret(l, mapBytes(checkStr(l, 1), 'A', 'Z')) }

// mapBytes flips the case of the bytes from lo to hi.
func mapBytes(s string, lo, hi byte) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= lo && s[i] <= hi {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= lo && b[i] <= hi {
					b[i] ^= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

func strReverse(l *golua.State) int {
	b := []byte(checkStr(l, 1))
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return ret(l, string(b))
}

// maxString is the longest string made at once.
const maxString = 1<<31 - 1

func strRep(l *golua.State) int {
	s, n, sep := checkStr(l, 1), checkInt(l, 2), optStr(l, 3, "")
	if n <= 0 {
		return ret(l, "")
	}
	unit := int64(len(s) + len(sep))
	if unit > 0 && n > maxString/unit {
		layout.Raise(l, 1, "resulting string too large")
	}
	layout.Charge(l, int(unit*n))
	if sep == "" {
		return ret(l, strings.Repeat(s, int(n)))
	}
	return ret(l, strings.Repeat(s+sep, int(n-1))+s)
}

func strByte(l *golua.State) int {
	s := checkStr(l, 1)
	i := startPos(optInt(l, 2, 1), len(s))
	j := endPos(optInt(l, 3, i), len(s))
	if layout.Arg(l, 3) == nil && layout.Arg(l, 2) != nil {
		j = endPos(checkInt(l, 2), len(s))
	}
	if i > j {
		return 0
	}
	n := int(j - i + 1)
	if n == 1 {
		return ret(l, integer(int(s[i-1])))
	}
	if n > 1<<20 || !layout.Reserve(l, n) {
		layout.Raise(l, 1, "string slice too long")
	}
	for k := i - 1; k < j; k++ {
		layout.Push(l, integer(int(s[k])))
	}
	return n
}

func strChar(l *golua.State) int {
	n := layout.ArgCount(l)
	b := make([]byte, n)
	for i := range b {
		c := checkInt(l, i+1)
		if uint64(c) > 255 {
			argError(l, i+1, "value out of range")
		}
		b[i] = byte(c)
	}
	return ret(l, string(b))
}

func strDump(l *golua.State) int {
	checkFunction(l, 1)
	layout.Raise(l, 1, "unable to dump given function")
	return 0
}

// matcher makes a pattern matcher that lets the run's bounds end it.
func matcher(l *golua.State, s, p string) *pattern.Matcher {
	vm := vmOf(l)
	return pattern.New(s, p, func() { vm.tick(l) })
}

// patternError turns a malformed pattern's panic into a Lua error. It is deferred.
func patternError(l *golua.State) {
	if r := recover(); r != nil {
		if e, ok := r.(pattern.Error); ok {
			layout.Raise(l, 1, "%s", string(e))
		}
		panic(r)
	}
}

func pushCapture(m *pattern.Matcher, i, start, end int) any {
	s, pos, isPos := m.Capture(i, start, end)
	if isPos {
		return integer(pos)
	}
	return s
}

// pushCaptures pushes all captures, or the whole match when there are none and
// whole is set.
func pushCaptures(l *golua.State, m *pattern.Matcher, start, end int, whole bool) int {
	n := m.Captures()
	if n == 0 && whole {
		n = 1
	}
	for i := range n {
		layout.Push(l, pushCapture(m, i, start, end))
	}
	return n
}

func strFind(l *golua.State) int  { return find(l, true) }
func strMatch(l *golua.State) int { return find(l, false) }

func find(l *golua.State, positions bool) int {
	s, p := checkStr(l, 1), checkStr(l, 2)
	init := startPos(optInt(l, 3, 1), len(s))
	if init > int64(len(s))+1 {
		return ret(l, nil)
	}
	at := int(init - 1)
	if positions && (layout.Truthy(layout.Arg(l, 4)) || pattern.Plain(p)) {
		i := strings.Index(s[at:], p)
		if i < 0 {
			return ret(l, nil)
		}
		return ret(l, integer(at+i+1), integer(at+i+len(p)))
	}
	defer patternError(l)
	anchored := strings.HasPrefix(p, "^")
	if anchored {
		p = p[1:]
	}
	m := matcher(l, s, p)
	for ; at <= len(s); at++ {
		if e := m.Match(at); e >= 0 {
			if positions {
				layout.Push(l, integer(at+1))
				layout.Push(l, integer(e))
				return 2 + pushCaptures(l, m, at, e, false)
			}
			return pushCaptures(l, m, at, e, true)
		}
		if anchored {
			break
		}
	}
	return ret(l, nil)
}

func strGmatch(l *golua.State) int {
	s, p := checkStr(l, 1), checkStr(l, 2)
	at := int(min(startPos(optInt(l, 3, 1), len(s))-1, int64(len(s))+1))
	last := -1
	return ret(l, layout.Function(func(l *golua.State) int {
		defer patternError(l)
		m := matcher(l, s, p)
		for ; at <= len(s); at++ {
			if e := m.Match(at); e >= 0 && e != last {
				start := at
				at, last = e, e
				return pushCaptures(l, m, start, e, true)
			}
		}
		return 0
	}))
}

func strGsub(l *golua.State) int {
	s, p := checkStr(l, 1), checkStr(l, 2)
	repl := layout.Arg(l, 3)
	limit := optInt(l, 4, int64(len(s))+1)
	var text string
	table := layout.AsTable(repl)
	isFunc := layout.IsFunction(repl)
	if table == nil && !isFunc {
		var ok bool
		if text, ok = layout.ToString(repl); !ok {
			typeError(l, 3, "string/function/table")
		}
	}
	defer patternError(l)
	anchored := strings.HasPrefix(p, "^")
	if anchored {
		p = p[1:]
	}
	m := matcher(l, s, p)
	var out []byte
	at, count, copied, last := 0, int64(0), 0, -1
	changed := false
	for count < limit {
		e := m.Match(at)
		if e >= 0 && e != last {
			last = e
			count++
			out = append(out, s[copied:at]...)
			whole := s[at:e]
			switch {
			case table != nil:
				v := layout.Index(l, repl, pushCapture(m, 0, at, e))
				out = appendReplacement(l, out, v, whole)
				changed = changed || layout.Truthy(v)
			case isFunc:
				n := max(m.Captures(), 1)
				args := make([]any, n)
				for i := range args {
					args[i] = pushCapture(m, i, at, e)
				}
				v := layout.Call(l, repl, 1, args...)[0]
				out = appendReplacement(l, out, v, whole)
				changed = changed || layout.Truthy(v)
			default:
				changed = true
				out = expand(l, out, text, m, at, e)
			}
			layout.Charge(l, len(out))
			copied = e
			at = e
		} else if at < len(s) {
			at++
		} else {
			break
		}
		if anchored {
			break
		}
	}
	if !changed {
		return ret(l, s, layout.Int(count)) // the same string, as in Lua
	}
	out = append(out, s[copied:]...)
	return ret(l, string(out), layout.Int(count))
}

func appendReplacement(l *golua.State, out []byte, v any, whole string) []byte {
	if !layout.Truthy(v) {
		return append(out, whole...)
	}
	s, ok := layout.ToString(v)
	if !ok {
		layout.Raise(l, 1, "invalid replacement value (a %s)", layout.TypeName(v))
	}
	return append(out, s...)
}

// expand appends a replacement text with its %0..%9.
func expand(l *golua.State, out []byte, text string, m *pattern.Matcher, start, end int) []byte {
	for {
		i := strings.IndexByte(text, '%')
		if i < 0 {
			return append(out, text...)
		}
		out = append(out, text[:i]...)
		var c byte
		if i+1 < len(text) {
			c = text[i+1]
		}
		switch {
		case c == '%':
			out = append(out, '%')
		case c == '0':
			out = append(out, m.Whole(start, end)...)
		case c >= '1' && c <= '9':
			if int(c-'1') >= max(m.Captures(), 1) {
				layout.Raise(l, 1, "invalid capture index %%%c", c)
			}
			s, _ := layout.ToString(pushCapture(m, int(c-'1'), start, end))
			out = append(out, s...)
		default:
			layout.Raise(l, 1, "%s", "invalid use of '%' in replacement string")
		}
		text = text[i+2:]
	}
}
