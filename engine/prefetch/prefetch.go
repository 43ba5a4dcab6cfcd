// Package prefetch asks the processor for memory before it is needed. Tables of
// many flows and hosts do not fit into caches: whoever works through a batch
// asks for the next records first, so that the waits overlap. It changes
// nothing that a program can see, and needs no lock. Only that and the sizes of what
// caches exchange may enter here.
package prefetch

import "unsafe"

// LineSize is the size of a cache line in bytes.
const LineSize = 64

// Apart lies between fields that cores write and fields that others read, which would wait
// for each other otherwise. Many processors fetch lines in pairs.
type Apart [2 * LineSize]byte

// LinesOf is how many lines size bytes fill from the start of one on.
func LinesOf(size uintptr) int { return int(size+LineSize-1) / LineSize }

// Lines asks for n cache lines from p on; n is at least 1. p need not be valid.
// On processors without support here it does nothing.
func Lines(p unsafe.Pointer, n int) { lines(p, n) }

// LinesToWrite is Lines for what will be written, so that no other core has it then.
func LinesToWrite(p unsafe.Pointer, n int) { writeLines(p, n) }
