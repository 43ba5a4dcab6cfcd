package counters

import (
	"cmp"
	"slices"
)

// DSCP counts what one end sent and got by DSCP value (RFC 2474), 0 to 63. Nearly all
// hosts have one value, which needs no memory of its own. It is mergeable.
type DSCP struct {
	more  *[]dscpCell
	first dscpCell
}

type dscpCell struct {
	Duplex
	value uint8
	used  bool
}

// Count adds d to what has the value. Nothing is counted without packets.
func (c *DSCP) Count(value uint8, d Duplex) {
	if d.Packets() == 0 {
		return
	}
	c.at(value).Add(d)
}

func (c *DSCP) at(value uint8) *Duplex {
	if !c.first.used {
		c.first.used, c.first.value = true, value
	}
	if c.first.value == value {
		return &c.first.Duplex
	}
	if c.more == nil {
		c.more = &[]dscpCell{}
	}
	for i := range *c.more {
		if m := &(*c.more)[i]; m.value == value {
			return &m.Duplex
		}
	}
	*c.more = append(*c.more, dscpCell{value: value, used: true})
	return &(*c.more)[len(*c.more)-1].Duplex
}

// Each calls f for every value that was counted, in ascending order.
func (c *DSCP) Each(f func(value uint8, d Duplex)) {
	if c.more == nil {
		if c.first.used {
			f(c.first.value, c.first.Duplex)
		}
		return
	}
	all := slices.SortedFunc(slices.Values(append([]dscpCell{c.first}, *c.more...)), func(a, b dscpCell) int { return cmp.Compare(a.value, b.value) })
	for _, x := range all {
		f(x.value, x.Duplex)
	}
}

// Add merges o into c.
func (c *DSCP) Add(o *DSCP) { o.Each(c.Count) }

// Clone is a copy that shares nothing with c.
func (c *DSCP) Clone() DSCP {
	out := *c
	if c.more != nil {
		more := slices.Clone(*c.more)
		out.more = &more
	}
	return out
}
