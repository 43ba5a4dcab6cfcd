// Package discover asks the local network who is there: by ARP, by SSDP, and
// for names by multicast DNS and NetBIOS. It only sends questions and reads
// answers; what they mean for hosts is not known here.
package discover

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/ipv4"
)

// maxAnswers bounds what one search remembers.
const maxAnswers = 4096

// ssdpGroup is where UPnP devices listen (UPnP Device Architecture 2.0, 1.3).
var ssdpGroup = &net.UDPAddr{IP: net.IPv4(239, 255, 255, 250), Port: 1900}

// SSDP asks for root devices through the interface that has an address and
// returns the places of their descriptions with the addresses that told them.
// It waits as long as ctx lets it.
func SSDP(ctx context.Context, local netip.Addr, agent string) (map[string]netip.Addr, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0)))
	if err != nil {
		return nil, fmt.Errorf("SSDP: %w", err)
	}
	defer conn.Close()
	if nic := nicOf(local); nic != nil {
		if err := ipv4.NewPacketConn(conn).SetMulticastInterface(nic); err != nil {
			return nil, fmt.Errorf("SSDP on %s: %w", nic.Name, err)
		}
	}
	search := "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 3\r\n" +
		"ST: upnp:rootdevice\r\nUSER-AGENT: " + agent + "\r\n\r\n"
	if _, err := conn.WriteToUDP([]byte(search), ssdpGroup); err != nil {
		return nil, fmt.Errorf("SSDP: %w", err)
	}
	found := map[string]netip.Addr{}
	err = answers(ctx, conn, func(from netip.AddrPort, b []byte) {
		if place := location(b); place != "" && len(found) < maxAnswers {
			found[place] = from.Addr().Unmap()
		}
	})
	return found, err
}

// location is the value of the header of that name, "" without one.
func location(answer []byte) string {
	lines := bufio.NewScanner(bytes.NewReader(answer))
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.EqualFold(strings.TrimSpace(name), "location") {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// nicOf is the interface that has an address, nil when none has.
func nicOf(a netip.Addr) *net.Interface {
	list, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for i := range list {
		addrs, err := list[i].Addrs()
		if err != nil {
			continue
		}
		for _, p := range addrs {
			if n, ok := p.(*net.IPNet); ok && n.IP.Equal(net.IP(a.AsSlice())) {
				return &list[i]
			}
		}
	}
	return nil
}

// look is how long one wait for a datagram is at most, after which it is seen
// whether ctx is over. Deadlines of a socket outlive the one who sets them, so
// nothing may set one when its reading has ended.
const look = 100 * time.Millisecond

// answers reads datagrams until ctx is over, for a second when it has no end.
func answers(ctx context.Context, conn *net.UDPConn, fn func(from netip.AddrPort, b []byte)) error {
	end, ok := ctx.Deadline()
	if !ok {
		end = time.Now().Add(time.Second)
	}
	buf := make([]byte, 9000)
	for ctx.Err() == nil && time.Now().Before(end) {
		next := time.Now().Add(look)
		if end.Before(next) {
			next = end
		}
		if err := conn.SetReadDeadline(next); err != nil {
			return err
		}
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		switch {
		case err == nil:
			fn(from, buf[:n])
		case errors.Is(err, net.ErrClosed):
			return err
		}
	}
	return nil
}
