package dpi

import (
	"bytes"
	"strconv"
	"strings"
)

// Risks of HTTP requests and answers. Where no document is named the conditions
// are nDPI's.

// requestRisks marks what a request gives away.
func requestRisks(c *Context, m *Metadata, target, host string) {
	agentRisks(c, m.HTTPUserAgent)
	c.S.res.Risks |= urlRisks(target)
	name := hostOnly(host)
	if host != "" && invalidHost([]byte(host)) && !strings.HasPrefix(host, "[") {
		c.Risk(riskInvalidCharacters)
		c.Risk(riskPossibleExploit)
	}
	if IsNumeric(name) && c.T.Server.Is4() && m.HTTPMethod != "CONNECT" && name != c.T.Server.String() {
		c.Risk(riskHttpSuspiciousHeader) // it asks for another host than it talks to
	}
}

// urlRisks marks paths and parameters that attacks send.
func urlRisks(target string) (risks uint64) {
	switch {
	case strings.Contains(target, "<php>"), strings.HasPrefix(target, "/shell?"):
		risks |= 1 << riskUrlPossibleRceInjection
	case strings.HasPrefix(target, "/."):
		risks |= 1 << riskPossibleExploit
	}
	_, query, _ := strings.Cut(target, "?")
	for query != "" {
		var field string
		field, query, _ = strings.Cut(query, "&")
		_, value, ok := strings.Cut(field, "=")
		if !ok || value == "" {
			continue
		}
		if r := injection(unescape(value)); r != 0 {
			return risks | 1<<r
		}
	}
	if strings.Contains(target, "..") { // climbs out of the folder (OWASP, "Path Traversal")
		risks |= 1 << riskHttpSuspiciousUrl
	}
	return risks
}

// agentRisks marks user agents of scanners and crawlers.
func agentRisks(c *Context, agent string) {
	if agent == "" {
		c.Risk(riskHttpSuspiciousUserAgent)
		return
	}
	if strings.HasPrefix(agent, "jndi:ldap://") || strings.Contains(agent, "${jndi:") {
		c.Risk(riskPossibleExploit) // CVE-2021-44228
	}
	i := strings.Index(agent, "://")
	if len(agent) < 4 || len(agent) > 256 || strings.HasPrefix(agent, "test") || strings.HasPrefix(agent, "<?") || strings.ContainsAny(agent, "{}$") ||
		i > 0 && agent[i-1] != 'p' && agent[i-1] != 's' || randomWord(agent) {
		c.Risk(riskHttpSuspiciousUserAgent)
	}
	low := strings.ToLower(agent)
	if strings.Contains(low, "+http:") || strings.Contains(low, " http:") || strings.Contains(low, "crawler") || strings.Contains(low, "bot") {
		c.Risk(riskHttpCrawlerBot)
	}
}

// randomWord reports an agent of letters alone, a fifth of them capitals.
func randomWord(agent string) bool {
	if len(agent) <= 12 {
		return false
	}
	capitals := 0
	for _, x := range []byte(agent) {
		if upper(x) {
			capitals++
		} else if x < 'a' || x > 'z' {
			return false
		}
	}
	return capitals*5 >= len(agent)
}

// oddFields are fields that only malware sends (nDPI's list).
var oddFields = map[string]bool{
	"arch": true, "cores": true, "mem": true, "os": true, "osname": true, "osversion": true, "root": true, "s": true,
	"tls_version": true, "uuid": true, "x-hire-me": true,
}

const longestOddField = len("tls_version")

// fieldRisks marks header fields: odd names, and credentials in the clear (RFC
// 7617, RFC 7616).
func fieldRisks(c *Context, name, value []byte) {
	if len(name) <= longestOddField && upper(name[0]) {
		var b [longestOddField]byte
		for i, x := range name {
			b[i] = lower(x)
		}
		if oddFields[string(b[:len(name)])] {
			c.Risk(riskHttpSuspiciousHeader)
		}
	}
	if is(name, "Authorization") && (bytes.Contains(value, []byte("Basic")) || bytes.Contains(value, []byte("Digest"))) {
		c.Risk(riskClearTextCredentials)
	}
}

// Oldest versions of servers that are still looked after (endoflife.date), as
// nDPI 4.11 has them.
var (
	oldestApache = [3]int{2, 4, 0}
	oldestNginx  = [3]int{1, 22, 0}
)

