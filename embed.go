package main

import "embed"

// tree is the script tree and web root that is served when no other is given.
//
//go:embed all:scripts all:httpdocs
var tree embed.FS
