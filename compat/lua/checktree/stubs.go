package checktree

import _ "embed"

//go:embed stubs.lua
var stubs string

// Stubs is the Lua source of the stand-ins for bindings, for other programs that
// run modules of a tree.
func Stubs() string { return stubs }

// ModulePath is a package.path over all folders of modules of the tree at dir.
func ModulePath(dir string) string { return modulePath(dir) }
