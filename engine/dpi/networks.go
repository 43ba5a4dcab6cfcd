package dpi

import (
	_ "embed"
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

// builtinAddresses is the table that all engines share.
var builtinAddresses = sync.OnceValues(func() (*addressTable, error) {
	return parseAddresses(addressRanges + operatorTable())
})

// operatorTable is operatorNetworks in the form of the generated table.
func operatorTable() string {
	var out strings.Builder
	for line := range strings.Lines(operatorNetworks) {
		id, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, n := range strings.Fields(list) {
			if !strings.Contains(n, "/") {
				n += "/32"
			}
			out.WriteString(n + " " + id + "\n")
		}
	}
	return out.String()
}
