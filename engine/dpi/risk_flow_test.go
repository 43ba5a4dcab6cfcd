package dpi

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// looksEncrypted is the rule of encrypted byte by byte.
func looksEncrypted(b []byte) bool {
	ones, text, run := 0, 0, 0
	for i, x := range b {
		ones += bits.OnesCount8(x)
		if x < ' ' || x > '~' {
			run = 0
			continue
		}
		text++
		if run++; run >= 20 || i < 6 && text == 6 {
			return false
		}
	}
	average := float64(ones) / float64(len(b))
	return average > 3.4 && average < 4.6 && 2*text <= len(b)
}

func TestEncryptedByWords(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	yes := 0
	check := func(b []byte) {
		want := looksEncrypted(b)
		if got := encrypted(b); got != want {
			t.Fatalf("encrypted(%q) is %v", b, got)
		}
		if want {
			yes++
		}
	}
	for _, x := range []byte{0, 0x1f, ' ', '~', 0x7f, 0x80, 0x9f, 0xa0, 0xfe, 0xff} {
		for n := 1; n < 40; n++ {
			check(bytes.Repeat([]byte{x}, n))
		}
	}
	for range 20000 {
		b := make([]byte, 1+rnd.IntN(200))
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		if n := rnd.IntN(30); n < len(b) { // a row of text somewhere
			at := rnd.IntN(len(b) - n)
			for i := at; i < at+n; i++ {
				b[i] = ' ' + b[i]%95
			}
		}
		check(b)
	}
	if yes == 0 {
		t.Error("nothing looked encrypted")
	}
}
