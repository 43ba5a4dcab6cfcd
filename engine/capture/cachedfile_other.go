//go:build !linux

package capture

import (
	"io"
	"os"
)

func fileReader(f *os.File) io.Reader { return f }
