//go:build !linux

package slab

func mapMemory(int) (b []byte, ok bool) { return nil, false }

func unmapMemory([]byte) {}
