package dpi

import "strings"

//go:generate go run ./gen -data ../../../shared/dpi -out tables_gen.go

// ProtocolFlags says what nDPI knows of a protocol beside its numbers.
type ProtocolFlags uint8

// Protocol flags.
const (
	FlagCleartext   ProtocolFlags = 1 << iota // not encrypted
	FlagApp                                   // an application on top of another protocol
	FlagDissector                             // nDPI has a dissector for it
	FlagInformative                           // carries information about another flow, as DNS does
	FlagNetwork                               // a protocol of its own, not a service behind a host name
	FlagContent                               // host names in it name the application
)

// Protocol is one row of the protocol table.
type Protocol struct {
	ID       uint16
	Name     string // as shown and stored: "TLS", "DNS"
	Category uint8
	Breed    uint8
	Flags    ProtocolFlags
	L4       string   // "TCP", "UDP", "TCP/UDP" or ""
	TCPPorts []uint16 // default ports
	UDPPorts []uint16
}

// Risk is one row of the risk table. The zero row stands for "no risk".
type Risk struct {
	ID           uint8
	Name         string
	Severity     uint8 // ndpi_risk_severity
	SeverityName string
	Score        uint16 // ClientScore + ServerScore
	ClientScore  uint16
	ServerScore  uint16
}

// Category names a traffic category.
type Category struct {
	ID   uint8
	Name string
}

// Protocols returns the table that the configured year numbers, indexed by id,
// and behind it the protocols of the user's rules. It must not be changed.
func (e *Engine) Protocols() []Protocol { return e.live.Load().rows }

// Protocol returns the row of id; never nil: an id outside the table yields the
// row of "Unknown".
func (e *Engine) Protocol(id uint16) *Protocol { return e.live.Load().get(id) }

// ProtocolByName finds a protocol by its name, without regard to case.
func (e *Engine) ProtocolByName(name string) (*Protocol, bool) {
	t := e.live.Load()
	id, ok := t.byName[strings.ToLower(name)]
	if !ok {
		return nil, false
	}
	return t.get(id), true
}

// CategoryName returns the name of a category, "" for an id nobody defined.
func (e *Engine) CategoryName(id uint8) string { return categoryNames[id] }

// Categories returns all categories in the order of their ids.
func (e *Engine) Categories() []Category {
	var out []Category
	for id := range 256 {
		if name, ok := categoryNames[uint8(id)]; ok {
			out = append(out, Category{uint8(id), name})
		}
	}
	return out
}

// BreedName returns the name of a breed, "" for an unknown one.
func (e *Engine) BreedName(id uint8) string { return breedNames[id] }

// ConfidenceName returns the words for a confidence, "" for an unknown one.
func (e *Engine) ConfidenceName(c Confidence) string { return confidenceNames[uint8(c)] }

// Risk returns the row of a risk id; the zero row for an unknown one.
func (e *Engine) Risk(id uint8) *Risk {
	if int(id) >= len(risks) {
		return &risks[0]
	}
	return &risks[id]
}

// RiskCount is one more than the highest risk id.
func (e *Engine) RiskCount() int { return len(risks) }

// Name returns a result as it is shown: "TLS.Google", "DNS", "Unknown".
func (e *Engine) Name(r Result) string {
	app := e.Protocol(r.App).Name
	if r.Master == 0 || r.Master == r.App {
		return app
	}
	if r.App == 0 {
		return e.Protocol(r.Master).Name
	}
	return e.Protocol(r.Master).Name + "." + app
}
