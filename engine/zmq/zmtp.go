package zmq

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ZMTP 3.0 (rfc.zeromq.org/spec/23) of publishers and subscribers, with the
// mechanism NULL. The library's reader believes whatever length a peer announces;
// what listens to the network reads for itself and keeps bounds.

const (
	greetingLen = 64
	maxFrame    = 32 << 20
	maxFrames   = 16
	maxReady    = 4096 // bytes of the peer's command READY
)

// Flags of a frame.
const (
	frameMore    = 1
	frameLong    = 2
	frameCommand = 4
)

var errZMTP = errors.New("zmq: the peer does not speak ZMTP 3")

// subscribe shakes hands over rw and asks for the topics.
func subscribe(rw io.ReadWriter, r *bufio.Reader, topics []string) error {
	if err := handshake(rw, r, "SUB", "PUB", "XPUB"); err != nil {
		return err
	}
	var all []byte
	for _, t := range topics {
		all = append(all, frame(0, append([]byte{1}, t...))...)
	}
	_, err := rw.Write(all)
	return err
}

// handshake greets a peer as a socket of one type; the peer's must be one of want.
func handshake(rw io.ReadWriter, r *bufio.Reader, kind string, want ...string) error {
	greeting := make([]byte, greetingLen)
	greeting[0], greeting[9], greeting[10] = 0xff, 0x7f, 3
	copy(greeting[12:], "NULL")
	if _, err := rw.Write(greeting); err != nil {
		return err
	}
	peer := make([]byte, greetingLen)
	if _, err := io.ReadFull(r, peer); err != nil {
		return err
	}
	if peer[0] != 0xff || peer[9]&1 == 0 || peer[10] < 3 || !bytes.Equal(peer[12:32], greeting[12:32]) {
		return errZMTP
	}
	if _, err := rw.Write(frame(frameCommand, ready(kind))); err != nil {
		return err
	}
	flags, body, err := readFrame(r, maxReady)
	if err != nil {
		return err
	}
	if is := socketType(body); flags&frameCommand == 0 || !slices.Contains(want, is) {
		return fmt.Errorf("zmq: the peer's socket is %q, want %s", is, want[0])
	}
	return nil
}

// ready is the command that names the type of a socket.
func ready(kind string) []byte {
	b := append([]byte{5}, "READY"...)
	b = append(append(b, 11), "Socket-Type"...)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(kind))), kind...)
}

// socketType is the property Socket-Type of a command READY, "" without one.
func socketType(b []byte) string {
	b, ok := bytes.CutPrefix(b, append([]byte{5}, "READY"...))
	for ok && len(b) > 0 {
		n := int(b[0])
		if len(b) < 1+n+4 {
			return ""
		}
		name, size := string(b[1:1+n]), binary.BigEndian.Uint32(b[1+n:])
		if b = b[1+n+4:]; uint64(size) > uint64(len(b)) {
			return ""
		}
		if name == "Socket-Type" {
			return string(b[:size])
		}
		b = b[size:]
	}
	return ""
}

// frame is a frame with body.
func frame(flags byte, body []byte) []byte {
	if len(body) < 256 {
		return append([]byte{flags, byte(len(body))}, body...)
	}
	b := binary.BigEndian.AppendUint64([]byte{flags | frameLong}, uint64(len(body)))
	return append(b, body...)
}

// readFrame reads one frame of at most limit bytes.
func readFrame(r io.Reader, limit uint64) (flags byte, body []byte, err error) {
	var head [9]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return 0, nil, err
	}
	size := uint64(head[1])
	if head[0]&frameLong != 0 {
		if _, err := io.ReadFull(r, head[2:]); err != nil {
			return 0, nil, err
		}
		size = binary.BigEndian.Uint64(head[1:])
	}
	if size > limit {
		return 0, nil, fmt.Errorf("zmq: a frame of %d bytes is too long", size)
	}
	body = make([]byte, size)
	_, err = io.ReadFull(r, body)
	return head[0], body, err
}

// readMessage reads the next message and passes commands over.
func readMessage(r io.Reader) ([][]byte, error) {
	var frames [][]byte
	room := uint64(maxFrame)
	for {
		flags, body, err := readFrame(r, room)
		if err != nil {
			return nil, err
		}
		if flags&frameCommand != 0 {
			continue
		}
		room -= uint64(len(body))
		if frames = append(frames, body); flags&frameMore == 0 {
			return frames, nil
		}
		if len(frames) == maxFrames {
			return nil, errFrame
		}
	}
}
