package bindings

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ntopgo/compat/lua"
)

// Group "HTTP Client". Offline, nothing is asked: the answer says so.
func init() {
	register("ntop", map[string]func(c *Call){
		"httpGet":            httpGet,
		"httpGetAuthToken":   func(c *Call) { httpToken(c, http.MethodGet) },
		"httpPost":           httpPost,
		"httpPostAuthToken":  func(c *Call) { httpToken(c, http.MethodPost) },
		"httpPutAuthToken":   func(c *Call) { httpToken(c, http.MethodPut) },
		"httpPatchAuthToken": func(c *Call) { httpToken(c, http.MethodPatch) },
		"httpFetch":          httpFetch,
		"postHTTPJsonData":   postJSON,
		"postHTTPTextFile":   postTextFile,
	})
}

// Bounds of one transfer.
const (
	httpTimeout    = 30 * time.Second
	httpTimeoutMax = 10 * time.Minute
	httpMaxContent = 16 << 20
	httpRedirects  = 10
)

var errOffline = errors.New("offline: nothing is asked of other machines")

// transfer is one request with what the script wants of it.
type transfer struct {
	method, url    string
	body           io.Reader
	contentType    string
	user, password string
	cookieAuth     bool   // user and password as cookies
	token          string // Authorization: Token
	header         http.Header
	timeout        time.Duration
	content        bool // the script wants the body
	noRedirects    bool
	ipVersion      int // 4 or 6; any otherwise
	file           io.Writer
}

func seconds30(n int64) time.Duration {
	d := time.Duration(max(n, 1)) * time.Second
	return min(d, httpTimeoutMax)
}

func httpGet(c *Call) {
	t := transfer{method: http.MethodGet, url: c.String(1), user: c.OptString(2, ""), password: c.OptString(3, ""),
		timeout: seconds30(c.OptInteger(4, 30)), content: c.OptBool(5, true), cookieAuth: c.OptBool(6, false),
		noRedirects: !c.OptBool(7, true), ipVersion: int(c.OptInteger(8, 0))}
	c.Push(c.transfer(&t))
}

// httpToken takes address, token and, where there is a body, data; then timeout
// and what the others take.
func httpToken(c *Call, method string) {
	t := transfer{method: method, url: c.String(1), token: c.String(2)}
	at := 3
	if method != http.MethodGet {
		t.body, t.contentType = strings.NewReader(c.String(3)), "application/json"
		at = 4
	}
	t.timeout, t.content = seconds30(c.OptInteger(at, 30)), c.OptBool(at+1, true)
	t.cookieAuth, t.noRedirects = c.OptBool(at+2, false), !c.OptBool(at+3, true)
	c.Push(c.transfer(&t))
}

// httpPost takes address and form data, then a table of options, or, as trees of
// 2024 pass them, user, password, timeout, whether to return the content and
// whether to log in by cookies.
func httpPost(c *Call) {
	t := transfer{method: http.MethodPost, url: c.String(1), body: strings.NewReader(c.String(2)),
		contentType: "application/x-www-form-urlencoded", timeout: httpTimeout, content: true, header: http.Header{}}
	if o := (options{c.Table(3)}); o.t != nil {
		t.user, t.password = o.str("username"), o.str("password")
		if n, ok := o.num("timeout"); ok {
			t.timeout = seconds30(n)
		}
		if on, ok := o.flag("return_content"); ok {
			t.content = on
		}
		t.cookieAuth, _ = o.flag("use_cookie_auth")
		if s := o.str("bearer"); s != "" {
			t.header.Set("Authorization", "Bearer "+s)
		}
		if s := o.str("x_api_key"); s != "" {
			t.header.Set("X-Api-Key", s)
		}
		if name, value, ok := strings.Cut(o.str("extra_header"), ":"); ok {
			t.header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	} else {
		t.user, t.password = c.OptString(3, ""), c.OptString(4, "")
		t.timeout, t.content, t.cookieAuth = seconds30(c.OptInteger(5, 30)), c.OptBool(6, true), c.OptBool(7, false)
	}
	c.Push(c.transfer(&t))
}

// httpFetch writes what an address answers to a file.
func httpFetch(c *Call) {
	t := transfer{method: http.MethodGet, url: c.String(1), timeout: seconds30(c.OptInteger(3, 30))}
	name := c.String(2)
	if !filepath.IsAbs(name) {
		c.Failed(fmt.Errorf("%q is no absolute path", name))
		c.Push(nil)
		return
	}
	f, err := os.Create(name)
	if c.Failed(err) {
		c.Push(nil)
		return
	}
	t.file = f
	answer := c.transfer(&t)
	if err := f.Close(); err != nil {
		c.Failed(fmt.Errorf("write %s: %w", name, err))
	}
	c.Push(answer)
}

// postJSON takes user, password, address, JSON, timeout and a bearer token, and
// says whether the answer was a success.
func postJSON(c *Call) {
	t := transfer{method: http.MethodPost, user: c.String(1), password: c.String(2), url: c.String(3),
		body: strings.NewReader(c.String(4)), contentType: "application/json", timeout: seconds30(c.OptInteger(5, 30)),
		header: http.Header{}}
	if s := c.OptString(6, ""); s != "" {
		t.header.Set("Authorization", "Bearer "+s)
	}
	code, err := c.send(&t, lua.NewTable(0))
	c.Push(!c.Failed(err) && code >= 200 && code < 300)
}

// postTextFile takes user, password, address, file, whether to delete the file
// once it is delivered, and timeout; error_msg in the answer says what failed.
func postTextFile(c *Call) {
	path, remove := c.String(4), c.OptBool(5, false)
	answer := lua.NewTable(4)
	f, err := os.Open(path)
	if err != nil {
		c.Push(answer.Set("success", false).Set("error_msg", err.Error()))
		return
	}
	defer func() { _ = f.Close() }()
	t := transfer{method: http.MethodPost, user: c.String(1), password: c.String(2), url: c.String(3), body: f,
		contentType: "text/plain; charset=utf-8", timeout: seconds30(c.OptInteger(6, 30)), content: true}
	code, err := c.send(&t, answer)
	switch {
	case err != nil:
		answer.Set("error_msg", err.Error())
	case code < 200 || code > 299:
		err = fmt.Errorf("HTTP status %d", code)
		answer.Set("error_msg", err.Error())
	case remove && c.removable(path):
		c.Failed(os.Remove(path))
	}
	c.Push(answer.Set("success", err == nil))
}

// transfer sends t and returns the table of the answer: RESPONSE_CODE 0 and
// ERROR when there was none.
func (c *Call) transfer(t *transfer) *lua.Table {
	answer := lua.NewTable(12)
	if _, err := c.send(t, answer); err != nil {
		answer.Set("RESPONSE_CODE", 0).Set("ERROR", err.Error())
	}
	return answer
}

func (c *Call) send(t *transfer, answer *lua.Table) (code int, err error) {
	if c.Env.offline() {
		return 0, errOffline
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.timeout)
	defer cancel()
	clock := newTransferClock()
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, clock.trace()), t.method, t.url, t.body)
	if err != nil {
		return 0, err
	}
	for k, v := range t.header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", "ntopng "+c.Env.Version)
	if t.contentType != "" {
		req.Header.Set("Content-Type", t.contentType)
	}
	switch {
	case t.token != "":
		req.Header.Set("Authorization", "Token "+t.token)
	case t.user != "" && t.cookieAuth:
		req.AddCookie(&http.Cookie{Name: "user", Value: t.user})
		req.AddCookie(&http.Cookie{Name: "password", Value: t.password})
	case t.user != "":
		req.SetBasicAuth(t.user, t.password)
	}
	client := &http.Client{Transport: t.transport(), CheckRedirect: t.redirect}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, t.describe(resp, clock, answer)
}

