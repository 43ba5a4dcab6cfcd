package main

import (
	"fmt"
	"io"
)

func checkTree(w io.Writer, dir string) error {
	return fmt.Errorf("--check-tree %s: not wired", dir)
}
