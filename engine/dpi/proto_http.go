package dpi

import (
	"bytes"
	"strconv"
	"strings"
)

// HTTP/1.x: RFC 9112, RFC 9110. WebDAV methods: RFC 4918.

func init() {
	Register(Dissector{
		ID: idHttp, Name: "HTTP", L4: TCP, Ports: []uint16{80, 8080, 8000}, First: "ABCDGHILMNOPRSTUVabcdgilmnoprstuv",
		Priority: -8, Extra: 8, Func: dissectHTTP,
	})
}

// httpMethods are the methods of RFC 9110, RFC 5789 and RFC 4918, and those of
// other protocols on top of HTTP/1 framing.
var httpMethods = map[string]bool{
	"GET": true, "POST": true, "HEAD": true, "PUT": true, "DELETE": true, "OPTIONS": true, "CONNECT": true, "TRACE": true,
	"PATCH": true, "PROPFIND": true, "PROPPATCH": true, "MKCOL": true, "COPY": true, "MOVE": true, "LOCK": true, "UNLOCK": true,
	"REPORT": true, "SEARCH": true, "RPC_CONNECT": true, "RPC_IN_DATA": true, "RPC_OUT_DATA": true,
}

// Stages of an HTTP flow, kept in the dissector's note.
const (
	httpRequest = 1 << iota
	httpResponse
	httpNamed
)

func dissectHTTP(c *Context) Verdict {
	note := c.Note()
	if *note == 0 && c.NDir() == 1 && !looksHTTP(c.B) {
		return No
	}
	if *note&httpNamed != 0 && c.NDir() > 8 {
		return Found
	}
	b := c.Stream()
	end := bytes.Index(b, []byte("\r\n\r\n"))
	whole := end >= 0
	if !whole {
		end = len(b)
	}
	head := b[:end]
	line, rest := cutLine(head)
	if has(line, "HTTP/1.") {
		if *note&httpResponse != 0 {
			return Found
		}
		httpAnswer(c, line, rest, bytes.TrimPrefix(b[end:], []byte("\r\n\r\n")))
		if *note&httpNamed == 0 {
			*note |= httpNamed
			httpName(c, 0)
		}
		if !whole && c.NDir() < 3 {
			return FoundMore
		}
		*note |= httpResponse
		return Found
	}
	method, target, ok := httpRequestLine(line)
	if !ok {
		if *note == 0 && (len(b) == 0 || !looksHTTP(b)) {
			return No
		}
		if *note != 0 {
			return FoundMore
		}
		if c.NDir() > 6 || len(b) > 4096 {
			return No
		}
		return More
	}
	if *note&httpRequest != 0 {
		return FoundMore
	}
	if !whole && c.NDir() < 3 && len(b) < 8192 {
		if c.N() == 1 {
			c.Partial(0, idHttp)
		}
		return More
	}
	*note |= httpRequest | httpNamed
	httpAsk(c, method, target, rest, b[end:])
	return FoundMore
}

// looksHTTP reports bytes that can open a request or a response.
func looksHTTP(b []byte) bool {
	if has(b, "HTTP/1.") {
		return true
	}
	if i := bytes.IndexByte(b[:min(len(b), 16)], ' '); i >= 0 {
		return i > 0 && httpMethods[string(b[:i])]
	}
	if len(b) >= 12 {
		return false
	}
	for m := range httpMethods {
		if len(m) >= len(b) && m[:len(b)] == string(b) {
			return true
		}
	}
	return has([]byte("HTTP/1."), string(b))
}

func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, nil
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:]
}

func httpRequestLine(line []byte) (method, target string, ok bool) {
	i := bytes.IndexByte(line, ' ')
	if i <= 0 || !httpMethods[string(line[:i])] {
		return "", "", false
	}
	rest := line[i+1:]
	j := bytes.LastIndex(rest, []byte(" HTTP/"))
	if j < 0 {
		return "", "", false
	}
	return string(line[:i]), string(bytes.TrimSpace(rest[:j])), true
}

// header calls f for every header field.
func header(b []byte, f func(name, value []byte)) {
	for len(b) > 0 {
		var line []byte
		line, b = cutLine(b)
		if i := bytes.IndexByte(line, ':'); i > 0 {
			f(line[:i], bytes.TrimSpace(line[i+1:]))
		}
	}
}

