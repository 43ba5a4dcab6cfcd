package lua

import (
	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/translate"
)

// CheckSyntax translates and compiles source text without running it. The error
// starts with chunk name and line.
func CheckSyntax(src, chunkname string) error {
	out, lines, err := translate.Source(src, layout.ChunkID(chunkname))
	if err != nil {
		return err
	}
	if _, err := layout.Compile(out, chunkname, lines); err != nil {
		return err
	}
	return nil
}
