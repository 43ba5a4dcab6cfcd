package bindings

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ntopgo/compat/lua"
)

// Group "File System". Paths below the served tree resolve through the layout,
// so that they work with the embedded tree too; everything is written to disk.
func init() {
	register("ntop", map[string]func(c *Call){
		"getDirs":                   getDirs,
		"exists":                    func(c *Call) { _, err := c.Env.Layout.Stat(c.String(1)); c.Push(err == nil) },
		"isdir":                     func(c *Call) { i, err := c.Env.Layout.Stat(c.String(1)); c.Push(err == nil && i.IsDir()) },
		"notEmptyFile":              func(c *Call) { i, err := c.Env.Layout.Stat(c.String(1)); c.Push(err == nil && i.Size() > 0) },
		"fileLastChange":            fileLastChange,
		"readdir":                   readdir,
		"mkdir":                     func(c *Call) { c.Push(!c.Failed(os.MkdirAll(c.String(1), 0o755))) },
		"rmdir":                     func(c *Call) { c.Push(c.removable(c.OptString(1, "")) && !c.Failed(os.RemoveAll(c.String(1)))) },
		"unlink":                    unlink,
		"setDefaultFilePermissions": func(c *Call) { c.Failed(os.Chmod(c.String(1), 0o660)) },
		"getAllPaths":               getAllPaths,
		"getCurrentScriptsDir":      func(c *Call) { c.Push(c.Env.Layout.ScriptsDir) },
		"dumpFile":                  func(c *Call) { c.sendFile(true) },
		"dumpBinaryFile":            func(c *Call) { c.sendFile(false) },
		"flushResponse":             flushResponse,
	})
}

func getDirs(c *Call) {
	l := c.Env.Layout
	c.Push(lua.NewTable(10).
		Set("bindir", binDir()).
		Set("installdir", l.InstallDir).
		Set("workingdir", l.DataDir).
		Set("scriptdir", l.ScriptsDir).
		Set("httpdocsdir", l.HTTPDocsDir).
		Set("callbacksdir", l.CallbacksDir).
		Set("pcapdir", l.PcapDir).
		Set("dbarchivedir", l.DataDir).
		Set("etcdir", "/etc").
		Set("sharedir", "/usr/share"))
}

func binDir() string {
	exe, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Dir(exe)
}

func fileLastChange(c *Call) {
	i, err := c.Env.Layout.Stat(c.String(1))
	if err != nil {
		c.Push(-1)
		return
	}
	c.Push(i.ModTime().Unix())
}

func readdir(c *Call) {
	t := lua.NewTable(0)
	entries, _ := c.Env.Layout.ReadDir(c.String(1))
	for _, e := range entries {
		if n := e.Name(); !strings.HasPrefix(n, ".") {
			t.Set(n, n)
		}
	}
	c.Push(t)
}

// removable refuses to delete outside the data directory and the temporary
// directory: scripts only ever clean up what ntopng wrote.
func (c *Call) removable(path string) bool {
	clean, err := filepath.Abs(path)
	if err != nil || path == "" {
		return false
	}
	for _, root := range []string{c.Env.Layout.DataDir, c.Env.Layout.PcapDir, os.TempDir()} {
		if rel, err := filepath.Rel(root, clean); err == nil && rel != "." && !strings.HasPrefix(rel, "..") {
			return true
		}
	}
	c.Env.Log.Logf(1, "%s: %s is outside the data directory and is kept", c.b.Key(), path)
	return false
}

func unlink(c *Call) {
	path := c.OptString(1, "")
	if !c.removable(path) {
		c.Push(false)
		return
	}
	c.Push(os.Remove(path) == nil)
}

// getAllPaths finds the files of a given name below a folder.
func getAllPaths(c *Call) {
	root, name := c.String(1), c.String(2)
	t := lua.NewTable(0)
	filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() == name {
			t.Set(p, p)
		}
		return nil
	})
	c.Push(t)
}

func (c *Call) sendFile(text bool) {
	if c.Out == nil {
		return
	}
	c.Failed(c.Out.SendFile(c.String(1), text))
}

func flushResponse(c *Call) {
	if c.Out != nil {
		c.Out.Flush()
	}
	c.Push(c.Out != nil)
}
