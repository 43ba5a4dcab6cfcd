package keyvalue

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// BenchmarkSetJournalled is a write that reaches the journal file.
func BenchmarkSetJournalled(b *testing.B) {
	s, err := OpenEmbedded(EmbeddedConfig{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Set("key", "value"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLarge is what 200 000 expiring keys cost: the clock's step, a
// snapshot and a start.
func BenchmarkLarge(b *testing.B) {
	dir := b.TempDir()
	s, err := OpenEmbedded(EmbeddedConfig{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 200_000 {
		if err := s.SetEx(fmt.Sprintf("ntopng.serialized_hosts.ifid_0_10.%d.%d.%d@0", i>>16, i>>8&255, i&255), strings.Repeat("x", 200), time.Hour); err != nil {
			b.Fatal(err)
		}
	}
	e := s.(*client).journal
	b.Run("step", func(b *testing.B) {
		for b.Loop() {
			e.mu.Lock()
			e.expire(time.Now())
			e.mu.Unlock()
		}
	})
	b.Run("snapshot", func(b *testing.B) {
		for b.Loop() {
			e.mu.Lock()
			err := e.journal.snapshot(e.dumpAll)
			e.mu.Unlock()
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			s, err := OpenEmbedded(EmbeddedConfig{Dir: dir})
			if err != nil {
				b.Fatal(err)
			}
			_ = s.Close()
		}
	})
}
