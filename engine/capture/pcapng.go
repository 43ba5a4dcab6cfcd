package capture

import (
	"encoding/binary"
	"math/bits"

	"ntopgo/engine/decode"
)

// pcapng block types (draft-ietf-opsawg-pcapng).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6
)

// maxInterfaces bounds the interface descriptions of one section.
const maxInterfaces = 1 << 14

// ngInterface is what an interface description block says.
type ngInterface struct {
	link    decode.LinkType
	snapLen uint32
	perSec  uint64 // time units per second
	offset  int64  // seconds to add
}

// pcapngRecords reads a pcapng file.
type pcapngRecords struct {
	r       *window
	order   binary.ByteOrder
	ifaces  []ngInterface
	discard int
}

func newPcapNG(r *window) (*pcapngRecords, error) {
	p := &pcapngRecords{r: r}
	h, err := r.Peek(12)
	if err != nil {
		return nil, errDamaged{"pcapng section header cut off"}
	}
	if err := p.setOrder(h); err != nil {
		return nil, errNoCapture
	}
	return p, nil
}

// setOrder reads the byte-order magic of a section header block.
func (p *pcapngRecords) setOrder(h []byte) error {
	switch binary.BigEndian.Uint32(h[8:]) {
	case 0x1a2b3c4d:
		p.order = binary.BigEndian
	case 0x4d3c2b1a:
		p.order = binary.LittleEndian
	default:
		return damaged("section header without byte-order magic")
	}
	return nil
}

func (p *pcapngRecords) next(f *Frame) error {
	for {
		if _, err := p.r.Discard(p.discard); err != nil {
			return err
		}
		p.discard = 0
		typ, size, err := p.header()
		if err != nil {
			return err
		}
		switch typ {
		case blockSection, blockInterface, blockPacket, blockSimple, blockEnhanced:
		default:
			if err := p.skip(size); err != nil {
				return err
			}
			continue
		}
		if size > readBuffer {
			return damaged("block of %d bytes: the file is damaged from here on", size)
		}
		block, err := p.r.Peek(size)
		if err != nil {
			return cutOff(err, len(block), "last block")
		}
		p.discard = size
		frame, err := p.block(typ, block[8:size-4], f)
		if err != nil || frame {
			return err
		}
	}
}

// header reads type and length of a block without consuming it.
func (p *pcapngRecords) header() (typ uint32, size int, err error) {
	h, err := p.r.Peek(8)
	if err != nil {
		return 0, 0, cutOff(err, len(h), "last block header")
	}
	if binary.BigEndian.Uint32(h) == blockSection { // reads the same in both orders
		h, err = p.r.Peek(12)
		if err != nil {
			return 0, 0, cutOff(err, len(h), "last section header")
		}
		if err := p.setOrder(h); err != nil {
			return 0, 0, err
		}
	}
	length := p.order.Uint32(h[4:])
	if length < 12 || length%4 != 0 || length > 1<<30 {
		return 0, 0, damaged("block claims %d bytes: the file is damaged from here on", length)
	}
	return p.order.Uint32(h), int(length), nil
}

// skip drops a block of any size. The wait for the rest of a stream is done
// here, so that a pause in it loses nothing.
func (p *pcapngRecords) skip(size int) error {
	for size > 0 {
		n, err := p.r.Discard(size)
		size -= n
		if err == ErrTimeout {
			continue
		}
		if err != nil {
			return cutOff(err, 1, "last block")
		}
	}
	return nil
}

func (p *pcapngRecords) ready() bool {
	n := p.discard + 8
	if p.r.Buffered() < n {
		return false
	}
	h, err := p.r.Peek(n)
	if err != nil {
		return false
	}
	size := p.order.Uint32(h[p.discard+4:])
	return size > readBuffer || p.r.Buffered() >= p.discard+int(size)
}

