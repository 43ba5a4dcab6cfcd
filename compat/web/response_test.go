package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	admin, _ := s.session(t, "admin")
	long := strings.Repeat("0123456789abcdef", 64) // 1024 bytes
	tests := []struct {
		name, output, accept string
		status               int
		body                 string
		gzip                 bool
	}{
		{"short", okHeader + "body", "gzip", 200, "body", false},
		{"long", okHeader + long, "deflate, gzip;q=1", 200, long, true},
		{"one byte less", okHeader + long[1:], "gzip", 200, long[1:], false},
		{"not accepted", okHeader + long, "", 200, long, false},
		{"refused", okHeader + long, "gzip;q=0", 200, long, false},
		{"encoded already", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + long, "gzip", 200, long, false},
		{"other status", "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n{}", "", 404, "{}", false},
		{"redirect", "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", "", 302, "", false},
		{"bare newlines", "HTTP/1.1 403 Forbidden\nX-Script: yes\n\nno", "", 403, "no", false},
		{"no header", "just text", "", 200, "just text", false},
		{"empty", "", "", 200, "", false},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\nignored", "", 204, "", false},
		{"nonsense status", "HTTP/1.1 99999\r\n\r\nx", "", 200, "x", false},
		{"lying length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n bad name: x\r\n\r\nlonger", "", 200, "longer", false},
	}
	for _, tc := range tests {
		s.run = func(_ *ScriptRequest, out *Response) error { _, err := io.WriteString(out, tc.output); return err }
		w := s.do(request{uri: "/lua/a.lua", cookies: admin, header: map[string]string{"Accept-Encoding": tc.accept}})
		body := w.Body.Bytes()
		if n := w.Header().Get("Content-Length"); tc.status != 204 && n != itoa(len(body)) {
			t.Errorf("%s: Content-Length %q for %d bytes", tc.name, n, len(body))
		}
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != tc.gzip {
			t.Errorf("%s: gzip %v", tc.name, got)
		} else if got {
			zr, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			body, _ = io.ReadAll(zr)
		}
		if w.Code != tc.status || string(body) != tc.body {
			t.Errorf("%s: %d %q", tc.name, w.Code, body)
		}
	}
	s.run = func(_ *ScriptRequest, out *Response) error { _, err := io.WriteString(out, okHeader); return err }
	w := s.do(request{uri: "/lua/a.lua", cookies: admin})
	if w.Header().Get("X-Script") != "yes" || len(w.Header()["Set-Cookie"]) != 2 || w.Header().Get("Content-Type") != "text/plain" || w.Header().Get("Server") != "ntopng 6.3 (x86_64)" {
		t.Errorf("headers %v", w.Header())
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestFlushAndFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	admin, _ := s.session(t, "admin")
	s.run = func(_ *ScriptRequest, out *Response) error {
		_, _ = io.WriteString(out, "HTTP/1.1 201 Created\r\n")
		out.Flush() // the header is not complete
		if out.Sent() {
			t.Error("half a header was sent")
		}
		_, _ = io.WriteString(out, "X-A: b\r\n\r\none ")
		out.Flush()
		_, _ = io.WriteString(out, "two")
		return errors.New("too late for an error page")
	}
	w := s.do(request{uri: "/lua/a.lua", cookies: admin})
	if w.Code != 201 || w.Body.String() != "one two" || !w.Flushed || w.Header().Get("X-A") != "b" {
		t.Errorf("%d %q", w.Code, w.Body.String())
	}
	for name, tc := range map[string]struct {
		text bool
		want string
	}{"as text": {true, "p=/pre n=ntopng"}, "as it is": {false, "p=@HTTP_PREFIX@ n=@NTOP_PRODUCT_NAME@"}} {
		s.run = func(_ *ScriptRequest, out *Response) error {
			_, _ = io.WriteString(out, okHeader)
			if err := out.SendFile(filepath.Join(s.dir, "none"), tc.text); err == nil {
				t.Error("no error for a missing file")
			}
			return out.SendFile(filepath.Join(s.dir, "httpdocs/text.txt"), tc.text)
		}
		if w := s.do(request{uri: "/lua/a.lua", cookies: admin}); w.Body.String() != tc.want {
			t.Errorf("%s: %q", name, w.Body.String())
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	admin, _ := s.session(t, "admin")
	failure := errors.New("a.lua:3: attempt to index a nil value <x>")
	s.run = func(_ *ScriptRequest, out *Response) error {
		_, _ = io.WriteString(out, "HTTP/1.1 400 Bad\r\nX-A: b\r\n\r\nhalf a page")
		return failure
	}
	w := s.do(request{uri: "/lua/a.lua", cookies: admin})
	if w.Code != 400 || w.Body.String() != "half a page" {
		t.Errorf("a page that had begun: %d %q", w.Code, w.Body.String())
	}
	s.run = func(_ *ScriptRequest, out *Response) error { return failure }
	w = s.do(request{uri: "/lua/a.lua", cookies: admin})
	if w.Code != 302 || w.Body.Len() != 0 || !strings.HasPrefix(location(w), "/lua/http_status_code.lua?message=internal_error&referer=") ||
		!strings.HasSuffix(location(w), "&error_message=a.lua%3A3%3A+attempt+to+index+a+nil+value+%3Cx%3E") {
		t.Errorf("%d %q", w.Code, location(w))
	}
	s.run = func(*ScriptRequest, *Response) error { panic("boom") }
	if w := s.do(request{uri: "/lua/a.lua", cookies: admin}); w.Code != 302 || !strings.Contains(location(w), "internal_error") {
		t.Errorf("panic: %d %q", w.Code, location(w))
	}
	if st := s.Stats(); st["panics"] != 1 || st["failures"] != 3 || st["requests"] != 3 {
		t.Errorf("stats %v", st)
	}
}