// is compares a field name with want, without regard to the case of ASCII letters.
func is(name []byte, want string) bool {
	if len(name) != len(want) {
		return false
	}
	for i, c := range name {
		if lower(c) != lower(want[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func httpAsk(c *Context, method, target string, head, body []byte) {
	m := c.Meta()
	m.HTTPMethod = method
	var host string
	var origin, referer, accept string
	var soap, gnutella bool
	header(head, func(name, value []byte) {
		switch {
		case is(name, "Host"):
			host = string(value)
		case is(name, "User-Agent"):
			m.HTTPUserAgent = string(value)
		case is(name, "Content-Type"):
			if m.HTTPContentType == "" {
				m.HTTPContentType = string(value)
			}
		case is(name, "SOAPAction"):
			soap = true
		case is(name, "Origin"):
			origin = string(value)
		case is(name, "Referer"):
			referer = string(value)
		case is(name, "Accept"):
			accept = string(value)
		}
		gnutella = gnutella || gnutellaField(name, value)
		fieldRisks(c, name, value)
	})
	m.HTTPURL = httpURL(host, target)
	var app uint16
	master := idHttp
	if method == "CONNECT" {
		master = idHttpConnect
		host = target
	} else if strings.HasPrefix(target, "http://") {
		master = idHttpProxy
	}
	m.Info = m.HTTPURL
	if host != "" {
		name := hostOnly(host)
		if IsNumeric(name) {
			c.Risk(riskNumericIpHost)
		}
		app = c.Host(name, idHttp)
		m.Info = m.HTTPURL
	}
	if own := httpMethodApp(m); own != 0 {
		app = own // says more than the name of the server
	}
	if app == 0 {
		_, from, _ := strings.Cut(origin, "://") // RFC 6454: the site whose page asks
		if en, ok := c.E.hosts.find(strings.ToLower(hostOnly(from))); ok {
			app = en.proto
		}
	}
	if app == 0 {
		switch {
		case strings.Contains(referer, "www.speedtest.net"), c.Port(8080) && (hasText(target, "/downloading?n=0.") || hasText(target, "/upload?n=0.")):
			app = idOokla
		case accept == "application/x-rtsp-tunnelled", m.HTTPContentType == "application/x-rtsp-tunnelled":
			app = idRtsp // QuickTime's tunnel, as RFC 2326 players use it
		}
	}
	if strings.HasSuffix(path(target), "/generate_204") || strings.HasSuffix(path(target), "/generate204") || strings.HasSuffix(path(target), "/gen_204") {
		c.S.hostCat = categoryConnCheck // captive portal probes of Android and Chrome
	}
	if app == 0 {
		app = httpApp(m, target, soap, gnutella)
	}
	if app == 0 && strings.HasPrefix(m.HTTPContentType, "application/json") && bytes.Contains(body, []byte(`"jsonrpc"`)) {
		app = idJsonRpc // JSON-RPC 2.0, section 4
	}
	requestRisks(c, m, target, host)
	contentRisks(c, m, "", bytes.TrimPrefix(body, []byte("\r\n\r\n")))
	c.Set(master, app)
}

// httpMethodApp names what the method or the type of content is reserved for.
func httpMethodApp(m *Metadata) uint16 {
	switch m.HTTPMethod {
	case "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK": // RFC 4918
		return idWebdav
	case "RPC_CONNECT", "RPC_IN_DATA", "RPC_OUT_DATA": // [MS-RPCH]
		return idMsRpch
	}
	if strings.HasPrefix(m.HTTPContentType, "application/ocsp-") {
		return idOcsp // RFC 6960, appendix A
	}
	if m.HTTPUserAgent == "MSRPC" {
		return idMsRpch
	}
	return 0
}

// httpApp names what runs in HTTP by fields other than the host.
func httpApp(m *Metadata, target string, soap, gnutella bool) uint16 {
	switch {
	case gnutella, strings.HasPrefix(target, "/uri-res/N2R?urn:sha1:"), strings.HasPrefix(target, "/gnutella/"):
		return idGnutella
	case zattooRequest(m.HTTPUserAgent, target):
		return idZattoo
	case crossfireRequest(m.HostName, target):
		return idCrossfire
	case mapleStoryAgent(m.HTTPUserAgent, target):
		return idMaplestory
	case soap:
		return idSoap
	case strings.HasPrefix(m.HTTPContentType, "application/ipp"):
		return idIpp // RFC 8010
	case strings.HasPrefix(m.HTTPContentType, "application/dns-message"):
		return idDohDot // RFC 8484
	case strings.HasSuffix(path(target), ".mpd"), strings.HasSuffix(target, ".mp4"), strings.HasSuffix(path(target), ".m4s"):
		return idMpegdash // ISO/IEC 23009-1
	case strings.Contains(target, "?info_hash="), strings.Contains(target, "&info_hash="):
		return idBittorrent // BEP 3
	case strings.HasPrefix(m.HTTPUserAgent, "Windows-Update-Agent"), strings.HasPrefix(m.HTTPUserAgent, "Microsoft-Delivery-Optimization"):
		return idWindowsUpdate
	case strings.HasPrefix(m.HTTPUserAgent, "Spotify/"):
		return idSpotify
	}
	return 0
}

func path(target string) string {
	if i := strings.IndexByte(target, '?'); i >= 0 {
		return target[:i]
	}
	return target
}

func httpAnswer(c *Context, line, head, body []byte) {
	m := c.Meta()
	if len(line) >= 12 {
		m.HTTPStatus, _ = strconv.Atoi(string(line[9:12]))
	}
	statusRisks(c, m)
	gnutella, disposition := false, ""
	header(head, func(name, value []byte) {
		switch {
		case is(name, "Server"):
			m.HTTPServer = string(value)
			serverRisks(c, m.HTTPServer)
		case is(name, "Content-Disposition"):
			disposition = string(value)
		case is(name, "Content-Type"):
			m.HTTPContentType = string(value)
		}
		gnutella = gnutella || gnutellaField(name, value)
	})
	httpMedia(c, m)
	contentRisks(c, m, disposition, body)
	if hasText(m.HTTPServer, "ntopng ") {
		c.Set(idHttp, idNtop)
	} else if app := httpContentApp(m.HTTPContentType); app == idOcsp || app == idHls {
		c.Set(idHttp, app)
	}
	if !c.S.found || c.S.res.Master == 0 && c.S.res.App == c.E.served(idHttp) {
		app := httpContentApp(m.HTTPContentType)
		switch {
		case gnutella:
			app = idGnutella
		case icecastServer(m.HTTPServer):
			app = idIcecast
		}
		if app != 0 {
			c.Set(idHttp, app)
		}
	}
}

// httpMedia sets the category that the answer's content type asks for.
func httpMedia(c *Context, m *Metadata) {
	t := m.HTTPContentType
	switch {
	case strings.HasPrefix(t, "audio/"), strings.HasPrefix(t, "video/"):
		c.S.hostCat = categoryMedia
	case strings.HasPrefix(t, "application/octet-stream"), strings.HasPrefix(t, "application/x-msdownload"),
		strings.HasPrefix(t, "application/zip"), strings.HasPrefix(t, "application/x-gzip"):
		c.S.hostCat = categoryDownload
	}
}

// httpContentApp names media by their registered type (RFC 8216, ISO/IEC
// 23009-1, RFC 6960).
func httpContentApp(t string) uint16 {
	switch {
	case strings.HasPrefix(t, "application/vnd.apple.mpegurl"), strings.HasPrefix(t, "application/x-mpegurl"):
		return idHls
	case strings.HasPrefix(t, "application/dash+xml"), t == "video/mp4":
		return idMpegdash
	case strings.HasPrefix(t, "application/ocsp-response"):
		return idOcsp
	case strings.HasPrefix(t, "application/grpc"):
		return 0
	}
	return 0
}

func httpName(c *Context, app uint16) { c.Set(idHttp, app) }

func httpURL(host, target string) string {
	if strings.Contains(target, "://") || host == "" || !strings.HasPrefix(target, "/") {
		return target
	}
	return host + target
}

// hostOnly strips the port of a Host field.
func hostOnly(h string) string {
	if strings.HasPrefix(h, "[") {
		if i := strings.IndexByte(h, ']'); i > 0 {
			return h[1:i]
		}
		return h
	}
	if i := strings.LastIndexByte(h, ':'); i >= 0 && strings.IndexByte(h, ':') == i {
		return h[:i]
	}
	return h
}
