package dpi

import (
	"math"
	"strings"
	"sync"
)

// Risks that a host name brings, wherever it is read.

// hostRisks marks names that look generated, or are written in other scripts
// (RFC 3492). known says that the name belongs to an application.
func hostRisks(c *Context, name string, known bool) {
	if strings.HasPrefix(name, "xn--") || strings.Contains(name, ".xn--") {
		c.Risk(riskPunycodeIdn)
	}
	if !known && generated(name) {
		c.Risk(riskSuspiciousDgaDomain)
	}
}

// generated guesses that a program made a name up (a domain generation
// algorithm). It looks at the label below the public suffix, as a person would:
// is it long, does it have too few vowels or too many digits, and do its letters
// follow each other as they do in names that people chose?
func generated(name string) bool {
	name = strings.TrimPrefix(name, "www.")
	if len(name) < 5 || strings.ContainsAny(name, "_-:") || strings.HasSuffix(name, ".arpa") ||
		strings.HasSuffix(name, ".local") || strings.HasSuffix(name, ".lan") || strings.HasSuffix(name, ".home") {
		return false
	}
	if IsNumeric(name) {
		return false
	}
	labels := strings.Split(name, ".")
	if len(labels) < 2 || len(labels) > 4 {
		return false
	}
	word := labels[len(labels)-2]
	if len(labels) > 2 && (len(word) <= 3 || publicSecond[word]) {
		word = labels[len(labels)-3]
	}
	if len(word) < 8 {
		return false
	}
	digits, vowels, run, longest := 0, 0, 0, 0
	for _, x := range []byte(word) {
		switch {
		case x >= '0' && x <= '9':
			digits++
			run = 0
		case strings.IndexByte("aeiou", x) >= 0:
			vowels++
			run = 0
		case x >= 'a' && x <= 'z':
			if run++; run > longest {
				longest = run
			}
		default:
			return false
		}
	}
	letters := len(word) - digits
	score := familiar(word)
	switch {
	case len(word) >= tooLong && digits > 1:
		return true
	case digits > 0 && letters > 0 && digits*3 >= len(word) && len(word) >= 10:
		return score < familiarLow
	case longest >= 6:
		return score < familiarHigh
	case len(word) >= 15 && vowels*4 < letters:
		return score < familiarHigh
	}
	return score < familiarLow
}

// tooLong is from how many characters on nobody chooses a label with digits.
const tooLong = 19

// publicSecond are labels under which names are registered, as in .co.uk.
var publicSecond = map[string]bool{"co": true, "com": true, "net": true, "org": true, "gov": true, "edu": true, "ac": true, "info": true}

// Average log2 of the chances of a label's pairs of letters, below which it is
// not taken for a name that people chose.
const (
	familiarLow  = -7.0
	familiarHigh = -6.1
)

// familiar is the average of the logarithms of the chances of a word's pairs.
func familiar(word string) float64 {
	pairs := pairChances()
	sum, n := 0.0, 0
	for i := 0; i+1 < len(word); i++ {
		if letter(word[i]) == alphabet-1 || letter(word[i+1]) == alphabet-1 {
			continue // any digit may follow anything
		}
		sum += float64(pairs[letter(word[i])][letter(word[i+1])])
		n++
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

const alphabet = 27 // a to z, and one place for digits

func letter(x byte) int {
	if x >= 'a' && x <= 'z' {
		return int(x - 'a')
	}
	return alphabet - 1
}

// pairChances are learned from the names that the host table knows and from the
// English words of the category and protocol names.
var pairChances = sync.OnceValue(func() *[alphabet][alphabet]float32 {
	var count [alphabet][alphabet]float64
	var total [alphabet]float64
	learn := func(text string) {
		for i := 0; i+1 < len(text); i++ {
			a, b := text[i], text[i+1]
			if a < 'a' || a > 'z' || b < 'a' || b > 'z' {
				continue
			}
			count[letter(a)][letter(b)]++
			total[letter(a)]++
		}
	}
	for line := range strings.Lines(hostPatterns) {
		name, _, _ := strings.Cut(line, " ")
		learn(name)
	}
	for _, line := range ordinaryText {
		learn(line)
	}
	var out [alphabet][alphabet]float32
	for a := range alphabet {
		for b := range alphabet {
			p := (count[a][b] + 0.3) / (total[a] + 0.3*alphabet)
			if a == alphabet-1 || b == alphabet-1 { // next to a digit anything goes, but not often
				p = 1.0 / 64
			}
			out[a][b] = float32(math.Log2(p / 2))
		}
	}
	return &out
})

// ordinaryText is English as it occurs in names of sites and companies.
var ordinaryText = []string{
	"the quick brown fox jumps over the lazy dog while many other animals watch from the edge of the forest",
	"network traffic monitoring application performance security information technology business international",
	"online shopping market store delivery service customer support community education university research",
	"weather forecast television newspaper magazine entertainment photography architecture engineering science",
	"government department development environment transport insurance financial investment management software",
	"hardware computer internet wireless mobile telephone communication advertising publishing production studio",
	"restaurant kitchen bakery garden furniture clothing fashion jewelry leather cosmetics pharmacy hospital doctor",
	"school library student teacher knowledge language translation dictionary encyclopedia history philosophy music",
	"football basketball volleyball baseball cycling swimming running climbing hiking fishing hunting travelling",
	"windows update download upload analytics statistics tracking measurement platform solutions systems group world",
}

// invalidHost reports a byte that no host name holds (RFC 1123, 2.1; '_' and ':'
// are let pass, for services and ports).
func invalidHost(name []byte) bool {
	for _, x := range name {
		if !alnum(x|0x20) && !alnum(x) && x != '.' && x != '-' && x != '_' && x != ':' {
			return true
		}
	}
	return false
}

// goodRisks are risks that names of services that look odd by design do not
// bring; goodDomains are such names beside those the host table lists for
// connectivity checks and security products.
const goodRisks = 1<<riskSuspiciousDgaDomain | 1<<riskBinaryApplicationTransfer | 1<<riskNumericIpHost | 1<<riskMaliciousFingerprint

var goodDomains = map[string]bool{"local": true, "work": true, "akamaihd.net": true, "dropboxusercontent.com": true}

const categoryCybersecurity = 33

// goodHost reports a name whose odd form is its business.
func (e *Engine) goodHost(name string) bool {
	if _, ok := below(goodDomains, name); ok {
		return true
	}
	en, ok := e.hosts.find(name)
	return ok && (en.category == categoryConnCheck || en.category == categoryCybersecurity)
}
