package dpi

import (
	_ "embed"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// operatorNetworks are networks of operators, a line for each protocol id, as of
// autumn 2024: what they publish as their own, or what their autonomous systems
// announce. Single machines (servers of VPN services, relays) are left out, since
// such a list is wrong within weeks.
//
//go:embed networks.txt
var operatorNetworks string

// builtinAddresses is the table that all engines share. Its two parts are read at the
// same time, as nothing can be classified before.
var builtinAddresses = sync.OnceValues(func() (*addressTable, error) {
	var operators []network
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() { operators, failed = parseOperators(operatorNetworks) })
	nets, err := parseNetworks(addressRanges)
	if wg.Wait(); err != nil || failed != nil {
		return nil, errors.Join(err, failed)
	}
	return newAddressTable(append(nets, operators...)), nil
})

// parseOperators reads lines of a protocol id and its networks and addresses.
func parseOperators(table string) ([]network, error) {
	nets := make([]network, 0, strings.Count(table, " "))
	for line := range strings.Lines(table) {
		id, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		proto, err := strconv.ParseUint(id, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("dpi: networks of operators: %w", err)
		}
		for n := range strings.FieldsSeq(list) {
			if !strings.Contains(n, "/") {
				n += "/32"
			}
			p, err := netip.ParsePrefix(n)
			if err != nil {
				return nil, fmt.Errorf("dpi: networks of operators: %w", err)
			}
			nets = append(nets, network{prefix: p.Masked(), proto: uint16(proto)})
		}
	}
	return nets, nil
}
