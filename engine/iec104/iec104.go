// Package iec104 follows the messages of one connection of IEC 60870-5-104: what
// kinds there are, which types of data follow which, what is lost, and what is
// out of the ordinary. It knows neither flows nor alerts.
package iec104

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
)

// Port is the port of controlled stations.
const Port = 2404

// maxPairs bounds the pairs of types that are counted for a connection.
const maxPairs = 4096

// Pair is two types of data, one after the other.
type Pair struct{ From, To uint8 }

// Issue is something out of the ordinary.
type Issue uint8

// Issues.
const (
	UnexpectedType    Issue = 1 << iota // a type that is not allowed
	InvalidTransition                   // a pair never seen while it was learnt
	InvalidCommands                     // too many commands
)

// Limits of changes between monitoring data and commands.
const (
	maxToCommand      = 20
	maxFromCommand    = 20
	maxBetweenCommand = 5
)

// Config says what is ordinary.
type Config struct {
	Allowed  [2]uint64 // types of data below 128, as bits
	Learning int64     // for how long pairs are learnt, seconds
}

// AllTypes allows everything.
var AllTypes = [2]uint64{math.MaxUint64, math.MaxUint64}

// Message is the unexpected type that was seen last.
type Message struct {
	Type, Cause uint8
	Address     uint16 // of the ASDU
	Negative    bool
}

// Conversation is what is known of a connection.
type Conversation struct {
	TypeI, TypeS, TypeU, Other uint32 // Other: all that carry no data
	Forward, Reverse           uint32 // segments from the station and to it
	Retransmitted              uint32
	Lost                       [2]uint32 // from the station and to it
	Types                      map[uint8]uint32
	Pairs                      map[Pair]uint32
	// Changes between monitoring data and commands.
	ToCommand, FromCommand, BetweenCommands, BetweenData uint32
	Unexpected                                           Message
	Transition                                           Pair // that was not learnt
	Info                                                 string

	next           [2]uint16 // number of the next message
	numbered       [2]bool
	last           uint8
	begun, alerted bool
	lastData       int64 // time of the last message with data, nanoseconds
	acks           uint32
	ackSum, ackSq  float64 // milliseconds
}

// Clone is an independent copy.
func (c *Conversation) Clone() *Conversation {
	own := *c
	own.Types, own.Pairs = maps.Clone(c.Types), maps.Clone(c.Pairs)
	return &own
}

// AckTime is the mean and the standard deviation of how long acknowledgements
// took, in milliseconds.
func (c *Conversation) AckTime() (mean, deviation float64) {
	if c.acks == 0 {
		return 0, 0
	}
	mean = c.ackSum / float64(c.acks)
	return mean, math.Sqrt(max(c.ackSq/float64(c.acks)-mean*mean, 0))
}

const (
	start      = 0x68
	header     = 2 // start and length
	control    = 4
	asduHeader = 6 // type, number of objects, cause (2), address (2)
)

// Segment takes the payload of a segment that the station sent, or that was sent to
// it, at time at of a connection that began at time began (nanoseconds).
func (c *Conversation) Segment(b []byte, fromStation bool, began, at int64, cfg *Config) (found Issue) {
	if len(b) < header+control || b[0] != start {
		return 0
	}
	if fromStation {
		c.Forward++
	} else {
		c.Reverse++
	}
	for len(b) >= header+control && b[0] == start && b[1] >= control && header+int(b[1]) <= len(b) {
		apdu := b[header : header+int(b[1])]
		b = b[header+int(b[1]):]
		found |= c.message(apdu, fromStation, began, at, cfg)
	}
	return found
}

func arrow(fromStation bool) string {
	if fromStation {
		return "->"
	}
	return "<-"
}

// unnumbered names the functions of unnumbered messages.
var unnumbered = map[byte]string{0x01: "STARTDT act", 0x02: "STARTDT con", 0x04: "STOPDT act", 0x08: "STOPDT con", 0x10: "TESTFR act", 0x20: "TESTFR con"}

