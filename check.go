package main

import (
	"fmt"
	"io"

	"ntopgo/bindings"
	"ntopgo/compat/lua/checktree"
)

// checkTree examines a tree of scripts against the declared bindings. Failures
// are an error, so that the exit status tells.
func checkTree(w io.Writer, dir string) error {
	declared := map[string]bool{}
	for _, b := range bindings.All() {
		declared[b.Key()] = true
	}
	failures, err := checktree.CheckTree(w, dir, func(ns, name string) bool { return declared[ns+"."+name] })
	if err != nil {
		return err
	}
	if failures > 0 {
		return fmt.Errorf("%s: %d files or modules fail", dir, failures)
	}
	return nil
}
