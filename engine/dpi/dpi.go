// Package dpi names the application protocol of a flow from its packets.
//
// One file per protocol registers a Dissector; the engine chooses candidates by
// port and first bytes, remembers in the flow who already said no, and gives up
// at a packet limit, after which ports and addresses decide. Identifiers, names,
// categories, breeds and risks are nDPI's, in generated tables.
//
// The package keeps no flow table, reads no clock and starts no goroutine; what
// it knows of a flow is in State, what it found is in Result.
package dpi

import "net/netip"

// Confidence says how a protocol was found; the numbers are nDPI's
// ndpi_confidence_t of October 2024.
type Confidence uint8

// Confidences, from none to the user's word.
const (
	ConfidenceUnknown      Confidence = iota
	ConfidencePort                    // by port
	ConfidenceNBPF                    // by a packet filter
	ConfidencePartial                 // a dissector was nearly sure
	ConfidencePartialCache            // by what other flows of the host were
	ConfidenceCache                   // announced by another flow
	ConfidenceDPI                     // by its packets
	ConfidenceIP                      // by address
	ConfidenceAggressive              // by a loose rule
	ConfidenceCustom                  // by a rule of the user
)

// Result is what is known of a flow. The zero value is "Unknown".
type Result struct {
	Master     uint16 // protocol that carries App, 0 when there is none
	App        uint16 // 0 is Unknown
	Category   uint8
	Confidence Confidence
	Risks      uint64 // bit n is risk id n
}

// Metadata is what dissectors read out of a flow for scripts and alerts. It is
// allocated when the first field is set.
type Metadata struct {
	HostName string // SNI, HTTP Host, DNS query, DHCP or NetBIOS name
	Info     string // one line for people

	PlainText string // text in the first payloads of a flow that nobody could name
	Entropy   uint16 // as State.Entropy, in thousandths of a bit

	CategoryList string // name of the user list that gave the category

	HTTPMethod      string
	HTTPURL         string
	HTTPUserAgent   string
	HTTPServer      string
	HTTPContentType string
	HTTPStatus      int

	DNSQuery      string
	DNSQueryType  uint16
	DNSReplyCode  uint16
	DNSHasReply   bool
	DNSReply      netip.Addr
	DNSNumAnswers int

	TLSVersion           uint16 // as in the ServerHello (or supported_versions), e.g. 0x0303
	TLSCipher            uint16
	TLSALPN              string // client's list, comma separated
	TLSSupportedVersions string // client's list, comma separated ("TLSv1.3,TLSv1.2")
	TLSNames             string // certificate subject alternative names, comma separated
	TLSIssuer            string
	TLSSubject           string
	TLSNotBefore         int64 // Unix seconds
	TLSNotAfter          int64
	JA4                  string
	JA3Client            string
	JA3Server            string

	SSHClient   string
	SSHServer   string
	HASSHClient string
	HASSHServer string
	STUNMapped  netip.AddrPort // the client as the server sees it
	STUNPeer    netip.AddrPort // whom a relay is asked to reach
	STUNRelayed netip.AddrPort // where the relay listens for the client

	SIPFrom   string // addresses of the fields From and To, "sip:user@host"
	SIPTo     string
	SIPCallID string

	BitTorrentHash string // info hash of the torrent, 40 hexadecimal digits

	TCPFingerprint string // flags, TTL, window and options of the first SYN; see tcp_fingerprint.go
	OSHint         string // operating system that TCPFingerprint is known of, "" for unknown

	DHCPFingerprint string
	DHCPName        string
	DHCPMAC         [6]byte // client hardware address
	NetBIOSName     string
	MDNSName        string
	SSDPLocation    string
}

// Tuple is what a guess needs of a flow.
type Tuple struct {
	Proto            uint8
	Client, Server   netip.Addr
	CliPort, SrvPort uint16
}
