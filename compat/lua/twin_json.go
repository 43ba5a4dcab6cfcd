package lua

import (
	"math"
	"strconv"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/internal/number"
	"ntopgo/compat/lua/translate"
)

// twinJSON encodes and decodes in Go what is plain: tables without metamethods
// that matter, strict JSON without options. The Lua functions do the rest, among
// it everything that ends in an error.
func twinJSON(_ *VM, module any) {
	m := layout.AsTable(module)
	if m == nil {
		return
	}
	for name, f := range map[string]libFunc{"encode": jsonEncode, "decode": jsonDecode} {
		if original := m.GetStr(name); layout.IsFunction(original) {
			m.SetStr(name, layout.NativeTwin(f, original))
		}
	}
}

// jsonEncode is encode(value).
func jsonEncode(l *golua.State) int {
	if layout.Arg(l, 2) == nil {
		e := jsonEncoder{l: l}
		if e.value(layout.Arg(l, 1), 0) {
			return ret(l, string(e.out))
		}
	}
	return layout.CallOriginal(l)
}

// maxJSONDepth bounds nesting: what is deeper, or a cycle, goes to the module.
const maxJSONDepth = 100

type jsonEncoder struct {
	l       *golua.State
	out     []byte
	charged int
}

// value appends v; false leaves the whole text to the module.
func (e *jsonEncoder) value(v any, depth int) bool {
	switch v := v.(type) {
	case nil:
		e.out = append(e.out, "null"...)
	case bool:
		e.out = strconv.AppendBool(e.out, v)
	case int64:
		e.out = strconv.AppendInt(e.out, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			e.out = append(e.out, "null"...)
			break
		}
		e.out = append(e.out, number.FormatFloat(v)...)
	case string:
		e.quote(v)
	default:
		t := layout.AsTable(v)
		if t == nil || depth > maxJSONDepth || !plainForJSON(t.Meta()) {
			return false
		}
		layout.Tick(e.l)
		if len(e.out)-e.charged > 1<<16 {
			layout.Charge(e.l, len(e.out))
			e.charged = len(e.out)
		}
		return e.table(t, depth)
	}
	return true
}

// plainForJSON reports that a metatable changes nothing but the form of an empty
// table.
func plainForJSON(meta *layout.Table) bool {
	if meta == nil {
		return true
	}
	if meta.Meta() != nil {
		return false
	}
	for _, name := range []string{"__tojson", "__jsonorder", "__index", "__pairs", "__len"} {
		if meta.GetStr(name) != nil {
			return false
		}
	}
	return true
}

func (e *jsonEncoder) table(t *layout.Table, depth int) bool {
	n, array, ok := jsonArray(t)
	if !ok {
		return false
	}
	if n == 0 && t.Meta() != nil && t.Meta().GetStr("__jsontype") == "object" {
		array = false
	}
	if array {
		e.out = append(e.out, '[')
		for i := int64(1); i <= n; i++ {
			if i > 1 {
				e.out = append(e.out, ',')
			}
			if !e.value(t.GetInt(i), depth+1) {
				return false
			}
		}
		e.out = append(e.out, ']')
		return true
	}
	e.out = append(e.out, '{')
	it := t.Iterate()
	first := true
	for k, v, more := it.Next(); more; k, v, more = it.Next() {
		name, ok := layout.ToString(k)
		if !ok {
			return false
		}
		if !first {
			e.out = append(e.out, ',')
		}
		first = false
		e.quote(name)
		e.out = append(e.out, ':')
		if !e.value(v, depth+1) {
			return false
		}
	}
	e.out = append(e.out, '}')
	return true
}

// jsonArray tells whether a table is written as an array, and its length. A
// table with a field "n" is left to the module.
func jsonArray(t *layout.Table) (n int64, array, ok bool) {
	count := int64(0)
	it := t.Iterate()
	for k, _, more := it.Next(); more; k, _, more = it.Next() {
		i, isInt := k.(int64)
		if !isInt || i < 1 {
			return 0, false, t.GetStr("n") == nil
		}
		n = max(n, i)
		count++
	}
	if n > 10 && n > count*2 {
		return 0, false, true
	}
	return n, true, true
}

