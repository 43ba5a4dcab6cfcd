package capture

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// ListInterfaces returns the network interfaces that are captured from when
// none is given, in the order in which they are numbered from 1 on the command
// line, loopback last. As in the original these are the ones that are up, without
// libvirt's bridges (virbr*) and without names that hold other characters than
// letters, digits and @-:_ (VLAN devices among them, whose traffic is seen on
// their parent already). Each of the others can be opened by name.
func ListInterfaces() ([]Info, error) {
	nics, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	nics = slices.DeleteFunc(nics, func(n net.Interface) bool {
		return n.Flags&net.FlagUp == 0 || !listedName(n.Name)
	})
	rank := func(n net.Interface) int {
		if n.Flags&net.FlagLoopback != 0 {
			return n.Index + 1<<20
		}
		return n.Index
	}
	slices.SortFunc(nics, func(a, b net.Interface) int { return cmp.Compare(rank(a), rank(b)) })
	list := make([]Info, 0, len(nics))
	for _, n := range nics {
		list = append(list, describe(n))
	}
	return list, nil
}

// listedName reports whether an interface of this name is listed.
func listedName(name string) bool {
	if strings.HasPrefix(name, "virbr") {
		return false
	}
	for _, c := range []byte(name) {
		if !isLetter(c) && (c < '0' || c > '9') && c != '@' && c != '-' && c != ':' {
			return false
		}
	}
	return true
}

// Attributes of a link message that the syscall package does not name.
const (
	iflaAltName  = 53
	iflaPropList = 52
	nlaTypeMask  = 0x3fff // without the nested and byte-order bits
)

// byAltName finds an interface by one of its alternative names, which may be
// longer than an interface request can hold. ENODEV when there is none.
func byAltName(name string) (*net.Interface, error) {
	rib, err := syscall.NetlinkRIB(syscall.RTM_GETLINK, syscall.AF_UNSPEC)
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	msgs, err := syscall.ParseNetlinkMessage(rib)
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	for _, m := range msgs {
		if m.Header.Type != syscall.RTM_NEWLINK || len(m.Data) < syscall.SizeofIfInfomsg {
			continue
		}
		attrs, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			continue
		}
		for _, a := range attrs {
			if a.Attr.Type&nlaTypeMask == iflaPropList && hasAltName(a.Value, name) {
				return net.InterfaceByIndex(int(int32(binary.NativeEndian.Uint32(m.Data[4:]))))
			}
		}
	}
	return nil, syscall.ENODEV
}

// hasAltName looks for a name in a nested list of attributes.
func hasAltName(list []byte, name string) bool {
	for len(list) >= 4 {
		n, typ := int(binary.NativeEndian.Uint16(list)), binary.NativeEndian.Uint16(list[2:])
		if n < 4 || n > len(list) {
			return false
		}
		if typ&nlaTypeMask == iflaAltName && strings.TrimRight(string(list[4:n]), "\x00") == name {
			return true
		}
		list = list[min((n+3)&^3, len(list)):]
	}
	return false
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
