//go:build !linux

package memory

func totalRAM() uint64 { return 0 }
