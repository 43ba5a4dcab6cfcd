// Package ottest plays industrial devices for tests.
package ottest

import (
	"io"
	"net"
	"testing"
)

// Modbus answers Modbus/TCP identification requests with what is given, each a
// whole message, and returns its address.
func Modbus(t testing.TB, answer []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := io.ReadFull(conn, make([]byte, 11)); err == nil {
				_, _ = conn.Write(answer)
			}
			_ = conn.Close()
		}
	}()
	return l.Addr().String()
}

// ModbusAnswer is the identification of a device.
func ModbusAnswer(objects ...string) []byte {
	body := []byte{1, 0x2b, 0x0e, 1, 1, 0, 0, byte(len(objects))}
	for i, o := range objects {
		body = append(append(body, byte(i), byte(len(o))), o...)
	}
	return append([]byte{0, 0, 0, 0, 0, byte(len(body))}, body...)
}

// EtherNetIP answers every datagram with what is given.
func EtherNetIP(t testing.TB, answer []byte) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			_, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = c.WriteTo(answer, from)
		}
	}()
	return c.LocalAddr().String()
}

// IdentityAnswer is the identity of a device: vendor 1, type 14, product 65,
// revision 20.11, status 0x60, serial 0x00c0ffee.
func IdentityAnswer(name string) []byte {
	item := append(make([]byte, 18), 1, 0, 14, 0, 65, 0, 20, 11, 0x60, 0, 0xee, 0xff, 0xc0, 0)
	item[0] = 1
	item = append(append(append(item, byte(len(name))), name...), 3)
	b := append([]byte{1, 0, 0x0c, 0, byte(len(item)), 0}, item...)
	head := make([]byte, 24)
	head[0], head[2] = 0x63, byte(len(b))
	return append(head, b...)
}
