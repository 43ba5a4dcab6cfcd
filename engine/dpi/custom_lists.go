package dpi

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// ListFormat says how the lines of a list read. The numbers are those that
// ntopng's scripts pass to loadCustomCategoryFile.
type ListFormat int

// Formats of lists.
const (
	ListHosts       ListFormat = iota // "0.0.0.0 name", as in /etc/hosts
	ListCSV                           // "address,score"
	ListOccurrences                   // "address<tab>number"; those seen once are left out
	ListAddresses                     // "address" or "address/bits"
)

// minListBits is the shortest network a list may name: a wider one is a mistake.
const minListBits = 12

// ReadList adds a list to a category and returns how many entries it brought.
// skipPrivate leaves out addresses that only make sense inside a network, and
// version 6, as ntopng does. Lines that cannot be read are counted in bad.
func (c *Custom) ReadList(r io.Reader, format ListFormat, category uint8, list string, skipPrivate bool) (n, bad int, err error) {
	if format < ListHosts || format > ListAddresses {
		return 0, 0, fmt.Errorf("dpi: no list format %d", format)
	}
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), 1<<20)
	for s.Scan() {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		host, skip, ok := listLine(line, format)
		switch {
		case skip:
			continue
		case !ok:
		case format == ListHosts:
			ok = host != "localhost" && c.AddHostCategory(host, category, list) == nil
		default:
			ok = listAddress(host, skipPrivate) && c.AddAddressCategory(host, category, list) == nil
		}
		if ok {
			n++
		} else {
			bad++
		}
	}
	return n, bad, s.Err()
}

// listLine picks the name or address out of a line; skip says that the line is
// good but brings nothing.
func listLine(line string, format ListFormat) (host string, skip, ok bool) {
	switch format {
	case ListHosts:
		f := strings.Fields(line)
		if len(f) < 2 {
			return "", false, false
		}
		return f[1], false, true
	case ListCSV:
		host, rest, found := strings.Cut(line, ",")
		if _, err := strconv.ParseFloat(strings.TrimSpace(strings.SplitN(rest, ",", 2)[0]), 64); !found || err != nil {
			return "", false, false
		}
		return strings.TrimSpace(host), false, true
	case ListOccurrences:
		f := strings.Fields(line)
		if len(f) < 2 {
			return "", false, false
		}
		n, err := strconv.Atoi(f[1])
		return f[0], err == nil && n < 2, err == nil
	}
	f := strings.Fields(line)
	return f[0], false, true
}

func listAddress(s string, skipPrivate bool) bool {
	p, err := parseNetwork(s)
	if err != nil || p.Bits() < minListBits {
		return false
	}
	a := p.Addr()
	return !skipPrivate || a.Is4() && !a.IsPrivate() && !a.IsLoopback() && !a.IsUnspecified() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
