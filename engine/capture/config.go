package capture

import (
	"fmt"
	"time"

	"ntopgo/engine/decode"
)

// Direction selects frames of a live source by who sent them; the numbers are
// those of the command line.
type Direction int

// Directions.
const (
	Both     Direction = iota // received and sent
	Received                  // received only
	Sent                      // sent by this machine only
)

// Config says how sources are opened. The zero value captures everything, in
// promiscuous mode, and reads files as fast as they can be read.
type Config struct {
	// Filter is a tcpdump expression; empty selects every frame.
	Filter string
	// NoPromiscuous leaves the card's own address filter on.
	NoPromiscuous bool
	// Direction limits live sources.
	Direction Direction
	// SnapLen is how many bytes of a live frame are kept; default 65535.
	SnapLen int
	// OriginalSpeed hands the frames of a file over at the pace they were
	// recorded, with the present time as theirs.
	OriginalSpeed bool
	// ReforgeTimestamps gives the frames of a file the present time.
	ReforgeTimestamps bool
	// PollInterval is how long Read of a live source waits; default 250 ms.
	PollInterval time.Duration
	// RingBytes is the size of the ring of each live interface, of all its rings
	// together where there are several; default 32 MiB, a tenth of a second at 300 MB/s.
	RingBytes int
	// Rings is how many rings a live interface's frames are shared out to; with
	// more than one the source is Parallel. Default 1.
	Rings int
	// Now and Sleep are the clock of OriginalSpeed and ReforgeTimestamps;
	// default time.Now and a sleep that Close interrupts.
	Now   func() time.Time
	Sleep func(time.Duration)
	// Logf takes one line about something that does not end the source (a listed
	// file that cannot be read, an interface that went down); default: nothing.
	Logf func(format string, args ...any)

	groups map[string]*fanout // by interface, where it has several rings
}

// MaxSnapLen is the largest captured length that is believed, as in libpcap.
const MaxSnapLen = 262144

func (c Config) withDefaults() (Config, error) {
	if c.SnapLen <= 0 || c.SnapLen > MaxSnapLen {
		c.SnapLen = 65535
	}
	if c.PollInterval <= 0 {
		c.PollInterval = 250 * time.Millisecond
	}
	if c.RingBytes <= 0 {
		c.RingBytes = 32 << 20
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logf == nil {
		c.Logf = func(string, ...any) {}
	}
	if c.Direction < Both || c.Direction > Sent {
		return c, fmt.Errorf("capture direction %d: want 0 (both), 1 (received) or 2 (sent)", c.Direction)
	}
	// A wrong expression is told before anything is opened.
	if _, err := CompileFilter(c.Filter, decode.LinkEthernet, c.SnapLen); err != nil {
		return c, err
	}
	return c, nil
}
