package checktree

import _ "embed"

//go:embed stubs.lua
var stubs string