// quote appends a string: control characters, quotes, DEL and the characters
// that JavaScript takes for line ends or drops are written by number.
func (e *jsonEncoder) quote(s string) {
	e.out = append(e.out, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < 127 {
			i++
			continue
		}
		n, code := 1, rune(c)
		if c > 127 {
			if n, code = hiddenCharacter(s[i:]); n == 0 {
				i++
				continue
			}
		}
		e.out = append(e.out, s[from:i]...)
		if short := jsonShort(code); short != 0 {
			e.out = append(e.out, '\\', short)
		} else {
			const hex = "0123456789abcdef"
			e.out = append(e.out, '\\', 'u', hex[code>>12&15], hex[code>>8&15], hex[code>>4&15], hex[code&15])
		}
		i += n
		from = i
	}
	e.out = append(append(e.out, s[from:]...), '"')
}

func jsonShort(c rune) byte {
	switch c {
	case '"', '\\':
		return byte(c)
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	}
	return 0
}

// hidden are the ranges of characters above 127 that are written by number.
var hidden = [][2]rune{{0x80, 0x9f}, {0xad, 0xad}, {0x600, 0x604}, {0x70f, 0x70f}, {0x17b4, 0x17b5},
	{0x200c, 0x200f}, {0x2028, 0x202f}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff0, 0xffff}}

// hiddenCharacter decodes the UTF-8 character at the start of s; n is 0 when it
// is not one that is written by number.
func hiddenCharacter(s string) (n int, code rune) {
	switch c := s[0]; {
	case c == 0xc2 || c == 0xd8 || c == 0xdc:
		n, code = 2, rune(c&0x1f)
	case c == 0xe1 || c == 0xe2 || c == 0xef:
		n, code = 3, rune(c&0x0f)
	default:
		return 0, 0
	}
	if len(s) < n {
		return 0, 0
	}
	for _, b := range []byte(s[1:n]) {
		if b&0xc0 != 0x80 {
			return 0, 0
		}
		code = code<<6 | rune(b&0x3f)
	}
	for _, r := range hidden {
		if r[0] <= code && code <= r[1] {
			return n, code
		}
	}
	return 0, 0
}

// jsonDecode is decode(text) and decode(text, 1).
func jsonDecode(l *golua.State) int {
	s, ok := layout.Arg(l, 1).(string)
	from := layout.Arg(l, 2)
	if ok && (from == nil || from == int64(1)) && layout.ArgCount(l) <= 3 && layout.Arg(l, 3) == nil {
		d := jsonDecoder{l: l, s: s}
		if v, ok := d.value(0); ok {
			return ret(l, v, layout.Int(int64(d.pos+1)))
		}
	}
	return layout.CallOriginal(l)
}

// jsonDecoder reads strict JSON; whatever else the module understands or
// complains of is left to it.
type jsonDecoder struct {
	l             *golua.State
	s             string
	pos           int
	object, array *layout.Table // the metatables of what one call makes
}

func (d *jsonDecoder) space() {
	for d.pos < len(d.s) {
		switch d.s[d.pos] {
		case ' ', '\t', '\n', '\v', '\f', '\r':
			d.pos++
		default:
			return
		}
	}
}

// peek is the next character that is no space, 0 at the end.
func (d *jsonDecoder) peek() byte {
	d.space()
	if d.pos < len(d.s) {
		return d.s[d.pos]
	}
	return 0
}

func (d *jsonDecoder) value(depth int) (any, bool) {
	if depth > maxJSONDepth {
		return nil, false
	}
	switch c := d.peek(); {
	case c == '{':
		return d.readObject(depth)
	case c == '[':
		return d.readArray(depth)
	case c == '"':
		return d.readString()
	case c == '-' || c >= '0' && c <= '9':
		return d.readNumber()
	case c == 't':
		return true, d.word("true")
	case c == 'f':
		return false, d.word("false")
	case c == 'n':
		return nil, d.word("null")
	}
	return nil, false
}

func (d *jsonDecoder) word(w string) bool {
	end := d.pos + len(w)
	if end > len(d.s) || d.s[d.pos:end] != w || !d.ends(end) {
		return false
	}
	d.pos = end
	return true
}

// ends reports that a number or word ends at a position.
func (d *jsonDecoder) ends(at int) bool {
	if at >= len(d.s) {
		return true
	}
	switch d.s[at] {
	case ' ', '\t', '\n', '\r', ',', ']', '}':
		return true
	}
	return false
}

