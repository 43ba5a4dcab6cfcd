package web

import (
	"net/url"
	"os"
	"strings"
)

// Param is one parameter of a request; of several with one key the last counts.
type Param struct{ Key, Value string }

// params reads a query or form the lenient way mongoose does, for the few
// fields the server itself looks at: the first of a name counts.
func params(query string) url.Values {
	out := url.Values{}
	for _, pair := range strings.Split(query, "&") {
		k, v, _ := strings.Cut(pair, "=")
		out.Add(unescape(k), unescape(v))
	}
	return out
}

// scriptParams makes the _GET or _POST table of a query or form: values are
// decoded, keys sanitised; csrf and switch_interface fields, and values that
// name an existing file, are left out.
func scriptParams(query string) []Param {
	var out []Param
	for _, pair := range strings.Split(query, "&") {
		key, v, ok := strings.Cut(pair, "=")
		if !ok || strings.HasPrefix(key, "csrf") || strings.HasPrefix(key, "switch_interface") {
			continue
		}
		key, v = sanitizeKey(key), unescape(v)
		if key != "pid_name" && strings.Contains(v, "/") && isFile(v) {
			continue
		}
		out = append(out, Param{key, v})
	}
	return out
}

func isFile(name string) bool {
	st, err := os.Stat(name)
	return err == nil && !st.IsDir()
}

// sanitizeKey replaces what is not a letter, digit, _ or @ by _.
func sanitizeKey(key string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '@' {
			return r
		}
		return '_'
	}, key)
}

// unescape decodes %XX and +; a percent sign without two digits stays.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0:
			b = append(b, byte(hex(s[i+1])<<4|hex(s[i+2])))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
