// Package capture reads frames: from capture files, standard input, lists of
// files and live interfaces. It knows link types and times and nothing of what
// the frames contain. It does not use libpcap.
package capture

import (
	"errors"
	"net/netip"

	"ntopgo/engine/decode"
)

// Kind names a source the way interface.getStats reports it in "type".
type Kind string

// Kinds of sources.
const (
	KindLive  Kind = "pcap"      // a network interface
	KindFile  Kind = "pcap dump" // a capture file, a list of files, or standard input
	KindDummy Kind = "dummy"     // no traffic but what scripts report

	KindZMQ    Kind = "zmq"                     // flows from probes
	KindSyslog Kind = "syslog"                  // messages that scripts make flows of
	KindPart   Kind = "Dynamic Flow Collection" // a part of the flows of another interface
)

// Collects says whether a source of this kind gets flows instead of frames.
func (k Kind) Collects() bool {
	return k == KindZMQ || k == KindSyslog || k == KindPart || k == KindDummy
}

// Frame is one captured frame.
type Frame struct {
	Time    int64 // nanoseconds since the Unix epoch
	WireLen int
	Link    decode.LinkType
	// VLAN is a tag that the card stripped, 0 when there is none.
	VLAN uint16
	// Data is valid until the batch it is in is read into again.
	Data []byte
	// Outgoing is true for a frame that this machine sent, where the source knows.
	Outgoing bool
}

// Batch is the unit in which frames are handed over. Frames alias Arena or what
// the source has read. A batch belongs to the source that filled it first.
type Batch struct {
	Frames []Frame
	Arena  []byte
	chunks []*chunk // that frames lie in
}

// Stats counts what a source saw.
type Stats struct {
	Received uint64 // frames handed over
	Dropped  uint64 // frames the kernel or the ring lost
	Errors   uint64 // records that could not be read (truncated or malformed file parts)
}

// Info describes a source.
type Info struct {
	Name        string // as shown: nic, file path, "stdin"
	Kind        Kind
	Description string
	MTU         int
	SpeedMbit   int
	MAC         string // "00:11:22:33:44:55", empty when there is none
	Addresses   []netip.Prefix
	Stored      bool // all frames are there already: Read does not wait for traffic
}

// ErrTimeout is returned by Read of a live source when nothing arrived within
// its poll interval; the caller uses the pause for its own clock.
var ErrTimeout = errors.New("capture: no frame within the poll interval")

// Source hands over frames. Read is called by one goroutine; Close and Stats
// may be called by another.
type Source interface {
	Info() Info
	// Read replaces b.Frames with at least one frame and at most max. It returns
	// io.EOF after the last frame of a file, ErrTimeout as said above, and any
	// other error once, when the source cannot go on.
	Read(b *Batch, max int) error
	Stats() Stats
	Close() error
}
