// Package otinfo asks industrial devices who they are: Modbus/TCP "read device
// identification" (Modbus application protocol 1.1b3, function 43/14) and
// EtherNet/IP "list identity" (CIP, volume 2, command 0x63).
package otinfo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// Ports of the protocols.
const (
	ModbusPort     = 502
	EtherNetIPPort = 44818
)

// errAnswer is an answer that is none of the protocol.
var errAnswer = errors.New("not an answer of this protocol")

// withPort adds a port to a host that names none.
func withPort(host string, port int) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// Modbus is what a Modbus device says of itself; empty where it does not.
type Modbus struct{ Vendor, Product, Revision string }

// modbusHeader is the length of a Modbus/TCP header before the unit.
const modbusHeader = 6

// ReadModbus asks a device for its basic identification.
func ReadModbus(host string, timeout time.Duration) (Modbus, error) {
	conn, err := net.DialTimeout("tcp", withPort(host, ModbusPort), timeout)
	if err != nil {
		return Modbus{}, fmt.Errorf("modbus: %w", err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(timeout))
	// Transaction, protocol, length; unit 1, function 43, MEI 14, basic, from object 0.
	if _, err := conn.Write([]byte{0, 0, 0, 0, 0, 5, 1, 0x2b, 0x0e, 1, 0}); err != nil {
		return Modbus{}, fmt.Errorf("modbus: %s: %w", host, err)
	}
	head := make([]byte, modbusHeader)
	if _, err := io.ReadFull(conn, head); err != nil {
		return Modbus{}, fmt.Errorf("modbus: %s: %w", host, err)
	}
	n := int(binary.BigEndian.Uint16(head[4:]))
	if n < 2 || n > 254 || head[2] != 0 || head[3] != 0 {
		return Modbus{}, fmt.Errorf("modbus: %s: %w", host, errAnswer)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(conn, body); err != nil {
		return Modbus{}, fmt.Errorf("modbus: %s: %w", host, err)
	}
	m, err := parseModbus(body)
	if err != nil {
		return Modbus{}, fmt.Errorf("modbus: %s: %w", host, err)
	}
	return m, nil
}

// parseModbus reads what follows the header: unit, function, MEI, code,
// conformity, more follows, next object, number of objects, objects.
func parseModbus(b []byte) (Modbus, error) {
	var m Modbus
	if len(b) >= 3 && b[1] == 0x2b|0x80 {
		return m, fmt.Errorf("the device refuses: exception %d", b[2])
	}
	if len(b) < 8 || b[1] != 0x2b || b[2] != 0x0e {
		return m, errAnswer
	}
	objects := int(b[7])
	for b = b[8:]; objects > 0 && len(b) >= 2; objects-- {
		id, n := b[0], int(b[1])
		if len(b) < 2+n {
			return m, errAnswer
		}
		value := string(b[2 : 2+n])
		switch id {
		case 0:
			m.Vendor = value
		case 1:
			m.Product = value
		case 2:
			m.Revision = value
		}
		b = b[2+n:]
	}
	return m, nil
}

// EtherNetIP is the identity of an EtherNet/IP device.
type EtherNetIP struct {
	Vendor     uint16
	DeviceType uint16
	Product    uint16
	Revision   string // "major.minor"
	Status     uint16
	Serial     uint32
	Name       string
}

const (
	encapsulation = 24   // length of the header of every message
	listIdentity  = 0x63 // command
	identityItem  = 0x0c // CIP identity
	// identityFixed is the length of an identity item up to the length of the
	// name: version, socket address, then the numbers.
	identityFixed = 2 + 16 + 14
)

// ReadEtherNetIP asks a device for its identity.
func ReadEtherNetIP(host string, timeout time.Duration) (EtherNetIP, error) {
	conn, err := net.DialTimeout("udp", withPort(host, EtherNetIPPort), timeout)
	if err != nil {
		return EtherNetIP{}, fmt.Errorf("ethernet/ip: %w", err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(timeout))
	query := make([]byte, encapsulation)
	query[0] = listIdentity
	copy(query[12:], "ntopgo") // any eight bytes; the device sends them back
	if _, err := conn.Write(query); err != nil {
		return EtherNetIP{}, fmt.Errorf("ethernet/ip: %s: %w", host, err)
	}
	b := make([]byte, 1500)
	n, err := conn.Read(b)
	if err != nil {
		return EtherNetIP{}, fmt.Errorf("ethernet/ip: %s: %w", host, err)
	}
	e, err := parseIdentity(b[:n])
	if err != nil {
		return EtherNetIP{}, fmt.Errorf("ethernet/ip: %s: %w", host, err)
	}
	return e, nil
}

// parseIdentity reads the first identity of an answer. All numbers are
// little-endian.
func parseIdentity(b []byte) (EtherNetIP, error) {
	le := binary.LittleEndian
	if len(b) < encapsulation+2 || le.Uint16(b) != listIdentity || len(b) < encapsulation+int(le.Uint16(b[2:])) {
		return EtherNetIP{}, errAnswer
	}
	items := int(le.Uint16(b[encapsulation:]))
	for b = b[encapsulation+2:]; items > 0 && len(b) >= 4; items-- {
		kind, n := le.Uint16(b), int(le.Uint16(b[2:]))
		if len(b) < 4+n {
			return EtherNetIP{}, errAnswer
		}
		item := b[4 : 4+n]
		b = b[4+n:]
		if kind != identityItem {
			continue
		}
		if len(item) < identityFixed+1 || le.Uint16(item) != 1 {
			return EtherNetIP{}, errAnswer
		}
		f := item[18:]
		e := EtherNetIP{Vendor: le.Uint16(f), DeviceType: le.Uint16(f[2:]), Product: le.Uint16(f[4:]),
			Revision: fmt.Sprintf("%d.%02d", f[6], f[7]), Status: le.Uint16(f[8:]), Serial: le.Uint32(f[10:])}
		if name := item[identityFixed+1:]; len(name) >= int(item[identityFixed]) {
			e.Name = string(name[:item[identityFixed]])
		}
		return e, nil
	}
	return EtherNetIP{}, errAnswer
}
