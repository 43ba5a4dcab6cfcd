package web

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
)

func queryEscape(s string) string { return url.QueryEscape(s) }

// types are the content types the pages need, whatever the system's table says.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".map": "application/json", ".json": "application/json", ".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".gif": "image/gif", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
	".ico": "image/x-icon", ".webp": "image/webp", ".ttf": "font/ttf", ".woff": "font/woff", ".woff2": "font/woff2",
	".otf": "font/otf", ".eot": "application/vnd.ms-fontobject", ".txt": "text/plain; charset=utf-8", ".pdf": "application/pdf",
}

// static serves a file of httpdocs. The query, often a version, means nothing.
func (s *Server) static(w http.ResponseWriter, r *http.Request) {
	uri := r.URL.Path
	if len(uri) < 4 || strings.HasSuffix(uri, ".inc") || strings.HasSuffix(uri, ".pem") {
		s.redirectToError(w, r, "forbidden", "")
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.sendError(w, r, http.StatusMethodNotAllowed, "Error 405: Method Not Allowed")
		return
	}
	name := s.deps.Layout.HTTPDocsDir + uri
	f, err := s.deps.Layout.Open(name)
	if err != nil {
		s.sendError(w, r, http.StatusNotFound, "Error 404: Not Found<br>File not found")
		return
	}
	defer func() { _ = f.Close() }()
	st, err := s.deps.Layout.Stat(name)
	content, seekable := f.(io.ReadSeeker)
	switch {
	case err != nil || !seekable && !st.IsDir():
		s.sendError(w, r, http.StatusNotFound, "Error 404: Not Found<br>File not found")
		return
	case !st.Mode().IsRegular():
		s.sendError(w, r, http.StatusForbidden, "Error 403: Directory Listing Denied")
		return
	}
	s.staticEpoch.Store(st.ModTime().Unix())
	ext := strings.ToLower(path.Ext(uri))
	kind := types[ext]
	if kind == "" {
		if kind = mime.TypeByExtension(ext); kind == "" {
			kind = "text/plain"
		}
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", st.ModTime(), content)
}

// appendLine opens the file for each line, so that it can be rotated by others.
func appendLine(name, line string) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return
	}
	_, _ = f.WriteString(line)
	_ = f.Close()
}
