package dpi

import (
	"regexp"
	"strings"
)

// Injections in parameters of URLs (OWASP: "Cross Site Scripting", "SQL
// Injection", "Command Injection"). The patterns are written for this program:
// they want the syntax that makes an injection work, not words that text has too.
var (
	xss = regexp.MustCompile(`(?i)<\s*/?\s*(script|iframe|object|embed|svg|applet|meta|base|form)\b|` + // elements that run or load
		`<[a-z][^>]*\son[a-z]+\s*=|` + // event handlers
		`["'][\s/]*on(error|load|click|focus|mouse[a-z]+|key[a-z]+)\s*=|` +
		`\bjavascript\s*:|\bvbscript\s*:|<\s*img[^>]+src\s*=|\bdocument\s*\.\s*(cookie|location|write)|\balert\s*\(`)
	sql = regexp.MustCompile(`(?i)['")]\s*(or|and|xor|\|\||&&)\s*['"(]?\s*[\w'"]+\s*['")]?\s*(=|<|>|like\b|is\b|in\b|between\b)|` + // tautologies
		`\b(or|and)\s+['"]?(\d+)['"]?\s*=\s*['"]?\d+|` +
		`\bunion\s+(all\s+|distinct\s+)?select\b|` +
		`\bselect\s+(\*|[\w.]+\s*[,(]|\d|@@).{0,80}\bfrom\b|` +
		`;\s*(drop|alter|create|truncate|insert|update|delete|exec|shutdown)\s+\w+|` +
		`\binsert\s+into\s+\w+\s*(\(|values)|\bdelete\s+from\s+\w+|` +
		`\b(sleep|benchmark|pg_sleep|waitfor\s+delay|load_file|extractvalue|updatexml|xp_cmdshell)\s*['"(]|` +
		`\border\s+by\s+\d+\s*(--|#)|['"]\s*(--|#|/\*)|\binformation_schema\b|@@version|` +
		`'\s*(or|and|union|having|group\s+by|order\s+by)\b`)
	rce = regexp.MustCompile(`(?i)(^|[;&|` + "`" + `\n(])\s*(cat|ls|id|uname|whoami|wget|curl|nc|ncat|netcat|bash|sh|zsh|ksh|python[23]?|perl|ruby|php|ping|chmod|rm|echo|ifconfig|powershell|cmd(\.exe)?|net\s+user|certutil|dir|type)(\s+[-/.\w$%"'<>&|:{]|\s*[;|&` + "`" + `)]|$)|` +
		`\$\([^)]+\)|` + "`[^`]+`" + `|\$\{jndi:|/bin/(ba|z|k|da)?sh\b|/etc/(passwd|shadow)\b|` +
		`\b(system|exec|passthru|shell_exec|popen|proc_open|eval|assert|base64_decode|phpinfo)\s*\(|<\?(php|=)|\bcmd\.exe\b`)
)

// maxInjection bounds how much of a parameter is looked at.
const maxInjection = 1024

// injection returns the risk of a decoded parameter, 0 for none.
func injection(value string) uint {
	if len(value) > maxInjection {
		value = value[:maxInjection]
	}
	if !strings.ContainsAny(value, "<>'\"`;|&$()=/*#-\\:@ ") {
		return 0
	}
	switch {
	case mayBeXSS(value) && xss.MatchString(value):
		return riskUrlPossibleXss
	case mayBeSQL(value) && sql.MatchString(value):
		return riskUrlPossibleSqlInjection
	case strings.ContainsAny(value, ";|&$`(/<") && rce.MatchString(value):
		return riskUrlPossibleRceInjection
	}
	return 0
}

// mayBeXSS and mayBeSQL are quick, and say no only where their expressions find
// nothing: each alternative needs one of these.
func mayBeXSS(value string) bool {
	return strings.ContainsAny(value, "<'\"(") || holds(value, "script") || holds(value, "document")
}

func mayBeSQL(value string) bool {
	return strings.ContainsAny(value, "'\");(@ \t\n\f\r") || holds(value, "information_schema")
}

// holds says whether word, of small letters, is in s in whatever letters; yes where s is
// not all ASCII, as other letters may stand for the same.
func holds(s, word string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i]|0x20 == word[0] && len(s)-i >= len(word) && strings.EqualFold(s[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// unescape undoes percent signs and pluses (WHATWG URL, section 5.1); what is
// no escape is left as it is.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			out = append(out, ' ')
		case s[i] == '%' && i+2 < len(s) && nibble(s[i+1]) >= 0 && nibble(s[i+2]) >= 0:
			out = append(out, byte(nibble(s[i+1])<<4|nibble(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return string(out)
}

func nibble(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
