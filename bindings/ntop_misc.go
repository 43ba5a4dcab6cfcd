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
		"httpPurifyParam":    func(c *Call) { c.Push(purify(c.String(1))) },
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

func scoreOfSeverity(severity int64) int64 {
	for _, l := range severityLevels {
		if severity >= l.severity {
			return l.score
		}
	}
	return 1
}

// purify drops from a request parameter what could leave an HTML or shell
// context.
func purify(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune("<>\"'`;|", r) {
			return '_'
		}
		return r
	}, s)
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
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	var out limited
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", c.String(1))
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil && out.Len() == 0 {
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
