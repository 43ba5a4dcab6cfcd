package bindings

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"time"
	"unicode/utf8"
)

// Groups "Bitmap Utilities", "Score / Severity", "Address Resolution" and what
// the documentation calls miscellaneous.
func init() {
	register("ntop", map[string]func(c *Call){
		"bitmapIsSet":        func(c *Call) { c.Push(bit(c) != 0 && uint64(c.Integer(1))&bit(c) != 0) },
		"bitmapSet":          func(c *Call) { c.Push(int64(uint64(c.Integer(1)) | bit(c))) },
		"bitmapClear":        func(c *Call) { c.Push(int64(uint64(c.Integer(1)) &^ bit(c))) },
		"mapScoreToSeverity": func(c *Call) { c.Push(severityOfScore(c.Integer(1))) },
		"mapSeverityToScore": func(c *Call) { c.Push(scoreOfSeverity(c.Integer(1))) },
		"md5":                func(c *Call) { s := md5.Sum([]byte(c.String(1))); c.Push(hex.EncodeToString(s[:])) },
		"httpPurifyParam":    purifyParam,
		"getTLSVersionName":  func(c *Call) { c.Push(tlsVersionName(uint16(c.Integer(1)))) },
		"resolveName":        resolveName,
		"getResolvedName":    resolveName,
		"resolveHost":        resolveHost,
		"setResolvedAddress": setResolvedAddress,
		"shouldResolveHost":  shouldResolveHost,
		"execCmd":            execCmd,
		"hasRadiusSupport":   func(c *Call) { c.Push(true) },
		"isGuiAccessRestricted": func(c *Call) {
			acl, _, err := c.Env.KV.Get("ntopng.prefs.http_acl_management_port")
			c.Push(!c.Failed(err) && acl != "")
		},
		"httpRedirect":    httpRedirect,
		"isForcedOffline": func(c *Call) { c.Push(c.Env.Options.Offline) },
		"setOffline":      func(c *Call) { setOffline(c, true) },
		"setOnline":       func(c *Call) { setOffline(c, false) },
		"assetsEnabled":   func(c *Call) { c.Push(c.Env.Prefs.Bool("enable_assets_log")) },
	})
	unavailable("ntop", "toggleNewDeleteTrace", "memory is Go's: there are no allocations to trace", func(c *Call) { c.Push(false) })
	noSQL := "there is no historical flow store yet"
	later("interface", "execSQLQuery", laterClickHouse, func(c *Call) { c.Push(nil); c.Push(noSQL) })
}

// bit is the single bit that argument 2 numbers, 0 when it is out of range.
func bit(c *Call) uint64 {
	n := c.Integer(2)
	if n < 0 || n > 63 {
		return 0
	}
	return 1 << n
}

// severityLevels are the scores at which the severities 2 (info) to 8
// (emergency) begin, in ntopng's numbering.
var severityLevels = []struct{ score, severity int64 }{
	{250, 8}, {200, 6}, {100, 5}, {50, 4}, {10, 3}, {1, 2},
}

func severityOfScore(score int64) int64 {
	for _, l := range severityLevels {
		if score >= l.score {
			return l.severity
		}
	}
	return 0
}

// scoreOfSeverity is the score of the first named severity that is not below.
func scoreOfSeverity(severity int64) int64 {
	for i := len(severityLevels) - 1; i >= 0; i-- {
		if severity <= severityLevels[i].severity {
			return severityLevels[i].score
		}
	}
	return scoreSevere
}

// scoreSevere is the score of what is beyond the named severities.
const scoreSevere = 150

// purifyParam takes a request parameter and whether to be strict (off), to keep
// "//" (on) and to keep ".." (off).
func purifyParam(c *Call) {
	c.pushStringOf(1, func(s string) any { return purify(s, c.flag(2, false), c.flag(3, true), c.flag(4, false)) })
}

// flag is argument i, or def when it is no boolean.
func (c *Call) flag(i int, def bool) bool {
	if v, ok := c.Bool(i); ok {
		return v
	}
	return def
}

// scripting are beginnings that make a strict parameter empty.
var scripting = []string{"<script", "<iframe", "<object", "<embed", "<svg", "<img", "javascript:", "vbscript:", "onerror=", "onload="}

