package lua

import (
	"fmt"
	"os"
	"sort"
	"time"

	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/translate"
)

// putOff learns that a statement of a module uses the request; the result says
// why it cannot be put off, or is empty.
func (t *templates) putOff(at *statementAt) string {
	src, _, err := t.rt.cfg.ReadFile(at.file)
	if err != nil {
		return err.Error()
	}
	starts, err := translate.Statements(string(src), layout.ChunkID("@"+at.file))
	if err != nil {
		return err.Error()
	}
	i := sort.SearchInts(starts, at.line+1) - 1
	if i < 0 {
		return fmt.Sprintf("%s:%d: no statement", at.file, at.line)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.lines[at.file]
	if lines == nil {
		lines = map[int]bool{}
		t.lines[at.file] = lines
	}
	if lines[starts[i]] {
		return fmt.Sprintf("%s:%d uses the request", at.file, at.line)
	}
	lines[starts[i]] = true
	if _, err := translate.Deferred(string(src), layout.ChunkID("@"+at.file), lines); err != nil {
		delete(lines, starts[i])
		return err.Error()
	}
	return ""
}

// deferredChunk compiles a file with some statements put off.
func (r *Runtime) deferredChunk(path string, plain *cached, lines map[int]bool) (*cached, error) {
	src, _, err := r.cfg.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out, err := translate.Deferred(string(src), layout.ChunkID("@"+path), lines)
	if err != nil {
		return nil, err
	}
	p, err := layout.Compile(out, "@"+path, nil)
	if err != nil {
		return nil, err
	}
	return &cached{plain.size, plain.mtime, p, plain.twin}, nil
}

// dirTime is the modification time of a directory, which changes with its
// entries, or zero.
func dirTime(dir string) time.Time {
	st, err := os.Stat(dir)
	if err != nil {
		return time.Time{}
	}
	return st.ModTime()
}
