package counters

import (
	"math"
	"math/bits"
	"net/netip"
)

// Sketch estimates how many different values were noted, by HyperLogLog with few
// registers: what scripts and pages show as contacts is such an estimate in the
// original, of 16 to 256 registers, and equal only with its hash (MurmurHash3 of
// 32 bits, A. Appleby). Few values are kept as their hashes, which take less room
// than the registers and come to the same.
type Sketch struct {
	few       []uint32
	registers []uint8 // nil while few are enough
}

// sketchSeed begins the hash of values.
const sketchSeed = 0x5f61767a

// TextHash is the hash of a text for Sketch.Note.
func TextHash(s string) uint32 { return murmur32(s, sketchSeed) }

// AddrHash is the hash of an address for Sketch.Note.
func AddrHash(a netip.Addr) uint32 {
	a = a.Unmap()
	if a.Is4() {
		b := a.As4()
		return murmur32(b[:], sketchSeed)
	}
	b := a.As16()
	return murmur32(b[:], sketchSeed)
}

// Note counts the value whose hash is h among 1<<size registers. All calls for one
// sketch give the same size.
func (s *Sketch) Note(size int, h uint32) {
	if s.registers != nil {
		s.register(size, h)
		return
	}
	for _, v := range s.few {
		if v == h {
			return
		}
	}
	if 4*(len(s.few)+1) <= 1<<size {
		s.few = append(s.few, h)
		return
	}
	s.registers = make([]uint8, 1<<size)
	s.fill(s.registers, size)
	s.few = nil
	s.register(size, h)
}

func (s *Sketch) register(size int, h uint32) { keepRank(s.registers, size, h) }

// keepRank notes a hash: its first bits choose the register, which keeps the
// largest number of trailing zeros, plus one, of the others.
func keepRank(registers []uint8, size int, h uint32) {
	rank := min(bits.TrailingZeros32(h), 32-size) + 1
	at := h >> (32 - size)
	registers[at] = max(registers[at], uint8(rank))
}

// fill notes the few values in registers.
func (s *Sketch) fill(registers []uint8, size int) {
	for _, v := range s.few {
		keepRank(registers, size, v)
	}
}

// Reset forgets all values.
func (s *Sketch) Reset() { *s = Sketch{} }

// Count is the estimate, rounded down as the original shows it.
func (s *Sketch) Count(size int) int {
	registers := s.registers
	if registers == nil {
		if len(s.few) == 0 {
			return 0
		}
		var room [256]uint8
		registers = append(room[:0], make([]uint8, 1<<size)...)
		s.fill(registers, size)
	}
	m := float64(len(registers))
	sum, empty := 0.0, 0
	for _, r := range registers {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			empty++
		}
	}
	estimate := alpha(size) * m * m / sum
	if estimate <= 2.5*m && empty > 0 {
		estimate = m * math.Log(m/float64(empty))
	}
	return int(estimate)
}

// alpha is the correction of Flajolet et al. (2007) for 1<<size registers.
func alpha(size int) float64 {
	switch size {
	case 4:
		return 0.673
	case 5:
		return 0.697
	case 6:
		return 0.709
	}
	return 0.7213 / (1 + 1.079/float64(int(1)<<size))
}

// murmur32 is MurmurHash3 for 32 bits.
func murmur32[T string | []byte](data T, seed uint32) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	h := seed
	mix := func(k uint32) uint32 { return bits.RotateLeft32(k*c1, 15) * c2 }
	i := 0
	for ; i+4 <= len(data); i += 4 {
		k := uint32(data[i]) | uint32(data[i+1])<<8 | uint32(data[i+2])<<16 | uint32(data[i+3])<<24
		h = bits.RotateLeft32(h^mix(k), 13)*5 + 0xe6546b64
	}
	k := uint32(0)
	for j := len(data) - 1; j >= i; j-- {
		k = k<<8 | uint32(data[j])
	}
	if i < len(data) {
		h ^= mix(k)
	}
	h ^= uint32(len(data))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
