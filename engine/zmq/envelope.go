package zmq

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
)

// Header lengths. The topic fills the first 16 bytes; the oldest header has 32
// bytes of topic and wider numbers.
const (
	topicLen   = 16
	headerV1   = 24 // topic, version u8, source u8, size u16, id u32
	headerV2   = 28 // topic, version u8, pad, size u16, id u32, source u32
	headerV3   = 36 // topic, version u8, flags u8, pad u16, two sizes u32, id u32, source u32
	oldTopic   = 32
	headerV0   = 40 // topic, version u32, size u32
	maxVersion = 4
	// maxText bounds what a compressed message may grow to.
	maxText = 16 << 20
)

// Message versions whose numbers matter.
const (
	versionHostOrder = 1 // the message id is in the sender's byte order
	versionTLV       = 3
	versionFlags     = 4 // encoding and compression are said by flags
)

// Flags of headerV3.
const (
	flagTLV        = 2
	flagCompressed = 4
)

// Envelope is one message with what its header says.
type Envelope struct {
	Topic   string
	Version uint8
	Source  uint32 // the probe that sent it
	ID      uint32 // counts the messages of a source, 0 in the oldest format
	TLV     bool   // Body is in nDPI's binary serialization, otherwise it is JSON
	Body    []byte // decompressed and decrypted
}

// parseEnvelope reads a message of two frames. password undoes the old
// obfuscation of bodies, "" for none.
func parseEnvelope(frames [][]byte, password string) (Envelope, error) {
	if len(frames) != 2 {
		return Envelope{}, errFrame
	}
	e, compressed, err := parseHeader(frames[0])
	if err != nil {
		return Envelope{}, err
	}
	body := frames[1]
	if e.Version != versionFlags && !e.TLV && len(body) > 1 && body[0] == 0 { // a zero byte marks compressed text
		body, compressed = body[1:], true
	}
	if compressed {
		if body, err = decompress(body); err != nil {
			return Envelope{}, err
		}
	}
	if password != "" {
		body = bytes.Clone(body)
		for i := range body {
			body[i] ^= password[i%len(password)]
		}
	}
	e.Body = body
	return e, nil
}

func parseHeader(head []byte) (e Envelope, compressed bool, err error) {
	be, le := binary.BigEndian, binary.LittleEndian
	name := topicLen
	switch len(head) {
	case headerV0:
		name = oldTopic
		e.Version = head[oldTopic] // the low byte of a number in the sender's byte order
	case headerV1:
		e.Source, e.ID = uint32(head[17]), be.Uint32(head[20:])
	case headerV2:
		e.ID, e.Source = be.Uint32(head[20:]), le.Uint32(head[24:])
	case headerV3:
		e.ID, e.Source = be.Uint32(head[28:]), le.Uint32(head[32:])
	default:
		return e, false, errFrame
	}
	if name == topicLen {
		if e.Version = head[topicLen]; e.Version > maxVersion {
			return e, false, fmt.Errorf("zmq: version %d of the message format is not known", e.Version)
		}
	}
	switch {
	case len(head) == headerV3:
		e.TLV, compressed = head[17]&flagTLV != 0, head[17]&flagCompressed != 0
	case e.Version == versionTLV:
		e.TLV = true
	case e.Version == versionHostOrder && len(head) == headerV1:
		e.Source, e.ID = 0, le.Uint32(head[20:])
	}
	text, _, _ := bytes.Cut(head[:name], []byte{0})
	e.Topic = string(bytes.TrimRight(text, " "))
	return e, compressed, nil
}

func decompress(body []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("zmq: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxText+1))
	if err != nil {
		return nil, fmt.Errorf("zmq: %w", err)
	}
	if len(text) > maxText {
		return nil, fmt.Errorf("zmq: a message of more than %d bytes", maxText)
	}
	return text, nil
}
