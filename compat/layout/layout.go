// Package layout knows where ntopng's files are: the installed tree of scripts
// and web pages, or the one built into the program when there is none, and the
// data directory. It reads files of either kind by path; it does not know what
// they mean.
package layout

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// VirtualDir is the install directory scripts see when the embedded tree is
// used. Paths below it exist only for this package's readers.
const VirtualDir = "/embedded/ntopng"

// DefaultDataDir is the data directory when -d is not given.
const DefaultDataDir = "/var/lib/ntopng"

// SystemDirs are looked at, in order, when no directory is given.
var SystemDirs = []string{"/usr/share/ntopng", "/usr/local/share/ntopng"}

// Config is what the command line says; empty fields are found by Resolve.
type Config struct {
	InstallDir   string
	ScriptsDir   string
	HTTPDocsDir  string
	CallbacksDir string
	DataDir      string
	PcapDir      string
	ArchiveDir   string
	// Embedded holds scripts/ and httpdocs/; nil when the program has none.
	Embedded fs.FS
	// SystemDirs replaces the package's list, for tests.
	SystemDirs []string
}

// Layout is the outcome: absolute directories, perhaps below VirtualDir.
type Layout struct {
	InstallDir   string
	ScriptsDir   string
	HTTPDocsDir  string
	CallbacksDir string
	DataDir      string
	PcapDir      string
	ArchiveDir   string
	// UserScriptsDir is served at /scripts/.
	UserScriptsDir string
	// Embedded tells whether any of the directories is in the program.
	Embedded bool

	tree    fs.FS
	started time.Time
}

// Resolve finds the directories: those given win, then a system directory that
// holds a tree, then the embedded one. A given directory that does not exist,
// or has no scripts, is an error that names it and its option.
func Resolve(cfg Config) (*Layout, error) {
	l := &Layout{tree: cfg.Embedded, started: time.Now().Truncate(time.Second)}
	var err error
	if l.InstallDir, err = installDir(cfg); err != nil {
		return nil, err
	}
	for _, d := range []struct {
		option, given, standard string
		to                      *string
	}{
		{"--scripts-dir", cfg.ScriptsDir, "scripts", &l.ScriptsDir},
		{"--httpdocs-dir", cfg.HTTPDocsDir, "httpdocs", &l.HTTPDocsDir},
		{"--callbacks-dir", cfg.CallbacksDir, "", &l.CallbacksDir},
	} {
		switch {
		case d.given != "":
			if *d.to, err = given(d.option, d.given, l.InstallDir); err != nil {
				return nil, err
			}
		case d.standard != "":
			*d.to = path.Join(l.InstallDir, d.standard)
		default:
			*d.to = path.Join(l.ScriptsDir, "callbacks")
		}
	}
	l.Embedded = inTree(l.ScriptsDir) || inTree(l.HTTPDocsDir)
	if st, err := l.Stat(path.Join(l.ScriptsDir, "lua")); err != nil || !st.IsDir() {
		return nil, fmt.Errorf("%s holds no lua directory: this is no tree of ntopng's scripts", l.ScriptsDir)
	}
	if l.DataDir, err = filepath.Abs(or(cfg.DataDir, DefaultDataDir)); err != nil {
		return nil, fmt.Errorf("--data-dir %s: %w", cfg.DataDir, err)
	}
	l.PcapDir, l.ArchiveDir = or(cfg.PcapDir, l.DataDir), or(cfg.ArchiveDir, l.DataDir)
	l.UserScriptsDir = filepath.Join(l.DataDir, "scripts")
	return l, nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func installDir(cfg Config) (string, error) {
	if cfg.InstallDir != "" {
		return given("--install-dir", cfg.InstallDir, "")
	}
	dirs := cfg.SystemDirs
	if dirs == nil {
		dirs = SystemDirs
	}
	for _, d := range dirs {
		if st, err := os.Stat(filepath.Join(d, "scripts", "lua")); err == nil && st.IsDir() {
			return d, nil
		}
	}
	if cfg.Embedded != nil {
		return VirtualDir, nil
	}
	return "", fmt.Errorf("no tree of scripts in %s; name one with --install-dir", strings.Join(dirs, ", "))
}

// given makes a directory from the command line absolute. A relative one is
// looked for in the current directory, then below the install directory.
func given(option, dir, install string) (string, error) {
	candidates := []string{dir}
	if !filepath.IsAbs(dir) && install != "" && !inTree(install) {
		candidates = append(candidates, filepath.Join(install, dir))
	}
	for _, c := range candidates {
		abs, err := filepath.Abs(c)
		if err != nil {
			return "", fmt.Errorf("%s %s: %w", option, dir, err)
		}
		if st, err := os.Stat(abs); err == nil && st.IsDir() {
			return abs, nil
		}
	}
	if st, err := os.Stat(dir); err == nil && !st.IsDir() {
		return "", fmt.Errorf("%s %s: is not a directory", option, dir)
	}
	return "", fmt.Errorf("%s %s: no such directory", option, dir)
}

// inTree tells whether a cleaned path belongs to the embedded tree.
func inTree(p string) bool { return p == VirtualDir || strings.HasPrefix(p, VirtualDir+"/") }

// locate returns the name inside the embedded tree, or false for a path on disk.
func (l *Layout) locate(name string) (string, bool) {
	clean := path.Clean(name)
	if l.tree == nil || !inTree(clean) {
		return "", false
	}
	if clean == VirtualDir {
		return ".", true
	}
	return clean[len(VirtualDir)+1:], true
}

// Open opens a file of the embedded tree or of the disk.
func (l *Layout) Open(name string) (fs.File, error) {
	inside, ok := l.locate(name)
	if !ok {
		return os.Open(name)
	}
	f, err := l.tree.Open(inside)
	return f, rename(err, name)
}

// ReadFile reads a whole file and tells when it was last changed.
func (l *Layout) ReadFile(name string) ([]byte, time.Time, error) {
	f, err := l.Open(name)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	if st.IsDir() {
		return nil, time.Time{}, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a directory")}
	}
	b, err := io.ReadAll(f)
	return b, l.modTime(st), err
}

// Stat describes a file or directory.
func (l *Layout) Stat(name string) (fs.FileInfo, error) {
	inside, ok := l.locate(name)
	if !ok {
		return os.Stat(name)
	}
	st, err := fs.Stat(l.tree, inside)
	if err != nil {
		return nil, rename(err, name)
	}
	return info{st, l.modTime(st)}, nil
}

// ReadDir lists a directory, ordered by name.
func (l *Layout) ReadDir(name string) ([]fs.DirEntry, error) {
	inside, ok := l.locate(name)
	if !ok {
		return os.ReadDir(name)
	}
	entries, err := fs.ReadDir(l.tree, inside)
	return entries, rename(err, name)
}

// modTime gives embedded files, which have none, the time the program started.
func (l *Layout) modTime(st fs.FileInfo) time.Time {
	if t := st.ModTime(); !t.IsZero() {
		return t
	}
	return l.started
}

type info struct {
	fs.FileInfo
	changed time.Time
}

func (i info) ModTime() time.Time { return i.changed }

// rename puts the virtual path into an error of the embedded tree.
func rename(err error, name string) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return &fs.PathError{Op: p.Op, Path: name, Err: p.Err}
	}
	return err
}
