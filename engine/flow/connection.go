package flow

import "ntopgo/engine/decode"

// Connection is how far a TCP connection came, by the names of Zeek's conn_state
// and ntopng's numbers.
type Connection uint8

// States of connections.
const (
	ConnNone   Connection = iota
	ConnS0                // only a SYN from the client
	ConnS1                // established
	ConnSF                // closed by both
	ConnREJ               // refused
	ConnS2                // closed by the client alone
	ConnS3                // closed by the server alone
	ConnRSTO              // reset by the client
	ConnRSTR              // reset by the server
	ConnRSTOS0            // SYN and RST from the client
	ConnRSTRH             // SYN+ACK and RST from the server
	ConnSH                // SYN and FIN from the client
	ConnSHR               // SYN+ACK and FIN from the server
	ConnOTH               // no SYN was seen
)

// Phase sums Connection up, by ntopng's numbers.
type Phase uint8

// Phases of connections.
const (
	PhaseNone Phase = iota
	PhaseAttempted
	PhaseEstablished
	PhaseClosed
)

// Connection is the state of a TCP flow, ConnNone for others.
func (f *Flow) Connection() Connection {
	if f.Key.Proto != decode.ProtoTCP {
		return ConnNone
	}
	return connection(f.ToServer.TCPFlags, f.ToClient.TCPFlags)
}

// connection is the state after flags were seen of client and server.
func connection(cli, srv uint8) Connection {
	const syn, fin, rst, ack = decode.SYN, decode.FIN, decode.RST, decode.ACK
	switch {
	case cli&syn != 0 && srv&syn == 0:
		switch {
		case srv&rst != 0:
			return ConnREJ
		case cli&rst != 0:
			return ConnRSTOS0
		case cli&fin != 0:
			return ConnSH
		}
		return ConnS0
	case cli&syn == 0 && srv&syn != 0 && srv&ack != 0 && srv&rst != 0:
		return ConnRSTRH
	case cli&syn == 0 && srv&syn != 0 && srv&ack != 0 && srv&fin != 0:
		return ConnSHR
	case (cli|srv)&syn == 0:
		return ConnOTH
	case cli&fin != 0 && srv&fin != 0:
		return ConnSF
	case cli&fin != 0:
		return ConnS2
	case srv&fin != 0:
		return ConnS3
	case cli&rst != 0:
		return ConnRSTO
	case srv&rst != 0:
		return ConnRSTR
	}
	return ConnS1
}

// Phase sums c up.
func (c Connection) Phase() Phase {
	switch c {
	case ConnNone:
		return PhaseNone
	case ConnS1, ConnOTH:
		return PhaseEstablished
	case ConnSF, ConnS2, ConnS3, ConnRSTO, ConnRSTR:
		return PhaseClosed
	}
	return PhaseAttempted
}
