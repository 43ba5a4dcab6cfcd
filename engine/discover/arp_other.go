//go:build !linux

package discover

import (
	"context"
	"errors"
	"net/netip"

	"ntopgo/engine/mac"
)

// ARP needs raw sockets, which are used on Linux only.
func ARP(context.Context, string, []netip.Prefix) (map[mac.Addr]netip.Addr, error) {
	return nil, errors.New("ARP scan: only on Linux")
}
