package dpi

import (
	"crypto/sha256"
	"hash"
	"sync"
)

// hasher is a hash and room for its sum. That of the library is allocated anew for each
// text.
type hasher struct {
	hash.Hash
	text []byte // a copy: what an interface is called with has to lie on the heap
	sum  [sha256.Size]byte
}

var hashers = sync.Pool{New: func() any { return &hasher{Hash: sha256.New()} }}

// sum256 is the SHA-256 of text.
func sum256(text []byte) [sha256.Size]byte {
	h := hashers.Get().(*hasher)
	defer hashers.Put(h)
	return h.of(text)
}

func (h *hasher) of(text []byte) [sha256.Size]byte {
	h.Reset()
	h.text = append(h.text[:0], text...)
	h.Write(h.text)
	h.Hash.Sum(h.sum[:0])
	return h.sum
}