// block reads the body of a block; it returns true when f was filled.
func (p *pcapngRecords) block(typ uint32, b []byte, f *Frame) (bool, error) {
	o := p.order
	switch typ {
	case blockSection:
		p.ifaces = p.ifaces[:0]
		return false, nil
	case blockInterface:
		return false, p.iface(b)
	case blockSimple:
		if len(b) < 4 || len(p.ifaces) == 0 {
			return false, damaged("simple packet block without interface or length")
		}
		wire := o.Uint32(b)
		capLen := wire
		if snap := p.ifaces[0].snapLen; snap != 0 {
			capLen = min(wire, snap)
		}
		return p.frame(f, p.ifaces[0], 0, capLen, wire, b[4:])
	case blockPacket:
		if len(b) < 20 {
			return false, damaged("packet block of %d bytes", len(b))
		}
		return p.timed(f, uint32(o.Uint16(b)), b)
	default:
		if len(b) < 20 {
			return false, damaged("enhanced packet block of %d bytes", len(b))
		}
		return p.timed(f, o.Uint32(b), b)
	}
}

// timed reads the part that enhanced and obsolete packet blocks have in common.
func (p *pcapngRecords) timed(f *Frame, id uint32, b []byte) (bool, error) {
	o := p.order
	if uint64(id) >= uint64(len(p.ifaces)) {
		return false, damaged("packet of interface %d, which is not described", id)
	}
	i := p.ifaces[id]
	ts := uint64(o.Uint32(b[4:]))<<32 | uint64(o.Uint32(b[8:]))
	capLen, wire := o.Uint32(b[12:]), o.Uint32(b[16:])
	ok, err := p.frame(f, i, i.nanoseconds(ts), capLen, wire, b[20:])
	if ok {
		f.Outgoing = p.outgoing(b[20:], capLen)
	}
	return ok, err
}

func (p *pcapngRecords) frame(f *Frame, i ngInterface, t int64, capLen, wire uint32, data []byte) (bool, error) {
	if capLen > MaxSnapLen || int(capLen) > len(data) {
		return false, damaged("packet block claims %d captured bytes, has %d", capLen, len(data))
	}
	*f = Frame{Time: t, Link: i.link, WireLen: saneWireLen(wire, capLen), Data: data[:capLen]}
	return true, nil
}

// outgoing reads the direction out of the flags option (code 2) of a packet.
func (p *pcapngRecords) outgoing(b []byte, capLen uint32) bool {
	padded := (int(capLen) + 3) &^ 3
	if padded > len(b) {
		return false
	}
	out := false
	p.options(b[padded:], func(code uint16, v []byte) {
		if code == 2 && len(v) == 4 {
			out = p.order.Uint32(v)&3 == 2
		}
	})
	return out
}

// iface reads an interface description block.
func (p *pcapngRecords) iface(b []byte) error {
	if len(b) < 8 {
		return damaged("interface description block of %d bytes", len(b))
	}
	if len(p.ifaces) == maxInterfaces {
		return damaged("more than %d interfaces", maxInterfaces)
	}
	i := ngInterface{link: decode.LinkType(p.order.Uint16(b)), snapLen: p.order.Uint32(b[4:]), perSec: 1e6}
	p.options(b[8:], func(code uint16, v []byte) {
		switch {
		case code == 9 && len(v) == 1: // if_tsresol
			i.perSec = resolution(v[0])
		case code == 14 && len(v) == 8: // if_tsoffset
			i.offset = int64(p.order.Uint64(v))
		}
	})
	p.ifaces = append(p.ifaces, i)
	return nil
}

// options walks over an option list.
func (p *pcapngRecords) options(b []byte, visit func(code uint16, v []byte)) {
	for len(b) >= 4 {
		code, n := p.order.Uint16(b), int(p.order.Uint16(b[2:]))
		padded := (n + 3) &^ 3
		if code == 0 || 4+padded > len(b) {
			return
		}
		visit(code, b[4:4+n])
		b = b[4+padded:]
	}
}

// resolution turns if_tsresol into units per second: a power of ten, or of two
// when the top bit is set. What does not fit is taken as microseconds.
func resolution(v byte) uint64 {
	n := v & 0x7f
	if v&0x80 != 0 {
		if n > 63 {
			return 1e6
		}
		return 1 << n
	}
	if n > 19 {
		return 1e6
	}
	r := uint64(1)
	for range n {
		r *= 10
	}
	return r
}

// nanoseconds converts a timestamp of this interface.
func (i ngInterface) nanoseconds(ts uint64) int64 {
	sec, frac := ts/i.perSec, ts%i.perSec
	hi, lo := bits.Mul64(frac, 1e9)
	ns, _ := bits.Div64(hi, lo, i.perSec) // frac < perSec, so the quotient fits
	return (int64(sec)+i.offset)*1e9 + int64(ns)
}
