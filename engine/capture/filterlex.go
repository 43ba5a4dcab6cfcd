package capture

import (
	"fmt"
	"strings"
)

// maxFilterTokens bounds an expression.
const maxFilterTokens = 2000

// filterToken is a word (a name, a number, an address) or an operator.
type filterToken struct {
	text    string
	word    bool
	escaped bool // written with a backslash: a name, never a keyword
}

// twoCharOps are the operators of two characters.
var twoCharOps = []string{"&&", "||", "==", "!=", ">=", "<=", "<<", ">>"}

// lexFilter splits an expression. A colon and a dash belong to words, as in
// addresses and ranges, except between brackets, where they are operators
// (unless a dash joins letters, as in tcp-syn).
func lexFilter(s string) ([]filterToken, error) {
	var toks []filterToken
	depth := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '\\':
			n := wordLen(s[i+1:], depth > 0)
			if n == 0 {
				return nil, fmt.Errorf("backslash without a name")
			}
			toks = append(toks, filterToken{s[i+1 : i+1+n], true, true})
			i += 1 + n
		case isWordByte(c) || c == ':' && depth == 0:
			n := wordLen(s[i:], depth > 0)
			toks = append(toks, filterToken{strings.ToLower(s[i : i+n]), true, false})
			i += n
		case strings.IndexByte("()[]!&|=<>+-*/%^:", c) >= 0:
			op := s[i : i+1]
			for _, two := range twoCharOps {
				if strings.HasPrefix(s[i:], two) {
					op = two
				}
			}
			switch op {
			case "[":
				depth++
			case "]":
				depth--
			}
			toks = append(toks, filterToken{op, false, false})
			i += len(op)
		default:
			return nil, fmt.Errorf("unexpected character %q", c)
		}
		if len(toks) > maxFilterTokens {
			return nil, fmt.Errorf("longer than %d words", maxFilterTokens)
		}
	}
	return toks, nil
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func isWordByte(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '.' }

// wordLen is the length of the word at the start of s.
func wordLen(s string, inBrackets bool) int {
	i := 0
	for i < len(s) {
		c := s[i]
		switch {
		case isWordByte(c):
		case c == ':' && !inBrackets:
		case c == '-' && i > 0 && i+1 < len(s) && isLetter(s[i-1]) && isLetter(s[i+1]):
		case (c == '-' || c == '/') && !inBrackets && i > 0 && i+1 < len(s) && isWordByte(s[i-1]) && isWordByte(s[i+1]):
		case c == '/' && !inBrackets && i > 0 && i+1 < len(s) && s[i-1] == ':' && isWordByte(s[i+1]):
		default:
			return i
		}
		i++
	}
	return i
}
