package capture

import (
	"io"
	"slices"
)

// readBuffer is the largest record that is believed, and what a chunk holds.
const readBuffer = 1 << 19

// readStep is how much is read at once: little enough to be still in the cache
// when it is decoded.
const readStep = 1 << 17

// chunk is a piece of file that frames lie in. Its memory is used again when
// nothing refers to it any more.
type chunk struct {
	data [readBuffer]byte
	refs int // batches with frames in it, and the window itself
}

// window reads a file piece by piece and hands out parts of it without copying
// them: what Peek returned stays as it is while the chunk is held.
type window struct {
	r         io.Reader
	pool      *chunkPool
	chunk     *chunk
	from, end int // of what was read and not discarded
}

func newWindow(r io.Reader, pool *chunkPool) *window { return &window{r: r, pool: pool} }

// chunkPool has the chunks of a source that nothing refers to.
type chunkPool struct{ free []*chunk }

func (p *chunkPool) take() *chunk {
	if len(p.free) == 0 {
		return &chunk{refs: 1}
	}
	c := p.free[0] // it has left the near caches of those who read it
	p.free = slices.Delete(p.free, 0, 1)
	c.refs = 1
	return c
}

func (p *chunkPool) release(c *chunk) {
	if c.refs--; c.refs == 0 {
		p.free = append(p.free, c)
	}
}

// drop gives up the chunks that b holds.
func (p *chunkPool) drop(b *Batch) {
	for i, c := range b.chunks {
		p.release(c)
		b.chunks[i] = nil
	}
	b.chunks = b.chunks[:0]
}

// Buffered is how much Peek can return without reading.
func (w *window) Buffered() int { return w.end - w.from }

// Peek returns the next n bytes, at most readBuffer, without consuming them;
// fewer with the error that stopped the reading. It can be called again after
// ErrTimeout.
func (w *window) Peek(n int) ([]byte, error) {
	if w.end-w.from < n {
		if err := w.fill(n); err != nil {
			return w.chunkPart(w.end), err
		}
	}
	return w.chunkPart(w.from + n), nil
}

func (w *window) chunkPart(end int) []byte {
	if w.chunk == nil {
		return nil
	}
	return w.chunk.data[w.from:end:end]
}

// Discard drops the next n bytes; fewer with the error that stopped it.
func (w *window) Discard(n int) (dropped int, err error) {
	for dropped < n {
		part := min(n-dropped, w.end-w.from)
		w.from += part
		dropped += part
		if dropped < n {
			if err := w.fill(1); err != nil {
				return dropped, err
			}
		}
	}
	return dropped, nil
}

// fill reads until n bytes are there.
func (w *window) fill(n int) error {
	if n > readBuffer {
		return io.ErrShortBuffer
	}
	if w.chunk == nil || w.from+n > readBuffer || w.from == w.end && w.from >= readStep {
		w.next()
	}
	for idle := 0; w.end-w.from < n; {
		got, err := w.r.Read(w.chunk.data[w.end:min(w.end+readStep, readBuffer)])
		w.end += got
		if w.end-w.from >= n {
			return nil
		}
		if err != nil {
			return err
		}
		if got > 0 {
			idle = 0
		} else if idle++; idle == 100 {
			return io.ErrNoProgress
		}
	}
	return nil
}

// next goes on in another chunk, or at the start of this one when no frame lies
// in it; the bytes that were not discarded come along.
func (w *window) next() {
	old := w.chunk
	if old == nil || old.refs > 1 {
		w.chunk = w.pool.take()
	}
	if old != nil {
		w.end = copy(w.chunk.data[:], old.data[w.from:w.end])
		if old != w.chunk {
			w.pool.release(old)
		}
	}
	w.from = 0
}

// close gives the window's chunk up.
func (w *window) close() {
	if w.chunk != nil {
		w.pool.release(w.chunk)
		w.chunk, w.from, w.end = nil, 0, 0
	}
}

// hold keeps the present chunk for the frames in b until the pool drops it.
func (w *window) hold(b *Batch) {
	if n := len(b.chunks); n == 0 || b.chunks[n-1] != w.chunk {
		w.chunk.refs++
		b.chunks = append(b.chunks, w.chunk)
	}
}
