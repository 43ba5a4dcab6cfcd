package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// upload stores the one file of a multipart form below the data directory and
// returns the script's _POST: its path, and the query as it stands.
func (s *Server) upload(r *http.Request) ([]Param, error) {
	if r.ContentLength >= maxUpload {
		return nil, errTooLong
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the form holds no file")
		}
		if err != nil {
			return nil, err
		}
		name := baseName(part.FileName())
		if name == "" {
			continue
		}
		saved, err := s.store(name, part)
		if err != nil {
			return nil, err
		}
		post := []Param{{"uploaded_file", saved}}
		for _, pair := range strings.Split(r.URL.RawQuery, "&") {
			if k, v, ok := strings.Cut(pair, "="); ok && k != "uploaded_file" {
				post = append(post, Param{k, v})
			}
		}
		return post, nil
	}
}

// baseName is the last element of a client's file name, "" for one that cannot
// be a file here.
func baseName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if name == "." || name == ".." || strings.ContainsRune(name, 0) || len(name) > 200 {
		return ""
	}
	return name
}

func (s *Server) store(name string, from io.Reader) (string, error) {
	dir := filepath.Join(s.deps.Layout.DataDir, "tmp", "upload")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("store upload: %w", err)
	}
	saved := filepath.Join(dir, name)
	f, err := os.CreateTemp(dir, ".upload-*")
	if err != nil {
		return "", fmt.Errorf("store upload: %w", err)
	}
	n, err := io.Copy(f, io.LimitReader(from, maxUpload+1))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil && n > maxUpload {
		err = errTooLong
	}
	if err == nil {
		err = os.Rename(f.Name(), saved)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("store upload: %w", err)
	}
	return saved, nil
}
