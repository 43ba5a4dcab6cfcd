package discover

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Ports of the services that tell names.
const (
	mdnsPort    = 5353
	netbiosPort = 137
)

// Names asks hosts for their names: questions are sent first, the answers of all
// are read together. It may be used by several goroutines, though answers go to
// the first that reads them.
type Names struct{ conn *net.UDPConn }

// NewNames opens the socket that questions are sent from.
func NewNames() (*Names, error) {
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return nil, fmt.Errorf("name queries: %w", err)
	}
	return &Names{conn}, nil
}

// Close releases the socket.
func (n *Names) Close() error { return n.conn.Close() }

// Ask asks a host what it is called, by multicast DNS sent to it alone (RFC 6762,
// 5.5) and by a NetBIOS node status request (RFC 1002, 4.2.17).
func (n *Names) Ask(a netip.Addr) error {
	if !a.Is4() {
		return fmt.Errorf("%s is no IPv4 address", a)
	}
	b := a.As4()
	q, err := question(fmt.Sprintf("%d.%d.%d.%d.in-addr.arpa.", b[3], b[2], b[1], b[0]), dnsmessage.TypePTR)
	if err != nil {
		return err
	}
	if err := n.send(q, a, mdnsPort); err != nil {
		return err
	}
	return n.send(nodeStatus, a, netbiosPort)
}

// AskService asks a host for everything about a service name, such as
// "_sftp-ssh._tcp.local".
func (n *Names) AskService(a netip.Addr, name string) error {
	if !a.Is4() {
		return fmt.Errorf("%s is no IPv4 address", a)
	}
	q, err := question(strings.TrimSuffix(name, ".")+".", dnsmessage.TypeALL)
	if err != nil {
		return err
	}
	return n.send(q, a, mdnsPort)
}

func (n *Names) send(b []byte, a netip.Addr, port uint16) error {
	_, err := n.conn.WriteToUDPAddrPort(b, netip.AddrPortFrom(a, port))
	return err
}

func question(name string, kind dnsmessage.Type) ([]byte, error) {
	q, err := dnsmessage.NewName(name)
	if err != nil {
		return nil, fmt.Errorf("name %q: %w", name, err)
	}
	m := dnsmessage.Message{Questions: []dnsmessage.Question{{Name: q, Type: kind, Class: dnsmessage.ClassINET}}}
	return m.Pack()
}

// nodeStatus asks for the names of a NetBIOS node: the name "*", encoded as RFC
// 1001, 14.1 says, of type NBSTAT.
var nodeStatus = func() []byte {
	b := []byte{0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 32, 'C', 'K'}
	for range 15 {
		b = append(b, 'A', 'A')
	}
	return append(b, 0, 0, 0x21, 0, 1)
}()

// Read collects answers until ctx is over: address -> name.
func (n *Names) Read(ctx context.Context) (map[netip.Addr]string, error) {
	found := map[netip.Addr]string{}
	err := answers(ctx, n.conn, func(from netip.AddrPort, b []byte) {
		about, name := from.Addr().Unmap(), ""
		if from.Port() == netbiosPort {
			name = netbiosName(b)
		} else {
			about, name = mdnsName(b, about)
		}
		if name != "" && len(found) < maxAnswers {
			found[about] = name
		}
	})
	return found, err
}

// netbiosName is the first name in a node status answer: after the header, the
// question's name and the record's fixed part comes the number of names, each 15
// bytes padded with blanks, a type and flags.
func netbiosName(b []byte) string {
	const names = 12 + 34 + 10
	if len(b) < names+1+18 || b[names] == 0 {
		return ""
	}
	return strings.TrimRight(string(b[names+1:names+16]), " \x00")
}

// mdnsName is the host that an answer names and its name, without domain.
func mdnsName(b []byte, from netip.Addr) (netip.Addr, string) {
	var m dnsmessage.Message
	if m.Unpack(b) != nil {
		return from, ""
	}
	first := func(name string) string { s, _, _ := strings.Cut(name, "."); return s }
	for _, r := range m.Answers {
		switch body := r.Body.(type) {
		case *dnsmessage.PTRResource:
			if a, ok := reverse(r.Header.Name.String()); ok {
				return a, first(body.PTR.String())
			}
			return from, first(body.PTR.String())
		case *dnsmessage.SRVResource:
			return from, first(body.Target.String())
		}
	}
	return from, ""
}

// reverse is the address in a name of the reverse tree.
func reverse(name string) (netip.Addr, bool) {
	p := strings.Split(strings.TrimSuffix(strings.ToLower(name), ".in-addr.arpa."), ".")
	if len(p) != 4 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(p[3] + "." + p[2] + "." + p[1] + "." + p[0])
	return a, err == nil
}