// purify replaces by "_", byte for byte, what could leave an HTML attribute or
// climb out of a folder. A text that begins with a letter outside of ASCII stays.
func purify(s string, strict, allowURL, allowDots bool) string {
	if s != "" && s[0] >= 0x80 && utf8.ValidString(s) {
		return s
	}
	if strict {
		for _, word := range scripting {
			if strings.Contains(strings.ToLower(s), word) {
				return ""
			}
		}
	}
	b := []byte(s)
	for i := 0; i < len(b); i++ {
		switch {
		case strict && !plainByte(b[i]):
			b[i] = '_'
		case strict:
		case b[i] == 0xc3 && i+1 < len(b): // a Latin letter in two bytes
			i++
		case b[i] < ' ' || b[i] >= 0x7f && b[i] < 192 || strings.IndexByte(`<>"`, b[i]) >= 0:
			b[i] = '_'
		}
		if i > 0 && b[i] == b[i-1] && (b[i] == '.' && !allowDots || b[i] == '/' && !allowURL || b[i] == '\\') {
			b[i-1], b[i] = '_', '_'
		}
	}
	return string(b)
}

// plainByte is what a strict parameter may have.
func plainByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '@'
}

// tlsVersionName names a protocol version of RFC 8446 and its predecessors.
func tlsVersionName(v uint16) string {
	switch v {
	case 0x0002:
		return "SSLv2"
	case 0x0300:
		return "SSLv3"
	case 0x0301, 0x0302, 0x0303, 0x0304:
		return fmt.Sprintf("TLSv1.%d", v-0x0301)
	case 0xfeff:
		return "DTLSv1.0"
	case 0xfefd:
		return "DTLSv1.2"
	case 0xfefc:
		return "DTLSv1.3"
	}
	return fmt.Sprintf("Unknown (%04X)", v)
}

const dnsCachePrefix = "ntopng.dns.cache."

// resolveName is the name in the cache of reverse lookups, or the address.
func resolveName(c *Call) {
	addr, _, _ := strings.Cut(c.String(1), "@")
	name, _, err := c.Env.KV.Get(dnsCachePrefix + addr)
	if c.Failed(err) || name == "" {
		name = addr
	}
	c.Push(name)
}

func setResolvedAddress(c *Call) {
	c.Failed(c.Env.KV.SetEx(dnsCachePrefix+c.String(1), c.OptString(2, ""), time.Hour))
}

// lookupTimeout bounds a forward lookup that a page waits for.
const lookupTimeout = 2 * time.Second

func resolveHost(c *Call) {
	a := c.Env.lookup(c.String(1), c.OptBool(2, true))
	if !a.IsValid() {
		c.Push(nil)
		return
	}
	c.Push(a.String())
}

// lookup is the address of a name, in one family; offline only addresses have
// one. The zero address stands for none.
func (e *Env) lookup(name string, v4 bool) netip.Addr {
	if a, err := netip.ParseAddr(name); err == nil && a.Is4() == v4 {
		return a
	}
	if name == "" || e.offline() {
		return netip.Addr{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	network := "ip6"
	if v4 {
		network = "ip4"
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, network, name)
	if err != nil || len(addrs) == 0 {
		return netip.Addr{}
	}
	return addrs[0].Unmap()
}

func shouldResolveHost(c *Call) {
	switch c.Env.Options.DNSMode {
	case 0:
		isLocalAddress(c)
	case 1:
		c.Push(true)
	default:
		c.Push(false)
	}
}

// Commands run by scripts end after a while and may not print without end.
const (
	commandTimeout = 30 * time.Second
	commandOutput  = 1 << 20
)

// execCmd runs a shell command for privileged scripts and administrators.
func execCmd(c *Call) {
	if !c.Admin() {
		c.Env.Log.Logf(1, "%s: refused to user %s", c.b.Key(), c.User)
		c.Push(nil)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	var out limited
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", c.String(1))
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil && out.Len() == 0 {
		c.Push(nil)
		return
	}
	c.Push(out.String())
}

// limited keeps the first commandOutput bytes.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if room := commandOutput - l.Len(); room < len(p) {
		l.Buffer.Write(p[:max(room, 0)])
		return len(p), nil
	}
	return l.Buffer.Write(p)
}

// httpRedirect answers with a redirect to a place on this server.
func httpRedirect(c *Call) {
	if c.Out == nil {
		return
	}
	url := strings.NewReplacer("\r", "", "\n", "").Replace(c.String(1))
	fmt.Fprintf(c.Out, "HTTP/1.1 302 Found\r\nLocation: %s%s\r\n\r\n", c.Env.Options.HTTPPrefix, url)
}