// transport makes new connections, of one IP version if that is asked for.
func (t *transfer) transport() *http.Transport {
	network := ""
	if t.ipVersion == 4 || t.ipVersion == 6 {
		network = fmt.Sprintf("tcp%d", t.ipVersion)
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, n, addr string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, or(network, n), addr)
		}}
}

func (t *transfer) redirect(_ *http.Request, via []*http.Request) error {
	if t.noRedirects {
		return http.ErrUseLastResponse
	}
	if len(via) >= httpRedirects {
		return fmt.Errorf("more than %d redirects", httpRedirects)
	}
	return nil
}

// describe reads the body and fills the answer.
func (t *transfer) describe(resp *http.Response, clock *transferClock, answer *lua.Table) error {
	clock.firstByte()
	var text strings.Builder
	var to io.Writer = io.Discard
	limit := int64(httpMaxContent)
	switch {
	case t.file != nil:
		to, limit = t.file, 1<<40
	case t.content:
		to = &text
	}
	n, err := io.Copy(to, io.LimitReader(resp.Body, limit))
	if err != nil {
		return err
	}
	if t.content {
		answer.Set("CONTENT", text.String()).Set("CONTENT_LEN", n)
	}
	headers := lua.NewTable(len(resp.Header))
	for k, v := range resp.Header {
		headers.Set(strings.ToLower(k), strings.Join(v, ", "))
	}
	answer.Set("RESPONSE_CODE", resp.StatusCode).
		SetStr("CONTENT_TYPE", resp.Header.Get("Content-Type")).
		Set("EFFECTIVE_URL", resp.Request.URL.String()).
		SetStr("RESOLVED_IP", clock.peer).
		Set("BYTES_DOWNLOAD", n).
		Set("HTTP_HEADER", headers).
		Set("HTTP_STATS", clock.table().Set("BYTES_DOWNLOAD", float64(n)).Set("BYTES_UPLOAD", float64(max(resp.Request.ContentLength, 0))))
	if n == limit {
		answer.Set("IS_PARTIAL", true)
	}
	return nil
}

// transferClock notes when the stages of a transfer are reached, in seconds from
// its start.
type transferClock struct {
	start                                  time.Time
	lookup, connect, tls, request, answer_ float64
	peer                                   string
}

func newTransferClock() *transferClock { return &transferClock{start: time.Now()} }

func (k *transferClock) now() float64 { return time.Since(k.start).Seconds() }

func (k *transferClock) firstByte() { k.answer_ = k.now() }

func (k *transferClock) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSDone: func(httptrace.DNSDoneInfo) { k.lookup = k.now() },
		GotConn: func(i httptrace.GotConnInfo) {
			k.connect = k.now()
			if host, _, err := net.SplitHostPort(i.Conn.RemoteAddr().String()); err == nil {
				k.peer = host
			}
		},
		TLSHandshakeDone: func(tls.ConnectionState, error) { k.tls = k.now() },
		WroteRequest:     func(httptrace.WroteRequestInfo) { k.request = k.now() },
	}
}

func (k *transferClock) table() *lua.Table {
	return lua.NewTable(9).
		Set("NAMELOOKUP_TIME", k.lookup).
		Set("CONNECT_TIME", k.connect).
		Set("APPCONNECT_TIME", k.tls).
		Set("PRETRANSFER_TIME", k.request).
		Set("REDIRECT_TIME", 0.0).
		Set("STARTTRANSFER_TIME", k.answer_).
		Set("TOTAL_TIME", k.now())
}
