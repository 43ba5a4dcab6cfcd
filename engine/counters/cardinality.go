package counters

import (
	"math"
	"math/bits"
)

const (
	// exactUpTo is how many different values are counted one by one.
	exactUpTo = 32
	// hllBits gives 2^hllBits registers: a standard error of 2.3 % in 2 kB.
	hllBits = 11
)

// Cardinality counts different values, given as 64-bit hashes: exactly while
// there are few, then by HyperLogLog (Flajolet et al. 2007) with linear
// counting in its lower range. What it says does not depend on the order in
// which values came, nor on how they were spread before Add.
type Cardinality struct {
	exact     []uint64
	registers *[1 << hllBits]uint8 // nil while exact
}

// Note counts the value whose hash is h.
func (c *Cardinality) Note(h uint64) {
	if c.registers != nil {
		c.register(h)
		return
	}
	for _, v := range c.exact {
		if v == h {
			return
		}
	}
	if len(c.exact) < exactUpTo {
		c.exact = append(c.exact, h)
		return
	}
	c.spread()
	c.register(h)
}

// spread goes over to registers.
func (c *Cardinality) spread() {
	c.registers = new([1 << hllBits]uint8)
	for _, v := range c.exact {
		c.register(v)
	}
	c.exact = nil
}

func (c *Cardinality) register(h uint64) {
	i := h >> (64 - hllBits)
	rank := uint8(bits.LeadingZeros64(h<<hllBits|1<<(hllBits-1)) + 1)
	if rank > c.registers[i] {
		c.registers[i] = rank
	}
}

// Count is the number of different values.
func (c *Cardinality) Count() int {
	if c.registers == nil {
		return len(c.exact)
	}
	const m = 1 << hllBits
	sum, empty := 0.0, 0
	for _, r := range c.registers {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			empty++
		}
	}
	estimate := 0.7213 / (1 + 1.079/m) * m * m / sum
	if estimate <= 2.5*m && empty > 0 {
		estimate = m * math.Log(m/float64(empty))
	}
	return int(math.Round(estimate))
}

// Add merges o into c.
func (c *Cardinality) Add(o *Cardinality) {
	for _, v := range o.exact {
		c.Note(v)
	}
	if o.registers == nil {
		return
	}
	if c.registers == nil {
		c.spread()
	}
	for i, r := range o.registers {
		c.registers[i] = max(c.registers[i], r)
	}
}
