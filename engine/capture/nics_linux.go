package capture

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// ListInterfaces returns the network interfaces of the machine in the order in
// which they are numbered from 1 on the command line: those that are up before
// those that are down, loopback last.
func ListInterfaces() ([]Info, error) {
	nics, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	rank := func(n net.Interface) int {
		r := n.Index
		if n.Flags&net.FlagLoopback != 0 {
			r += 1 << 20
		}
		if n.Flags&net.FlagUp == 0 {
			r += 1 << 21
		}
		return r
	}
	slices.SortFunc(nics, func(a, b net.Interface) int { return cmp.Compare(rank(a), rank(b)) })
	list := make([]Info, 0, len(nics))
	for _, n := range nics {
		list = append(list, describe(n))
	}
	return list, nil
}

// describe reads what the system knows of an interface; what it does not know
// stays empty.
func describe(n net.Interface) Info {
	info := Info{Name: n.Name, Kind: KindLive, Description: n.Name, MTU: n.MTU, MAC: n.HardwareAddr.String()}
	if text, err := os.ReadFile("/sys/class/net/" + n.Name + "/speed"); err == nil {
		if mbit, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && mbit > 0 {
			info.SpeedMbit = mbit
		}
	}
	addrs, _ := n.Addrs()
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			info.Addresses = append(info.Addresses, p)
		}
	}
	return info
}
