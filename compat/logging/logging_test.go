package logging

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ntopgo/compat/keyvalue"
)

func fixed() time.Time { return time.Date(2026, 11, 3, 5, 6, 7, 0, time.Local) }

func TestLineForm(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l, err := New(Config{Out: &out, Level: Debug, Now: fixed})
	if err != nil {
		t.Fatal(err)
	}
	l.Errorf("bad %d\n", 1)
	l.Warnf("odd")
	l.Printf("fine\n\n")
	l.Infof("more")
	l.LogAt(Warning, "/a/b/page.lua", 12, "from a script")
	want := []string{
		`^03/Nov/2026 05:06:07 \[logging_test\.go:\d+\] ERROR: bad 1$`,
		`^03/Nov/2026 05:06:07 \[logging_test\.go:\d+\] WARNING: odd$`,
		`^03/Nov/2026 05:06:07 \[logging_test\.go:\d+\] fine$`,
		`^03/Nov/2026 05:06:07 \[logging_test\.go:\d+\] more$`,
		`^03/Nov/2026 05:06:07 \[page\.lua:12\] WARNING: from a script$`,
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != len(want) {
		t.Fatalf("lines %q", lines)
	}
	for i, w := range want {
		if !regexp.MustCompile(w).MatchString(lines[i]) {
			t.Errorf("line %q does not match %s", lines[i], w)
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for level, want := range map[Level]string{
		Error: "0", Warning: "01", Normal: "012", Info: "0123", 4: "0123", Debug: "01236", 99: "01236",
	} {
		var out bytes.Buffer
		l, err := New(Config{Out: &out, Level: level})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []Level{Error, Warning, Normal, Info, Debug} {
			l.Logf(at, "<%d>", at)
		}
		got := ""
		for _, m := range regexp.MustCompile(`<(\d)>`).FindAllStringSubmatch(out.String(), -1) {
			got += m[1]
		}
		if got != want {
			t.Errorf("level %d prints %s, want %s", level, got, want)
		}
		if e, w := l.Counts(); e != 1 || w != 1 {
			t.Errorf("counts %d %d", e, w)
		}
	}
	var none *Logger
	none.Errorf("a nil logger is silent")
}

func TestColoursOnlyOnATerminal(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	l, err := New(Config{Out: f})
	if err != nil {
		t.Fatal(err)
	}
	l.Errorf("x")
	b, _ := os.ReadFile(f.Name())
	if bytes.Contains(b, []byte("\x1b")) {
		t.Errorf("escape codes in a file: %q", b)
	}
	if !strings.Contains(paint(Error, "x"), "\x1b[31m") {
		t.Error("no colour at all")
	}
}

func TestFileRotation(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ntopng.log")
	var out bytes.Buffer
	l, err := New(Config{Out: &out, File: path, MaxLines: 2, MaxFiles: 3, Level: Normal})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		l.Printf("line %d", i)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for suffix, want := range map[string]string{"": "line 8", ".1": "line 6 line 7", ".2": "line 4 line 5", ".3": "line 2 line 3"} {
		b, _ := os.ReadFile(path + suffix)
		got := strings.Join(regexp.MustCompile(`line \d`).FindAllString(string(b), -1), " ")
		if got != want {
			t.Errorf("file%s holds %q, want %q", suffix, got, want)
		}
	}
	if _, err := os.Stat(path + ".4"); err == nil {
		t.Error("too many files kept")
	}
	if strings.Count(out.String(), "line") != 9 {
		t.Error("lines are missing on the terminal")
	}
	// A restart keeps the old file beside the new one.
	l, err = New(Config{Out: &out, File: path, Level: Normal})
	if err != nil {
		t.Fatal(err)
	}
	l.Printf("line 9")
	_ = l.Close()
	if b, _ := os.ReadFile(path + ".1"); !strings.Contains(string(b), "line 8") {
		t.Errorf("file.1 = %q", b)
	}
	if _, err := New(Config{Out: &out, File: filepath.Join(path, "x")}); err == nil {
		t.Error("no error for a path that cannot be")
	}
}

func TestRecentLines(t *testing.T) {
	t.Parallel()
	s, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var out bytes.Buffer
	l, err := New(Config{Out: &out, Level: Normal})
	if err != nil {
		t.Fatal(err)
	}
	l.SetRecent(s)
	for i := range 40 {
		l.Printf("line %d", i)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := s.LRange(RecentKey, 0, -1)
	if err != nil || len(got) != RecentLines {
		t.Fatalf("%d lines, %v", len(got), err)
	}
	for i, line := range got {
		if !strings.HasSuffix(line, fmt.Sprintf("line %d", 39-i)) {
			t.Errorf("element %d is %q", i, line)
		}
	}
}
