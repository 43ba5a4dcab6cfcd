package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

const (
	minGzip       = 1024
	maxHeaderSize = 64 << 10
)

// Response collects what a script writes. Scripts print the status line and
// the headers themselves; both are read back from the text, so that the answer
// is a proper one and its body can be compressed. A Response is used by one
// goroutine at a time.
type Response struct {
	w    http.ResponseWriter
	r    *http.Request
	s    *Server
	buf  bytes.Buffer
	body bool // the header block was sent; writes go straight to the client
	err  error
}

// ErrGone is returned by writes after the client went away.
var ErrGone = errors.New("the client is gone")

// Write adds to the answer. It fails only when the answer is already being sent
// and the client is gone.
func (o *Response) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	if !o.body {
		return o.buf.Write(p)
	}
	n, err := o.w.Write(p)
	if err != nil {
		o.err = ErrGone
	}
	return n, o.err
}

// Sent tells whether the client has received anything.
func (o *Response) Sent() bool { return o.body }

// Started tells whether the script has written its status line and header.
func (o *Response) Started() bool {
	_, _, _, ok := splitHeader(o.buf.Bytes())
	return o.body || ok
}

// Flush sends what was written so far and ends the buffering, as soon as the
// header block is complete.
func (o *Response) Flush() {
	if !o.body {
		status, header, rest, ok := splitHeader(o.buf.Bytes())
		if !ok && o.buf.Len() < maxHeaderSize {
			return
		}
		o.writeHeader(status, header, -1)
		o.body = true
		_, _ = o.Write(bytes.Clone(rest))
		o.buf.Reset()
	}
	_ = http.NewResponseController(o.w).Flush()
}

// finish sends the buffered answer.
func (o *Response) finish() {
	if o.body {
		return
	}
	o.body = true
	status, header, rest, _ := splitHeader(o.buf.Bytes())
	if allowsBody(status) && len(rest) >= minGzip && header.Get("Content-Encoding") == "" && acceptsGzip(o.r) {
		var packed bytes.Buffer
		gz := gzipPool.Get().(*gzip.Writer)
		gz.Reset(&packed)
		_, _ = gz.Write(rest)
		_ = gz.Close()
		gzipPool.Put(gz)
		header.Set("Content-Encoding", "gzip")
		header.Add("Vary", "Accept-Encoding")
		rest = packed.Bytes()
	}
	o.writeHeader(status, header, len(rest))
	if allowsBody(status) {
		_, _ = o.w.Write(rest)
	}
}

var gzipPool = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	return w
}}

func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) == "gzip" {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}

func allowsBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

func (o *Response) writeHeader(status int, header http.Header, length int) {
	h := o.w.Header()
	for k, v := range header {
		h[k] = v
	}
	if length >= 0 && allowsBody(status) {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	o.w.WriteHeader(status)
}

// splitHeader reads status line and header fields from the beginning of what a
// script wrote. Without them the whole is a page of status 200, and ok is false.
func splitHeader(b []byte) (status int, header http.Header, body []byte, ok bool) {
	header = http.Header{}
	end, skip := headerEnd(b)
	if !bytes.HasPrefix(b, []byte("HTTP/")) || end < 0 {
		header.Set("Content-Type", "text/html; charset=utf-8")
		return http.StatusOK, header, b, false
	}
	lines := strings.Split(string(b[:end]), "\n")
	status = http.StatusOK
	if f := strings.Fields(lines[0]); len(f) > 1 {
		if n, err := strconv.Atoi(f[1]); err == nil && n >= 200 && n <= 599 {
			status = n
		}
	}
	for _, line := range lines[1:] {
		name, v, found := strings.Cut(strings.TrimRight(line, "\r"), ":")
		name = strings.TrimSpace(name)
		if !found || !validFieldName(name) {
			continue
		}
		switch key := http.CanonicalHeaderKey(name); key {
		case "Content-Length", "Connection", "Transfer-Encoding", "Keep-Alive":
			// decided by the server
		default:
			header.Add(key, strings.TrimSpace(v))
		}
	}
	return status, header, b[end+skip:], true
}

// headerEnd finds the first blank line and its length.
func headerEnd(b []byte) (end, skip int) {
	end = -1
	for _, sep := range []string{"\r\n\r\n", "\n\n", "\n\r\n"} {
		if i := bytes.Index(b, []byte(sep)); i >= 0 && (end < 0 || i < end) {
			end, skip = i, len(sep)
		}
	}
	return end, skip
}

func validFieldName(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	}) < 0
}

// SendFile sends a file of the tree or of the disk and ends the buffering. In a
// text file the placeholders of Config.Replacements are replaced.
func (o *Response) SendFile(name string, text bool) error {
	f, err := o.s.deps.Layout.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if st, err := f.Stat(); err != nil || st.IsDir() {
		return &fs.PathError{Op: "read", Path: name, Err: errors.New("is no file")}
	}
	if !text {
		o.Flush()
		_, err = io.Copy(o, f)
		return err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	pairs := make([]string, 0, 2*len(o.s.cfg.Replacements))
	for k, v := range o.s.cfg.Replacements {
		pairs = append(pairs, k, v)
	}
	_, err = o.Write([]byte(strings.NewReplacer(pairs...).Replace(string(b))))
	o.Flush()
	return err
}
