//go:build !linux

package slab

func mapMemory(n int) []byte { return make([]byte, n) }

func unmapMemory([]byte) {}
