package iec104

import "testing"

// i is a message with data of a type; the cause is spontaneous, the address 7.
func i(number uint16, kind byte) string {
	return string([]byte{start, 14, byte(number << 1), byte(number >> 7), 0, 0, kind, 1, 3 | 0x40, 0, 7, 0, 1, 0, 0, 0})
}

const (
	s   = "\x68\x04\x01\x00\x02\x00"
	act = "\x68\x04\x07\x00\x00\x00"
)

func TestConversation(t *testing.T) {
	t.Parallel()
	all := &Config{Allowed: AllTypes, Learning: 100}
	var c Conversation
	c.Segment([]byte(act), false, 0, 0, all)
	c.Segment([]byte(i(0, 9)+i(1, 13)), true, 0, 1e9, all)
	c.Segment([]byte(s), false, 0, 2e9, all)
	c.Segment([]byte(i(1, 13)), true, 0, 3e9, all) // again
	c.Segment([]byte(i(4, 9)), true, 0, 3e9, all)  // two are missing
	c.Segment([]byte(i(0, 100)), false, 0, 4e9, all)
	if c.TypeI != 5 || c.TypeS != 1 || c.TypeU != 1 || c.Other != 2 || c.Forward != 3 || c.Reverse != 3 || c.Retransmitted != 1 || c.Lost != [2]uint32{2, 0} {
		t.Errorf("%+v", c)
	}
	if len(c.Types) != 3 || c.Types[9] != 2 || c.Pairs[Pair{9, 13}] != 1 || c.Pairs[Pair{9, 100}] != 1 || c.ToCommand != 1 || c.BetweenData != 2 {
		t.Errorf("types %v, pairs %v, %d to commands", c.Types, c.Pairs, c.ToCommand)
	}
	if mean, dev := c.AckTime(); mean != 1000 || dev != 0 {
		t.Errorf("acknowledged after %v ± %v", mean, dev)
	}
	if c.Info != "<- I, RX 0, TX 0" {
		t.Errorf("info %q", c.Info)
	}
	own := c.Clone()
	c.Segment([]byte(i(1, 100)), false, 0, 4e9, all)
	if own.Types[100] != 1 || c.Types[100] != 2 {
		t.Error("a copy is not independent")
	}
}

func TestIssues(t *testing.T) {
	t.Parallel()
	var c Conversation
	some := &Config{Allowed: [2]uint64{1 << 9, 1 << (100 - 64)}, Learning: 100}
	if got := c.Segment([]byte(i(0, 9)+i(1, 9)), true, 0, 0, some); got != 0 {
		t.Errorf("issues %v of allowed types", got)
	}
	if got := c.Segment([]byte(i(2, 13)), true, 0, 0, some); got != UnexpectedType || c.Unexpected != (Message{13, 3, 7, true}) {
		t.Errorf("issues %v, %+v", got, c.Unexpected)
	}
	if got := c.Segment([]byte(i(3, 9)), true, 0, 101e9, some); got != InvalidTransition || c.Transition != (Pair{13, 9}) {
		t.Errorf("issues %v, %v", got, c.Transition)
	}
	if got := c.Segment([]byte(i(4, 9)), true, 0, 102e9, some); got != 0 {
		t.Errorf("issues %v of a pair that was learnt", got)
	}
	var issues []Issue
	for n := uint16(0); n < 8; n++ {
		issues = append(issues, c.Segment([]byte(i(n, 100)), false, 0, 0, some))
	}
	for n, got := range issues {
		if (got == InvalidCommands) != (n == maxBetweenCommand+1) {
			t.Errorf("command %d: issues %v", n, got)
		}
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	whole := i(0, 9) + s + act
	for n := range len(whole) {
		for _, b := range []string{whole[:n], whole[n:]} {
			var c Conversation
			c.Segment([]byte(b), true, 0, 0, &Config{})
		}
	}
	var c Conversation
	if c.Segment([]byte("\x68\x00\x68\x00\x68\x00\x68\x00"), true, 0, 0, &Config{}); c.TypeI+c.Other != 0 {
		t.Errorf("%+v", c)
	}
}
