package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Damaged is implemented by sources that read files. Damage says, in one line
// without the file's name being needed elsewhere, what was wrong with the last
// file that ended before its time; it is empty when nothing was.
type Damaged interface {
	Damage() string
}

// Parallel is implemented by sources whose parts may each be read by a goroutine
// of its own, and must be read all. Stats and Close are those of the whole.
type Parallel interface {
	Parts() []Source
}

// Open opens the source that name stands for: "-" or "stdin" is a capture
// stream on standard input, "dummy" a source without frames, an existing file
// a capture file (pcap or pcapng) or a text file with one capture file a line,
// everything else a network interface, several separated by commas, "any", or
// the number that ListInterfaces gives one.
func Open(name string, cfg Config) (Source, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	switch name {
	case "":
		return nil, errors.New("open capture source: empty name")
	case "-", "stdin":
		return openStdin(os.Stdin, cfg)
	case "dummy":
		return newDummy(cfg), nil
	}
	if strings.HasPrefix(name, "view:") {
		return nil, fmt.Errorf("open %s: views that sum several interfaces are not available; several interfaces separated by commas are one", name)
	}
	st, err := os.Stat(name)
	switch {
	case err == nil && st.IsDir():
		return nil, fmt.Errorf("open %s: is a directory, not a capture file", name)
	case err == nil:
		return openFile(name, cfg)
	case strings.ContainsRune(name, os.PathSeparator) || looksLikeFile(name):
		return nil, fmt.Errorf("open capture file: %w", err)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	if n, convErr := strconv.Atoi(name); convErr == nil {
		nics, listErr := ListInterfaces()
		if listErr != nil {
			return nil, listErr
		}
		if n < 1 || n > len(nics) {
			return nil, fmt.Errorf("open interface number %d: there are %d interfaces", n, len(nics))
		}
		name = nics[n-1].Name
	}
	return openLive(name, cfg)
}

// looksLikeFile tells a file name from the name of an interface, so that a
// missing file is called one.
func looksLikeFile(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pcap", ".pcapng", ".cap", ".dmp", ".txt", ".ntar":
		return true
	}
	return false
}

// openFile opens a capture file, or a list of them.
func openFile(name string, cfg Config) (Source, error) {
	s := newFileSource(Info{Name: filepath.Base(name), Kind: KindFile, Description: name, MTU: MaxSnapLen}, cfg)
	err := s.openNext(name)
	if err == nil {
		s.info.Stored = regular(name)
		return s, nil
	}
	if !errors.Is(err, errNoCapture) {
		return nil, err
	}
	list, listErr := readList(name)
	if listErr != nil {
		return nil, listErr
	}
	s.list, s.info.Stored = list, regular(list...)
	for len(s.list) > 0 && s.cur == nil {
		s.openListed()
	}
	if s.cur == nil {
		return nil, fmt.Errorf("open %s: neither a capture file nor a list of capture files: %w", name, s.lastErr)
	}
	return s, nil
}

// regular says whether names are plain files, not streams that may stall.
func regular(names ...string) bool {
	for _, name := range names {
		if st, err := os.Stat(name); err != nil || !st.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// openStdin reads a capture stream that may stall: Read then times out.
func openStdin(f *os.File, cfg Config) (Source, error) {
	s := newFileSource(Info{Name: "stdin", Kind: KindFile, Description: "stdin", MTU: MaxSnapLen}, cfg)
	s.streaming = true
	r := newPollReader(f, cfg.PollInterval)
	s.closers = append(s.closers, r)
	// The header is waited for without limit: without it there is no source.
	br := newWindow(r, &s.chunks)
	for {
		_, err := br.Peek(24)
		if errors.Is(err, ErrTimeout) {
			continue
		}
		break
	}
	if err := s.begin("stdin", br, nil); err != nil {
		return nil, err
	}
	return s, nil
}

// maxListBytes bounds how much of a list of files is read.
const maxListBytes = 1 << 20

// readList reads a list of capture files: one path a line, blank lines and
// lines that start with # are skipped. A path that does not exist from the
// working directory is tried from the list's own.
func readList(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open capture file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxListBytes))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	noCapture := fmt.Errorf("open %s: neither a capture file (pcap, pcapng) nor a list of capture files", name)
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, noCapture
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		path := strings.TrimSpace(line)
		if path == "" || path[0] == '#' {
			continue
		}
		if _, err := os.Stat(path); err != nil && !filepath.IsAbs(path) {
			if beside := filepath.Join(filepath.Dir(name), path); fileExists(beside) {
				path = beside
			}
		}
		list = append(list, path)
	}
	if len(list) == 0 {
		return nil, noCapture
	}
	return list, nil
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
