package layout

import (
	"bytes"
	"path"
)

// Year is the generation of a script tree, by which tables and keys differ.
type Year int

// Generations.
const (
	Year2024 Year = 2024 // ntopng 6.x up to the end of 2024
	Year2026 Year = 2026 // July 2026; the embedded tree is of this generation too
)

// Year tells the generation of the scripts: the newer ones have a page for the
// second login factor.
func (l *Layout) Year() Year {
	if inTree(l.ScriptsDir) {
		return Year2026
	}
	if _, err := l.Stat(path.Join(l.ScriptsDir, "lua", "mfa_verify.lua")); err == nil {
		return Year2026
	}
	return Year2024
}

// SessionPrefix is the key prefix of web sessions that this tree's logout page
// deletes: the engine must create them under the same one.
func (l *Layout) SessionPrefix() string {
	const short, long = "sessions.", "ntopng.cache.sessions."
	page, _, err := l.ReadFile(path.Join(l.ScriptsDir, "lua", "ntopng_logout.lua"))
	switch {
	case err == nil && bytes.Contains(page, []byte(`"`+long)):
		return long
	case err == nil && bytes.Contains(page, []byte(`"`+short)):
		return short
	case l.Year() == Year2024:
		return short
	}
	return long
}
