package dpi

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// The file of -p/--ndpi-protocols (protos.txt of ntopng's documentation and of
// nDPI's manual), one rule a line:
//
//	tcp:81,udp:5062-5070@NAME     ports
//	host:"example.org"@NAME       host names
//	ip:192.0.2.0/24:443@NAME      networks, with or without a port
//	ipv6:[2001:db8::]/32@NAME     likewise; the 2024 form
//	ip_risk_mask:192.0.2.0/24=0   risks to keep for an address, as a number
//	ipv6_risk_mask:[2001:db8::1]=0
//	host_risk_mask:".home"=0      likewise for a name
//	trusted_issuer_dn:"CN=..."    an issuer whose own signature is accepted
//
// NAME=NUMBER fixes the id of a new protocol. Trees of 2026 write the rules with
// other kinds in the same form; addresses in brackets, without them, and with
// ip: for version 6 are all understood.

// ReadRulesFile adds the rules of a file. Only a file that cannot be opened is an
// error; lines that cannot be understood are handed to report, which may be nil.
func (c *Custom) ReadRulesFile(path string, report func(error)) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("dpi: rules: %w", err)
	}
	defer f.Close()
	for _, err := range c.ReadRules(f) {
		if report != nil {
			report(fmt.Errorf("%s: %w", path, err))
		}
	}
	return nil
}

// ReadRules adds the rules of r. What cannot be understood is left out and
// reported with its line number; the rest is taken.
func (c *Custom) ReadRules(r io.Reader) []error {
	var errs []error
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), 1<<20)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := c.rule(line); err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", n, err))
		}
	}
	if err := s.Err(); err != nil {
		errs = append(errs, err)
	}
	return errs
}

func (c *Custom) rule(line string) error {
	at := strings.LastIndexByte(line, '@')
	if at < 0 {
		return c.exception(line)
	}
	if strings.HasPrefix(line, "nbpf:") {
		if _, err := c.protocol(line[at+1:]); err != nil { // takes its number all the same
			return err
		}
		return fmt.Errorf("packet filters in rules are not supported: %s", line)
	}
	var errs []string
	var id uint16
	for i, part := range strings.Split(line[:at], ",") {
		part = strings.TrimSpace(part)
		kind, value, ok := strings.Cut(part, ":")
		if !ok || value == "" {
			errs = append(errs, fmt.Sprintf("%q is no rule", part))
			continue
		}
		if i == 0 || id == 0 { // a line without a good rule defines nothing
			if err := known(kind); err != nil {
				errs = append(errs, err.Error())
				continue
			}
			var err error
			if id, err = c.protocol(line[at+1:]); err != nil {
				return err
			}
		}
		if err := c.match(kind, value, id); err != nil {
			errs = append(errs, err.Error())
			continue
		}
		c.rules++
	}
	if errs != nil {
		return fmt.Errorf("%s", strings.Join(errs, "; "))
	}
	return nil
}

func known(kind string) error {
	switch kind {
	case "tcp", "udp", "host", "ip", "ipv6":
		return nil
	}
	return fmt.Errorf("unknown kind of rule %q", kind)
}

func (c *Custom) match(kind, value string, id uint16) error {
	switch kind {
	case "tcp":
		return c.portRange(TCP, value, id)
	case "udp":
		return c.portRange(UDP, value, id)
	case "ip", "ipv6":
		return c.address(value, id)
	case "host":
		inside := strings.Trim(value, `"`)
		name := strings.ToLower(strings.TrimPrefix(inside, "*"))
		if strings.Trim(name, ".-") == "" || len(name) > 255 {
			return fmt.Errorf("%q is no host name", value)
		}
		c.hosts.add(name, hostEntry{proto: id})
		return nil
	}
	return known(kind)
}

func (c *Custom) portRange(l4 L4, value string, id uint16) error {
	low, high, ranged := strings.Cut(value, "-")
	from, err := strconv.ParseUint(strings.TrimSpace(low), 10, 16)
	upto := from
	if err == nil && ranged {
		upto, err = strconv.ParseUint(strings.TrimSpace(high), 10, 16)
	}
	if err != nil || from == 0 || upto < from {
		return fmt.Errorf("%q is no port or range of ports", value)
	}
	for p := from; p <= upto; p++ {
		c.ports[l4][uint16(p)] = id
	}
	return nil
}

