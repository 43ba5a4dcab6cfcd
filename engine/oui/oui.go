// Package oui names the makers of network cards by the first three bytes of
// their addresses (IEEE MA-L). The table is read from a file in the format of
// Wireshark's manuf: prefix, short name, long name, separated by tabs.
package oui

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Vendor is the maker of a block of addresses.
type Vendor struct {
	Short string // without blanks, as in device names
	Long  string
}

// Table maps prefixes to makers. A nil table knows none.
type Table struct{ m map[[3]byte]Vendor }

// Read reads a table. Lines that are no prefix of three bytes are skipped, and
// of several for one prefix the first counts.
func Read(r io.Reader) (*Table, error) {
	t := &Table{m: make(map[[3]byte]Vendor, 1<<15)}
	in := bufio.NewScanner(r)
	for in.Scan() {
		t.line(in.Text())
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read vendors: %w", err)
	}
	return t, nil
}

func (t *Table) line(s string) {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == '\t' })
	if len(fields) < 2 {
		return
	}
	key, ok := prefix(fields[0])
	if !ok {
		return
	}
	if _, dup := t.m[key]; dup {
		return
	}
	v := Vendor{Short: strings.TrimSpace(fields[1])}
	v.Long = v.Short
	if len(fields) > 2 {
		v.Long = fields[2]
	}
	if _, long, ok := strings.Cut(v.Long, "# "); ok {
		v.Long = long
	}
	v.Long = strings.TrimSpace(v.Long)
	t.m[key] = v
}

// prefix reads the first three bytes of an address or of a block.
func prefix(s string) (key [3]byte, ok bool) {
	parts := strings.SplitN(strings.TrimSpace(s), ":", 4)
	if len(parts) < 3 {
		return key, false
	}
	for i := range key {
		p := parts[i]
		if i == 2 && len(p) > 2 {
			p = p[:2] // a mask may follow: 00:1B:C5/36
		}
		n, err := strconv.ParseUint(p, 16, 8)
		if err != nil {
			return key, false
		}
		key[i] = byte(n)
	}
	return key, true
}

// Len is how many prefixes are known.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return len(t.m)
}

// FindText is Find for an address, or its first three bytes, as text.
func (t *Table) FindText(addr string) (Vendor, bool) {
	key, ok := prefix(addr)
	if !ok {
		return Vendor{}, false
	}
	return t.Find([6]byte{key[0], key[1], key[2]})
}

// Find returns the maker of a card.
func (t *Table) Find(addr [6]byte) (Vendor, bool) {
	if t == nil {
		return Vendor{}, false
	}
	v, ok := t.m[[3]byte(addr[:3])]
	return v, ok
}
