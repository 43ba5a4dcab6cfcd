package collect

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// value is what a field holds: a text or a number.
type value struct {
	text   string
	isText bool
	int    int64
	float  float64
}

func textValue(s string) value   { return value{text: s, isText: true} }
func intValue(n int64) value     { return value{int: n, float: float64(n)} }
func floatValue(f float64) value { return value{int: whole(f), float: f} }

func whole(f float64) int64 {
	if math.IsNaN(f) || f < math.MinInt64 || f >= math.MaxInt64 {
		return 0
	}
	return int64(f)
}

// number is the value as a whole number; a text is read up to its first
// character that is no digit.
func (v value) number() int64 {
	if !v.isText {
		return v.int
	}
	s := strings.TrimSpace(v.text)
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && s[end] == '-') {
		end++
	}
	n, _ := strconv.ParseInt(s[:end], 10, 64) // what is none is 0
	return n
}

func (v value) u32() uint32 { return uint32(v.number()) }
func (v value) u16() uint16 { return uint16(v.number()) }
func (v value) u8() uint8   { return uint8(v.number()) }

// count is a counter, which a probe may send as text.
func (v value) count() uint64 { return uint64(max(0, v.number())) }

// real is the value as a number with a fraction.
func (v value) real() float64 {
	if v.isText {
		f, _ := strconv.ParseFloat(strings.TrimSpace(v.text), 64) // what is none is 0
		return f
	}
	return v.float
}

// line is a text that says something: probes send an end of line for nothing.
func (v value) line() string {
	if !v.isText || strings.HasPrefix(v.text, "\n") {
		return ""
	}
	return v.text
}

// json is the value as scripts get it.
func (v value) json() any {
	switch {
	case v.isText:
		return v.text
	case v.float != float64(v.int):
		return v.float
	}
	return v.int
}

// fromJSON takes a value out of decoded JSON; ok is false for objects and lists.
func fromJSON(x any) (v value, ok bool) {
	switch x := x.(type) {
	case string:
		return textValue(x), true
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return intValue(n), true
		}
		if n, err := strconv.ParseUint(x.String(), 10, 64); err == nil { // such as a set of risks
			return value{int: int64(n), float: float64(n)}, true
		}
		f, err := x.Float64()
		return floatValue(f), err == nil
	case bool:
		if x {
			return intValue(1), true
		}
		return intValue(0), true
	}
	return value{}, false
}

// decodeJSON reads one JSON text with numbers kept as they are.
func decodeJSON(b []byte) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var x any
	err := d.Decode(&x)
	return x, err
}