// address reads ADDRESS[/BITS][:PORT]. An address of version 6 with a port
// stands in brackets; one without may.
func (c *Custom) address(value string, id uint16) error {
	network, port := value, ""
	if strings.HasPrefix(value, "[") {
		end := strings.IndexByte(value, ']')
		if end < 0 {
			return fmt.Errorf("%q has no closing bracket", value)
		}
		if i := strings.IndexByte(value[end:], ':'); i >= 0 {
			network, port = value[:end+i], value[end+i+1:]
		}
	} else if strings.Count(value, ":") == 1 {
		network, port, _ = strings.Cut(value, ":")
	}
	p, err := parseNetwork(network)
	if err != nil {
		return err
	}
	r := portRule{proto: id}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return fmt.Errorf("%q has no port", value)
		}
		r.port = uint16(n)
	}
	c.addresses.set(p, append(c.addresses.m[p], r))
	return nil
}

// exception reads a line without a protocol.
func (c *Custom) exception(line string) error {
	kind, rest, _ := strings.Cut(line, ":")
	if kind == "trusted_issuer_dn" {
		dn := strings.Trim(rest, `"`)
		if dn == "" {
			return fmt.Errorf("no name in %q", line)
		}
		c.TrustIssuer(dn)
		return nil
	}
	i := strings.LastIndexByte(rest, '=')
	if i < 0 {
		return fmt.Errorf("%q is no rule", line)
	}
	keep, err := strconv.ParseUint(strings.TrimSpace(rest[i+1:]), 0, 64)
	if err != nil {
		return fmt.Errorf("%q ends in no number", line)
	}
	switch kind {
	case "ip_risk_mask", "ipv6_risk_mask":
		return c.MaskAddress(rest[:i], keep)
	case "host_risk_mask":
		return c.MaskHost(rest[:i], keep)
	}
	return fmt.Errorf("unknown kind of rule %q", kind)
}

// badName replaces what a protocol name must not hold, as nDPI does.
var badName = strings.NewReplacer("/", "_", "&", "_", "^", "_", ":", "_", ";", "_", "'", "_", `"`, "_", " ", "_")

// protocol returns the id behind a name, in the numbering of hostEntry and
// portRule: a known protocol has that of 2024, a new one its own.
func (c *Custom) protocol(name string) (uint16, error) {
	name, number, numbered := strings.Cut(badName.Replace(strings.TrimSpace(name)), "=")
	key := strings.ToLower(name)
	if key == "" {
		return 0, fmt.Errorf("a rule without a protocol")
	}
	if id, ok := c.byName[key]; ok {
		return id, nil
	}
	if id, ok := c.base.byName[key]; ok && id != 0 {
		if old, ok := c.base.origin(id); ok {
			return old, nil
		}
		return 0, fmt.Errorf("protocol %s cannot be the target of a rule", name)
	}
	if len(c.rows) == maxCustomProtocols {
		return 0, fmt.Errorf("more than %d protocols of one's own: %s is left out", maxCustomProtocols, name)
	}
	id := c.next
	if numbered {
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil || int(n) < len(c.base.rows) {
			return 0, fmt.Errorf("id %q of protocol %s is no number from %d to 65535", number, name, len(c.base.rows))
		}
		id = int(n)
	}
	for _, r := range c.rows {
		if int(r.ID) == id {
			return 0, fmt.Errorf("protocols %s and %s have the same id %d", r.Name, name, id)
		}
	}
	c.next++ // a numbered one uses up a number too, as in nDPI
	c.rows = append(c.rows, Protocol{ID: uint16(id), Name: name, Breed: breedAcceptable, Flags: FlagCleartext | FlagApp})
	c.byName[key] = uint16(id)
	return uint16(id), nil
}

// forced returns the protocol that a rule about ports or addresses gives a flow
// whatever its packets hold.
func (c *Custom) forced(e *Engine, t *Tuple) (master, app uint16) {
	if l4 := transport(t.Proto); l4 != 0 {
		for _, p := range [2]uint16{t.SrvPort, t.CliPort} {
			if id := c.ports[l4][p]; id != 0 {
				return 0, id
			}
		}
	}
	if id := c.byAddress(t); id != 0 && int(id) >= len(c.base.rows) {
		return e.byPort(t), id
	}
	return 0, 0
}

// byAddress returns the protocol of the server's address, then of the client's.
func (c *Custom) byAddress(t *Tuple) uint16 {
	for _, at := range [2]struct {
		a netip.Addr
		p uint16
	}{{t.Server, t.SrvPort}, {t.Client, t.CliPort}} {
		rules, _ := c.addresses.find(at.a)
		all := uint16(0)
		for _, r := range rules {
			if r.port == 0 {
				all = r.proto
			} else if r.port == at.p {
				return r.proto
			}
		}
		if all != 0 {
			return all
		}
	}
	return 0
}