func (d *jsonDecoder) readNumber() (any, bool) {
	i := d.pos
	digits := func() (n int) {
		for i < len(d.s) && d.s[i] >= '0' && d.s[i] <= '9' {
			i++
			n++
		}
		return n
	}
	if d.s[i] == '-' {
		i++
	}
	if digits() == 0 {
		return nil, false
	}
	if i < len(d.s) && d.s[i] == '.' {
		i++
		digits()
	}
	if i < len(d.s) && d.s[i]|0x20 == 'e' {
		i++
		if i < len(d.s) && (d.s[i] == '+' || d.s[i] == '-') {
			i++
		}
		if digits() == 0 {
			return nil, false
		}
	}
	if !d.ends(i) {
		return nil, false
	}
	v, ok := number.Parse(d.s[d.pos:i])
	d.pos = i
	return v, ok
}

func (d *jsonDecoder) readString() (any, bool) {
	d.pos++
	from := d.pos
	for i := from; i < len(d.s); i++ {
		switch d.s[i] {
		case '"':
			d.pos = i + 1
			return d.s[from:i], true
		case '\\':
			return d.readEscaped(from, i)
		}
	}
	return nil, false
}

var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// readEscaped reads a string that starts at from and has its first escape at i.
func (d *jsonDecoder) readEscaped(from, i int) (any, bool) {
	layout.Charge(d.l, len(d.s)-from)
	out := append(make([]byte, 0, i-from+32), d.s[from:i]...)
	for i < len(d.s) {
		c := d.s[i]
		if c == '"' {
			d.pos = i + 1
			return string(out), true
		}
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		if i+1 >= len(d.s) {
			return nil, false
		}
		if r, ok := jsonEscapes[d.s[i+1]]; ok {
			out = append(out, r)
			i += 2
			continue
		}
		code, ok := d.hex(i)
		if !ok {
			return nil, false
		}
		i += 6
		if code >= 0xd800 && code <= 0xdbff {
			if low, ok := d.hex(i); ok && low >= 0xdc00 && low <= 0xdfff {
				code = (code-0xd800)<<10 + (low - 0xdc00) + 0x10000
				i += 6
			}
		}
		out = translate.AppendUTF8(out, code)
	}
	return nil, false
}

// hex reads an escape of four hexadecimal digits at a position.
func (d *jsonDecoder) hex(at int) (code uint64, ok bool) {
	if at+6 > len(d.s) || d.s[at] != '\\' || d.s[at+1] != 'u' {
		return 0, false
	}
	for _, c := range []byte(d.s[at+2 : at+6]) {
		v := number.HexDigit(c)
		if v < 0 {
			return 0, false
		}
		code = code<<4 | uint64(v)
	}
	return code, true
}

func (d *jsonDecoder) readArray(depth int) (any, bool) {
	layout.Tick(d.l)
	d.pos++
	if d.array == nil {
		d.array = jsonMeta("array")
	}
	t := layout.NewTable(0, 0)
	t.SetMeta(d.array)
	for n := int64(1); ; n++ {
		if n == 1 && d.peek() == ']' {
			d.pos++
			return t.Value(), true
		}
		v, ok := d.value(depth + 1)
		if !ok {
			return nil, false
		}
		if v != nil {
			t.SetInt(n, v)
		}
		switch d.peek() {
		case ']':
			d.pos++
			return t.Value(), true
		case ',':
			d.pos++
		default:
			return nil, false
		}
	}
}

func (d *jsonDecoder) readObject(depth int) (any, bool) {
	layout.Tick(d.l)
	d.pos++
	if d.object == nil {
		d.object = jsonMeta("object")
	}
	t := layout.NewTable(0, 4)
	t.SetMeta(d.object)
	for first := true; ; first = false {
		c := d.peek()
		if first && c == '}' {
			d.pos++
			return t.Value(), true
		}
		if c != '"' {
			return nil, false
		}
		k, ok := d.readString()
		if !ok || d.peek() != ':' {
			return nil, false
		}
		d.pos++
		v, ok := d.value(depth + 1)
		if !ok {
			return nil, false
		}
		t.Set(k, v)
		switch d.peek() {
		case '}':
			d.pos++
			return t.Value(), true
		case ',':
			d.pos++
		default:
			return nil, false
		}
	}
}

// jsonMeta is the metatable that the module gives to what it reads.
func jsonMeta(kind string) *layout.Table {
	m := layout.NewTable(0, 1)
	m.SetStr("__jsontype", kind)
	return m
}
