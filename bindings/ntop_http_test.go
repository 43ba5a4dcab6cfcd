package bindings

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// echo answers with what it was asked, and /moved with a redirect to /there.
func echo(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/there", http.StatusFound)
			return
		case "/fail":
			w.WriteHeader(http.StatusTeapot)
		}
		body, _ := io.ReadAll(r.Body)
		user, _, _ := r.BasicAuth()
		cookie := ""
		if c, err := r.Cookie("user"); err == nil {
			cookie = c.Value
		}
		w.Header().Set("X-Test", "yes")
		fmt.Fprintf(w, "%s %s [%s] %s|%s|%s|%s", r.Method, r.URL.Path, body, user, cookie, r.Header.Get("Authorization"), r.Header.Get("X-Api-Key"))
	}))
	t.Cleanup(s.Close)
	return s
}

func TestHTTPClient(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, 2026), echo(t)
	w.run(`ntop.setCache("url", "` + s.URL + `")`)
	const url = `local url = ntop.getCache("url") `
	w.check("get", url+`local r = ntop.httpGet(url .. "/a")
p(r.RESPONSE_CODE, r.CONTENT, r.CONTENT_LEN, r.BYTES_DOWNLOAD, r.RESOLVED_IP, r.HTTP_HEADER["x-test"], r.EFFECTIVE_URL == url .. "/a", r.HTTP_STATS.TOTAL_TIME > 0, r.ERROR)`,
		"200 GET /a [] ||| 13 13 127.0.0.1 yes true true nil;")
	w.check("get with user, by cookies, without content, without redirects", url+`
p(ntop.httpGet(url, "joe", "secret").CONTENT ~= nil, ntop.httpGet(url .. "/u", "joe", "x", 5, true, true).CONTENT)
p(ntop.httpGet(url .. "/a", nil, nil, 5, false).CONTENT, ntop.httpGet(url .. "/moved").CONTENT, ntop.httpGet(url .. "/moved", nil, nil, 5, true, false, false).RESPONSE_CODE)`,
		"true GET /u [] |joe||;nil GET /there [] ||| 302;")
	w.check("tokens", url+`p(ntop.httpGetAuthToken(url, "tk").CONTENT) p(ntop.httpPostAuthToken(url, "tk", "{}").CONTENT)
p(ntop.httpPutAuthToken(url, "tk", "{}").CONTENT) p(ntop.httpPatchAuthToken(url, "tk", "{}", 5, false).CONTENT)`,
		"GET / [] ||Token tk|;POST / [{}] ||Token tk|;PUT / [{}] ||Token tk|;nil;")
	w.check("post with options of either year", url+`
p(ntop.httpPost(url, "a=1", {bearer = "b", x_api_key = "k", timeout = 5}).CONTENT)
p(ntop.httpPost(url, "a=1", "joe", "secret", 5, true, true).CONTENT)`,
		"POST / [a=1] ||Bearer b|k;POST / [a=1] |joe||;")
	w.check("JSON", url+`p(ntop.postHTTPJsonData("", "", url, "{}"), ntop.postHTTPJsonData("", "", url .. "/fail", "{}"))`, "true false;")
	w.check("no server, no address", `local r = ntop.httpGet("http://127.0.0.1:1/") p(r.RESPONSE_CODE, r.ERROR ~= nil) p(ntop.httpGet(nil).RESPONSE_CODE, ntop.httpGet("file:///etc/passwd").CONTENT)`,
		"0 true;0 nil;")
	w.env.Options.Offline = true
	w.check("offline", url+`local r = ntop.httpGet(url) p(r.RESPONSE_CODE, r.ERROR) p(ntop.postHTTPJsonData("", "", url, "{}"))`,
		"0 offline: nothing is asked of other machines;false;")
}

func TestHTTPFiles(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, 2024), echo(t)
	file := filepath.Join(w.env.Layout.DataDir, "page")
	w.check("fetched into a file", `p(ntop.httpFetch("`+s.URL+`/f", "`+file+`").RESPONSE_CODE, ntop.httpFetch("`+s.URL+`", "/no/such/folder/x"))`, "200 nil;")
	if b, err := os.ReadFile(file); err != nil || string(b) != "GET /f [] |||" {
		t.Errorf("%q %v", b, err)
	}
	w.check("sent and kept, sent and deleted", `
local a = ntop.postHTTPTextFile("", "", "`+s.URL+`/p", "`+file+`", false) p(a.success, a.CONTENT)
p(ntop.exists("`+file+`"), ntop.postHTTPTextFile("", "", "`+s.URL+`/fail", "`+file+`", true).error_msg, ntop.exists("`+file+`"))
p(ntop.postHTTPTextFile("", "", "`+s.URL+`/p", "`+file+`", true).success, ntop.exists("`+file+`"))
p(ntop.postHTTPTextFile("", "", "`+s.URL+`", "/no/file").success)`,
		"true POST /p [GET /f [] |||] |||;true HTTP status 418 true;true false;false;")
}
