package dpi

import "ntopgo/engine/decode"

// Context is what a dissector sees of a packet and its flow. It is valid for
// the duration of the call.
type Context struct {
	E          *Engine
	S          *State
	T          *Tuple
	P          *decode.Packet
	B          []byte // transport payload, never empty
	FromClient bool   // sent by the side that sent the first packet
	L4         L4
	w          *work
}

// N returns the number of packets with payload so far, this one included.
func (c *Context) N() int { return c.w.payloads[0] + c.w.payloads[1] }

// Dir is 0 for packets of the client and 1 for those of the server.
func (c *Context) Dir() int { return direction(c.FromClient) }

// NDir returns how many packets with payload went in this packet's direction.
func (c *Context) NDir() int { return c.w.payloads[c.Dir()] }

// NOther returns how many packets with payload went in the other direction.
func (c *Context) NOther() int { return c.w.payloads[1-c.Dir()] }

// Port reports whether either side uses one of the ports.
func (c *Context) Port(ports ...uint16) bool {
	for _, p := range ports {
		if c.T.SrvPort == p || c.T.CliPort == p {
			return true
		}
	}
	return false
}

// Note returns a word of memory that the calling dissector keeps for this
// flow; zero at first.
func (c *Context) Note() *uint64 {
	w := c.w
	for i, dissector := range w.noters[:w.nnotes] {
		if dissector == w.current {
			return &w.notes[i]
		}
	}
	n := w.nnotes
	if n == maxNotes {
		// All words are taken: a scratch word that no dissector relies on. The
		// dissector then never sees its second stage, which costs a match at most.
		return new(uint64)
	}
	w.noters[n], w.notes[n] = w.current, 0
	w.nnotes++
	return &w.notes[n]
}

// Set names the flow: master carries app; master 0 when app stands alone. Ids
// are those of 2024.
func (c *Context) Set(master, app uint16) { c.SetAs(master, app, ConfidenceDPI) }

// SetAs is Set with a confidence other than ConfidenceDPI.
func (c *Context) SetAs(master, app uint16, how Confidence) {
	c.E.set(c.S, master, app, how)
}

// Found names the flow and is the last word.
func (c *Context) Found(app uint16) Verdict {
	c.Set(0, app)
	return Found
}

// Claim says that the calling dissector has seen the start of a message that only its
// protocol begins like that: until it says No, the others are not asked, which would
// take what follows for a beginning.
func (c *Context) Claim() { c.w.claim = c.w.current + 1 }

// Partial notes a protocol that explains the flow if nothing better does.
func (c *Context) Partial(master, app uint16) { c.w.partialM, c.w.partial = master, app }

// Meta returns the metadata of the flow for writing.
func (c *Context) Meta() *Metadata {
	if c.S.meta == nil {
		c.S.meta = c.E.near.metas.get()
	}
	return c.S.meta
}

// Risk marks the flow with a risk id.
func (c *Context) Risk(id uint) { c.S.res.Risks |= 1 << id }