// serverRisks marks programs that are out of date, and names that are no text.
func serverRisks(c *Context, server string) {
	low := strings.ToLower(server)
	if v, ok := strings.CutPrefix(low, "apache/"); ok && older(v, oldestApache) {
		c.Risk(riskHttpObsoleteServer)
	}
	if v, ok := strings.CutPrefix(low, "nginx/"); ok && older(v, oldestNginx) {
		c.Risk(riskHttpObsoleteServer)
	}
	for _, x := range []byte(server) {
		if x < ' ' || x > '~' {
			c.Risk(riskHttpSuspiciousHeader)
			return
		}
	}
}

// older reports a version of three numbers below another.
func older(text string, oldest [3]int) bool {
	end := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end >= 0 {
		text = text[:end]
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil {
			return false
		}
		if n != oldest[i] {
			return n < oldest[i]
		}
	}
	return false
}

// programTypes are media types of programs (IANA media types, and the usual x-
// ones); fileTypes those of files.
var (
	programTypes = map[string]bool{
		"application/exe": true, "application/java-vm": true, "application/vnd.ms-cab-compressed": true,
		"application/vnd.microsoft.portable-executable": true, "application/x-msdownload": true, "application/x-dosexec": true,
	}
	fileTypes = map[string]bool{
		"application/octet-stream": true, "application/x-tar": true, "application/x-zip": true, "application/x-bzip": true,
		"application/bz": true, "application/bz2": true,
	}
)

// contentRisks marks what an answer or request carries: programs, files, bytes
// where text was announced.
func contentRisks(c *Context, m *Metadata, disposition string, body []byte) {
	kind, _, _ := strings.Cut(strings.ToLower(m.HTTPContentType), ";")
	kind = strings.TrimSpace(kind)
	switch {
	case programTypes[kind]:
		c.S.hostCat = categoryDownload
		programTransfer(c, m)
		if kind == "application/java-vm" && strings.HasPrefix(m.HTTPUserAgent, "Java/") {
			c.Risk(riskPossibleExploit) // Java that loads Java: CVE-2021-44228 at work
		}
	case fileTypes[kind]:
		c.S.hostCat = categoryDownload
		c.Risk(riskBinaryDataTransfer)
	}
	if name, ok := strings.CutPrefix(disposition, "attachment; filename"); ok && len(name) > 4 {
		name = strings.Trim(strings.TrimPrefix(name, "="), `"`)
		switch ext := strings.ToLower(name[max(0, len(name)-3):]); ext {
		case "exe", "msi", "cab":
			c.S.hostCat = categoryDownload
			programTransfer(c, m)
		default:
			c.Risk(riskBinaryDataTransfer)
		}
	}
	if m.HTTPStatus/100 == 2 && program(body) {
		programTransfer(c, m)
	}
	if text := strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "/json") || strings.HasSuffix(kind, "x-www-form-urlencoded"); text && len(body) >= 4 {
		if !printable(body[:4]) && !has(body, "\x1f\x8b\x08\x00") && !has(body, "\xef\xbb\xbf") {
			c.Risk(riskHttpSuspiciousContent)
		}
	}
}

// program reports the first bytes of executables.
func program(b []byte) bool {
	return has(b, "MZ") && len(b) > 64 || has(b, "\x7fELF") || has(b, "\xcf\xfa\xed\xfe") || has(b, "#!/") || has(b, "dex\n035\x00")
}

// updateHosts bring programs as their business (Microsoft, "Windows endpoints").
var updateHosts = []string{".windowsupdate.com", ".microsoft.com", ".office365.com", ".windows.com"}

func programTransfer(c *Context, m *Metadata) {
	for _, h := range updateHosts {
		if strings.HasSuffix(m.HostName, h) {
			return
		}
	}
	c.Risk(riskBinaryApplicationTransfer)
}

// statusRisks marks errors, and errors in answer to what attacks on WordPress
// ask for.
func statusRisks(c *Context, m *Metadata) {
	if m.HTTPStatus < 400 {
		return
	}
	c.Risk(riskErrorCodeDetected)
	_, path, _ := strings.Cut(m.HTTPURL, "/")
	if m.HTTPMethod == "POST" && strings.HasPrefix(path, "wp-admin/") || m.HTTPMethod == "GET" && strings.HasPrefix(path, "wp-content/uploads/") {
		c.Risk(riskPossibleExploit)
	}
}
