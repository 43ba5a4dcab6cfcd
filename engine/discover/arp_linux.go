package discover

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/bits"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"ntopgo/engine/mac"
)

// maxScanned is how many addresses of one network are asked for.
const maxScanned = 4096

// scanGap spaces the questions of a scan.
const scanGap = 500 * time.Microsecond

// ARP asks for every address of the IPv4 networks of an interface and returns
// who answered. It waits as long as ctx lets it, and needs the right to open a
// raw socket.
func ARP(ctx context.Context, nic string, networks []netip.Prefix) (map[mac.Addr]netip.Addr, error) {
	i, err := net.InterfaceByName(nic)
	if err != nil {
		return nil, fmt.Errorf("ARP scan: %w", err)
	}
	if len(i.HardwareAddr) != 6 {
		return nil, fmt.Errorf("ARP scan: %s has no hardware address", nic)
	}
	arp := bits.ReverseBytes16(unix.ETH_P_ARP) // in network order
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(arp))
	if err != nil {
		return nil, fmt.Errorf("ARP scan on %s: %w", nic, err)
	}
	defer unix.Close(fd)
	to := &unix.SockaddrLinklayer{Protocol: arp, Ifindex: i.Index, Halen: 6}
	if err := unix.Bind(fd, to); err != nil {
		return nil, fmt.Errorf("ARP scan on %s: %w", nic, err)
	}
	wait := unix.NsecToTimeval(int64(50 * time.Millisecond))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait); err != nil {
		return nil, fmt.Errorf("ARP scan on %s: %w", nic, err)
	}
	own := mac.Addr(i.HardwareAddr)
	asked := make(chan struct{})
	go func() { // the answers are read meanwhile
		defer close(asked)
		for _, p := range networks {
			ask(ctx, fd, to, own, p)
		}
	}()
	defer func() { <-asked }() // before the socket is closed
	found := map[mac.Addr]netip.Addr{}
	buf := make([]byte, 128)
	for ctx.Err() == nil {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil {
			continue // nothing came for a while
		}
		if who, a, ok := reply(buf[:n]); ok && len(found) < maxAnswers {
			found[who] = a
		}
	}
	return found, nil
}

// ask sends one question for each address of a network but the interface's own.
func ask(ctx context.Context, fd int, to *unix.SockaddrLinklayer, own mac.Addr, p netip.Prefix) {
	if !p.Addr().Is4() || p.Bits() > 30 {
		return
	}
	self := p.Addr()
	for a, n := p.Masked().Addr().Next(), 0; p.Contains(a) && n < maxScanned && ctx.Err() == nil; a, n = a.Next(), n+1 {
		if a != self {
			_ = unix.Sendto(fd, request(own, self, a), 0, to)
			time.Sleep(scanGap)
		}
	}
}

// request is an ARP question to everybody (RFC 826).
func request(own mac.Addr, self, about netip.Addr) []byte {
	b := append([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, own[:]...)
	b = append(b, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1)
	b = append(append(b, own[:]...), self.AsSlice()...)
	return append(append(b, 0, 0, 0, 0, 0, 0), about.AsSlice()...)
}

// reply reads an ARP answer.
func reply(b []byte) (who mac.Addr, a netip.Addr, ok bool) {
	if len(b) < 42 || binary.BigEndian.Uint16(b[12:]) != unix.ETH_P_ARP || binary.BigEndian.Uint16(b[20:]) != 2 {
		return who, a, false
	}
	return mac.Addr(b[22:28]), netip.AddrFrom4([4]byte(b[28:32])), true
}
