package layout

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var embedded = fstest.MapFS{
	"scripts/lua/index.lua":         {Data: []byte("print('embedded')")},
	"scripts/lua/ntopng_logout.lua": {Data: []byte(`ntop.delCache("ntopng.cache.sessions.".._SESSION["session"])`)},
	"httpdocs/favicon.ico":          {Data: []byte("icon")},
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	one := tree(t, map[string]string{"scripts/lua/index.lua": "one", "httpdocs/x": "", "scripts/callbacks/a": "", "other/lua/x": ""})
	two := tree(t, map[string]string{"scripts/lua/index.lua": "two", "httpdocs/x": "", "cb/x": ""})
	none := t.TempDir()
	tests := []struct {
		name                             string
		cfg                              Config
		install, scripts, docs, cb, data string
		embedded                         bool
	}{
		{"flag wins", Config{InstallDir: one, SystemDirs: []string{two}, Embedded: embedded, DataDir: "/d"},
			one, one + "/scripts", one + "/httpdocs", one + "/scripts/callbacks", "/d", false},
		{"system before embedded", Config{SystemDirs: []string{none, two}, Embedded: embedded},
			two, two + "/scripts", two + "/httpdocs", two + "/scripts/callbacks", DefaultDataDir, false},
		{"embedded", Config{SystemDirs: []string{none}, Embedded: embedded},
			VirtualDir, VirtualDir + "/scripts", VirtualDir + "/httpdocs", VirtualDir + "/scripts/callbacks", DefaultDataDir, true},
		{"scripts given, pages embedded", Config{ScriptsDir: one + "/scripts", SystemDirs: []string{}, Embedded: embedded},
			VirtualDir, one + "/scripts", VirtualDir + "/httpdocs", one + "/scripts/callbacks", DefaultDataDir, true},
		{"relative to the install directory", Config{InstallDir: one, ScriptsDir: "other", CallbacksDir: two + "/cb"},
			one, one + "/other", one + "/httpdocs", two + "/cb", DefaultDataDir, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			l, err := Resolve(tc.cfg)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{l.InstallDir, l.ScriptsDir, l.HTTPDocsDir, l.CallbacksDir, l.DataDir}
			want := []string{tc.install, tc.scripts, tc.docs, tc.cb, tc.data}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("got %q, want %q", got[i], want[i])
				}
			}
			if l.Embedded != tc.embedded || l.PcapDir != l.DataDir || l.ArchiveDir != l.DataDir {
				t.Errorf("%+v", l)
			}
		})
	}
}

func TestWrongDirectories(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	file := filepath.Join(empty, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, cfg := range map[string]Config{
		"--install-dir /no/such":             {InstallDir: "/no/such"},
		"--install-dir " + file + ": is not": {InstallDir: file},
		"no lua directory":                   {InstallDir: empty},
		"--scripts-dir nowhere":              {ScriptsDir: "nowhere", SystemDirs: []string{}, Embedded: embedded},
		"--httpdocs-dir nowhere":             {HTTPDocsDir: "nowhere", SystemDirs: []string{}, Embedded: embedded},
		"name one with --install-dir":        {SystemDirs: []string{empty}},
	} {
		if _, err := Resolve(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestReadersOnBothKinds(t *testing.T) {
	t.Parallel()
	disk := tree(t, map[string]string{"scripts/lua/index.lua": "on disk", "httpdocs/favicon.ico": "icon"})
	for name, cfg := range map[string]Config{
		"embedded": {SystemDirs: []string{}, Embedded: embedded}, "disk": {InstallDir: disk, Embedded: embedded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := Resolve(cfg)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"embedded": "print('embedded')", "disk": "on disk"}[name]
			script := l.ScriptsDir + "//lua/../lua/index.lua"
			b, changed, err := l.ReadFile(script)
			if err != nil || string(b) != want || changed.IsZero() {
				t.Errorf("ReadFile: %q %v %v", b, changed, err)
			}
			st, err := l.Stat(script)
			if err != nil || st.Size() != int64(len(want)) || !st.ModTime().Equal(changed) {
				t.Errorf("Stat: %v %v", st, err)
			}
			entries, err := l.ReadDir(l.HTTPDocsDir)
			if err != nil || len(entries) != 1 || entries[0].Name() != "favicon.ico" {
				t.Errorf("ReadDir: %v %v", entries, err)
			}
			_, err = l.Stat(l.ScriptsDir + "/lua/none.lua")
			if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), l.ScriptsDir) {
				t.Errorf("missing file: %v", err)
			}
			if _, _, err := l.ReadFile(l.ScriptsDir); err == nil {
				t.Error("a directory was read")
			}
		})
	}
}

func TestYearAndSessions(t *testing.T) {
	t.Parallel()
	old := tree(t, map[string]string{"scripts/lua/ntopng_logout.lua": `ntop.delCache("sessions.".._SESSION["session"])`})
	young := tree(t, map[string]string{"scripts/lua/ntopng_logout.lua": `ntop.delCache("ntopng.cache.sessions.".._SESSION["session"])`,
		"scripts/lua/mfa_verify.lua": ""})
	bare := tree(t, map[string]string{"scripts/lua/x": ""})
	for _, tc := range []struct {
		cfg    Config
		year   Year
		prefix string
	}{
		{Config{InstallDir: old}, Year2024, "sessions."},
		{Config{InstallDir: young}, Year2026, "ntopng.cache.sessions."},
		{Config{InstallDir: bare}, Year2024, "sessions."},
		{Config{SystemDirs: []string{}, Embedded: embedded}, Year2026, "ntopng.cache.sessions."},
	} {
		l, err := Resolve(tc.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if l.Year() != tc.year || l.SessionPrefix() != tc.prefix {
			t.Errorf("%s: %d %q", l.InstallDir, l.Year(), l.SessionPrefix())
		}
	}
}

func TestPrepareData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	l, err := Resolve(Config{SystemDirs: []string{}, Embedded: embedded, DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.PrepareData(); err != nil {
			t.Fatal(err)
		}
	}
	if st, err := os.Stat(filepath.Join(dir, "tmp", "upload")); err != nil || !st.IsDir() {
		t.Error("no upload directory")
	}
	if err := l.GiveData(os.Getuid(), os.Getgid()); err != nil {
		t.Error(err)
	}
	l.DataDir = "/proc/nothing"
	if err := l.PrepareData(); err == nil || !strings.Contains(err.Error(), "/proc/nothing") {
		t.Errorf("error %v", err)
	}
}

func TestGiveDataLeavesLinkedFilesAlone(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{outside, filepath.Join(data, "own")} {
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(outside, filepath.Join(data, "hard")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(data, "soft")); err != nil {
		t.Fatal(err)
	}
	l := &Layout{DataDir: data}
	if err := l.GiveData(12345, 12346); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]uint32{outside: 0, data: 12345, filepath.Join(data, "own"): 12345} {
		st, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := st.Sys().(*syscall.Stat_t).Uid; got != want {
			t.Errorf("%s belongs to %d, want %d", name, got, want)
		}
	}
}