func (c *Conversation) message(b []byte, fromStation bool, began, at int64, cfg *Config) Issue {
	le := binary.LittleEndian
	switch {
	case b[0]&1 == 0:
		return c.data(b, fromStation, began, at, cfg)
	case b[0]&3 == 3:
		c.TypeU++
		c.Other++
		name := unnumbered[b[0]>>2]
		if name == "" {
			name = "???"
		}
		c.Info = fmt.Sprintf("%s U (%s)", arrow(fromStation), name)
	default:
		c.TypeS++
		c.Other++
		if c.lastData != 0 {
			ms := float64(at-c.lastData) / 1e6
			c.acks++
			c.ackSum += ms
			c.ackSq += ms * ms
		}
		c.Info = fmt.Sprintf("%s S, RX %d", arrow(fromStation), le.Uint16(b[2:])>>1)
	}
	return 0
}

// data takes a numbered message.
func (c *Conversation) data(b []byte, fromStation bool, began, at int64, cfg *Config) (found Issue) {
	c.TypeI++
	c.lastData = at
	le := binary.LittleEndian
	sent, rcvd := le.Uint16(b)>>1, le.Uint16(b[2:])>>1
	if !c.number(sent, fromStation) {
		c.Retransmitted++
		return 0
	}
	c.Info = fmt.Sprintf("%s I, RX %d, TX %d", arrow(fromStation), rcvd, sent)
	if len(b) < control+asduHeader {
		return 0
	}
	asdu := b[control:]
	kind := asdu[0]
	if c.Types == nil {
		c.Types, c.Pairs = map[uint8]uint32{}, map[Pair]uint32{}
	}
	c.Types[kind]++
	if c.begun {
		found = c.pair(Pair{c.last, kind}, at-began > cfg.Learning*1e9)
	}
	c.last, c.begun = kind, true
	if kind < 128 && cfg.Allowed[kind/64]&(1<<(kind%64)) == 0 {
		c.Unexpected = Message{Type: kind, Cause: asdu[2] & 0x3f, Negative: asdu[2]&0x40 != 0, Address: le.Uint16(asdu[4:])}
		found |= UnexpectedType
	}
	return found
}

// numbers is how many sequence numbers there are.
const numbers = 1 << 15

// number takes the sequence number of a message; it is false for one that was seen
// before.
func (c *Conversation) number(n uint16, fromStation bool) bool {
	way := 0
	if !fromStation {
		way = 1
	}
	if c.numbered[way] {
		ahead := (n - c.next[way]) % numbers
		if ahead >= numbers/2 {
			return false
		}
		c.Lost[way] += uint32(ahead)
	}
	c.next[way], c.numbered[way] = (n+1)%numbers, true
	return true
}

func monitors(kind uint8) bool { return kind <= 40 || kind == 70 }
func commands(kind uint8) bool { return kind >= 45 && kind <= 64 || kind >= 100 && kind <= 107 }

func (c *Conversation) pair(p Pair, learnt bool) (found Issue) {
	switch n, known := c.Pairs[p]; {
	case known:
		c.Pairs[p] = n + 1
	case len(c.Pairs) >= maxPairs:
	default:
		c.Pairs[p] = 1
		if learnt {
			c.Transition = p
			found = InvalidTransition
		}
	}
	switch {
	case monitors(p.From) && monitors(p.To):
		c.BetweenData++
	case monitors(p.From) && commands(p.To):
		c.ToCommand++
	case commands(p.From) && monitors(p.To):
		c.FromCommand++
	case commands(p.From) && commands(p.To):
		c.BetweenCommands++
	}
	if !c.alerted && (c.ToCommand > maxToCommand || c.FromCommand > maxFromCommand || c.BetweenCommands > maxBetweenCommand) {
		c.alerted = true
		found |= InvalidCommands
	}
	return found
}
