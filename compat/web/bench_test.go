package web

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// BenchmarkScript is the server's own share of a REST request with a session:
// all but the script.
func BenchmarkScript(b *testing.B) {
	s := newSite(b, nil)
	made, err := s.users.CreateSessionFor("bob", time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	body := okHeader + strings.Repeat(`{"key":"value"},`, 200)
	s.run = func(_ *ScriptRequest, out *Response) error { _, err := io.WriteString(out, body); return err }
	for _, encoding := range []string{"identity", "gzip"} {
		b.Run(encoding, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("GET", "/lua/rest/v2/get/x.lua?ifid=0&a=b", nil)
				r.Header.Set("Cookie", "session_3000_0="+made.ID)
				r.Header.Set("Accept-Encoding", encoding)
				w := httptest.NewRecorder()
				if s.ServeHTTP(w, r); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}

func BenchmarkStatic(b *testing.B) {
	s := newSite(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, httptest.NewRequest("GET", "/a.js", nil)); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

// A request may not cost the server more than a fraction of what its script does.
func TestRequestAllocations(t *testing.T) {
	s := newSite(t, nil)
	made, err := s.users.CreateSessionFor("bob", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() {
		r := httptest.NewRequest("GET", "/lua/rest/v2/get/x.lua?ifid=0", nil)
		r.Header.Set("Cookie", "session_3000_0="+made.ID)
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
	ask()
	if n := testing.AllocsPerRun(50, ask); n > 160 {
		t.Errorf("%v allocations", n)
	}
}
