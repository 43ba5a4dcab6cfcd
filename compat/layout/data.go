package layout

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// PrepareData makes the data directory and what every start expects in it, and
// checks that it can be written to. An error names the directory.
func (l *Layout) PrepareData() error {
	for _, d := range []string{"", "tmp", "tmp/upload", "scripts"} {
		dir := filepath.Join(l.DataDir, d)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("data directory %s: %w", l.DataDir, err)
		}
	}
	probe := filepath.Join(l.DataDir, ".test")
	if err := os.WriteFile(probe, nil, 0o600); err != nil {
		return fmt.Errorf("data directory %s cannot be written to: %w", l.DataDir, err)
	}
	return os.Remove(probe)
}

// GiveData hands the data directory and all below it to another account, before
// the process becomes that account. A file with several names is left alone:
// that account may have linked somebody else's file there.
func (l *Layout) GiveData(uid, gid int) error {
	return filepath.WalkDir(l.DataDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("give away the data directory: %w", err)
		}
		if st, err := os.Lstat(name); err == nil {
			if sys, ok := st.Sys().(*syscall.Stat_t); ok {
				if int(sys.Uid) == uid && int(sys.Gid) == gid || !d.IsDir() && sys.Nlink > 1 {
					return nil
				}
			}
		}
		if err := os.Lchown(name, uid, gid); err != nil {
			return fmt.Errorf("give away the data directory: %w", err)
		}
		return nil
	})
}
