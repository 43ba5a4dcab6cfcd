// Package snmp asks network devices by SNMP version 1, 2c and 3 and gives values
// as text, in the form ntopng's scripts know. It keeps no devices and no
// results; who asks decides how often.
package snmp

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/gosnmp/gosnmp"
)

// MaxOIDs is how many objects one request may name.
const MaxOIDs = 10

// DefaultRepetitions is how many rows a GETBULK asks for.
const DefaultRepetitions = 10

// Version is the version of the protocol, numbered as in its messages.
type Version int

// Versions.
const (
	V1  Version = 0
	V2c Version = 1
	V3  Version = 3
)

// Device is whom to ask, and how.
type Device struct {
	Host      string // name or address, with ":port" when it is not 161
	Version   Version
	Community string // versions 1 and 2c
	User      User   // version 3
	Timeout   time.Duration
}

// User is the user-based security of version 3 (RFC 3414), in the words of
// net-snmp: level noAuthNoPriv, authNoPriv or authPriv; MD5, SHA, SHA224 ...
// SHA512; DES, AES, AES192, AES256.
type User struct {
	Level, Name                string
	AuthProtocol, AuthPassword string
	PrivProtocol, PrivPassword string
}

var authProtocols = map[string]gosnmp.SnmpV3AuthProtocol{"MD5": gosnmp.MD5, "SHA": gosnmp.SHA, "SHA1": gosnmp.SHA,
	"SHA224": gosnmp.SHA224, "SHA256": gosnmp.SHA256, "SHA384": gosnmp.SHA384, "SHA512": gosnmp.SHA512}

var privProtocols = map[string]gosnmp.SnmpV3PrivProtocol{"DES": gosnmp.DES, "AES": gosnmp.AES, "AES128": gosnmp.AES,
	"AES192": gosnmp.AES192, "AES256": gosnmp.AES256, "AES192C": gosnmp.AES192C, "AES256C": gosnmp.AES256C}

// word brings a protocol's name into the form of the tables: "sha-256" → SHA256.
func word(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "-", "")) }

// open makes the client for one request.
func (d Device) open(repetitions int) (*gosnmp.GoSNMP, error) {
	host, port := d.Host, uint16(161)
	if h, p, err := net.SplitHostPort(strings.TrimPrefix(d.Host, "udp:")); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("snmp: %q has no valid port", d.Host)
		}
		host, port = h, uint16(n)
	}
	if host == "" {
		return nil, fmt.Errorf("snmp: no host given")
	}
	g := &gosnmp.GoSNMP{Target: host, Port: port, Transport: "udp", Community: d.Community, Timeout: d.Timeout,
		MaxOids: MaxOIDs, MaxRepetitions: uint32(max(repetitions, 1))}
	switch d.Version {
	case V1:
		g.Version = gosnmp.Version1
	case V2c:
		g.Version = gosnmp.Version2c
	case V3:
		g.Version = gosnmp.Version3
		if err := d.User.apply(g); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("snmp: no version %d", d.Version)
	}
	if err := g.Connect(); err != nil {
		return nil, fmt.Errorf("snmp: %s: %w", d.Host, err)
	}
	return g, nil
}

func (u User) apply(g *gosnmp.GoSNMP) error {
	p := &gosnmp.UsmSecurityParameters{UserName: u.Name, AuthenticationProtocol: gosnmp.NoAuth, PrivacyProtocol: gosnmp.NoPriv}
	g.SecurityModel, g.SecurityParameters, g.MsgFlags = gosnmp.UserSecurityModel, p, gosnmp.NoAuthNoPriv
	level := strings.ToLower(u.Level)
	switch level {
	case "noauthnopriv":
		return nil
	case "authnopriv", "authpriv":
	default:
		return fmt.Errorf("snmp: no security level %q", u.Level)
	}
	var ok bool
	if p.AuthenticationProtocol, ok = authProtocols[word(u.AuthProtocol)]; !ok {
		return fmt.Errorf("snmp: no authentication protocol %q", u.AuthProtocol)
	}
	p.AuthenticationPassphrase, g.MsgFlags = u.AuthPassword, gosnmp.AuthNoPriv
	if level == "authnopriv" {
		return nil
	}
	if p.PrivacyProtocol, ok = privProtocols[word(u.PrivProtocol)]; !ok {
		return fmt.Errorf("snmp: no privacy protocol %q", u.PrivProtocol)
	}
	p.PrivacyPassphrase, g.MsgFlags = u.PrivPassword, gosnmp.AuthPriv
	return nil
}

// Values are answers by object, without a leading dot; objects that the device
// does not have are missing.
type Values map[string]string

// Get asks for objects.
func (d Device) Get(oids ...string) (Values, error) {
	return d.ask(oids, 1, func(g *gosnmp.GoSNMP, oids []string) (*gosnmp.SnmpPacket, error) { return g.Get(oids) })
}

// GetNext asks for what follows objects.
func (d Device) GetNext(oids ...string) (Values, error) {
	return d.ask(oids, 1, func(g *gosnmp.GoSNMP, oids []string) (*gosnmp.SnmpPacket, error) { return g.GetNext(oids) })
}

// GetBulk asks for up to so many rows of what follows objects; version 1, which
// has no such request, gets one row.
func (d Device) GetBulk(rows int, oids ...string) (Values, error) {
	if d.Version == V1 {
		return d.GetNext(oids...)
	}
	return d.ask(oids, rows, func(g *gosnmp.GoSNMP, oids []string) (*gosnmp.SnmpPacket, error) {
		return g.GetBulk(oids, 0, g.MaxRepetitions)
	})
}

func (d Device) ask(oids []string, rows int, f func(g *gosnmp.GoSNMP, oids []string) (*gosnmp.SnmpPacket, error)) (Values, error) {
	clean, err := cleanOIDs(oids)
	if err != nil {
		return nil, err
	}
	g, err := d.open(rows)
	if err != nil {
		return nil, err
	}
	defer func() { _ = g.Conn.Close() }()
	answer, err := f(g, clean)
	return d.values(answer, err)
}

func (d Device) values(answer *gosnmp.SnmpPacket, err error) (Values, error) {
	if err != nil {
		return nil, fmt.Errorf("snmp: %s: %w", d.Host, err)
	}
	if answer.Error != gosnmp.NoError {
		return nil, fmt.Errorf("snmp: %s answers %s", d.Host, answer.Error)
	}
	v := Values{}
	for _, row := range answer.Variables {
		if s, ok := text(row); ok {
			v[strings.TrimPrefix(row.Name, ".")] = s
		}
	}
	return v, nil
}

// cleanOIDs checks the objects of a request: numbers with dots between.
func cleanOIDs(oids []string) ([]string, error) {
	if len(oids) == 0 || len(oids) > MaxOIDs {
		return nil, fmt.Errorf("snmp: %d objects, 1 to %d are allowed", len(oids), MaxOIDs)
	}
	out := make([]string, len(oids))
	for i, oid := range oids {
		s := strings.TrimPrefix(strings.TrimSpace(oid), ".")
		for _, part := range strings.Split(s, ".") {
			if _, err := strconv.ParseUint(part, 10, 32); err != nil {
				return nil, fmt.Errorf("snmp: %q is no object identifier", oid)
			}
		}
		out[i] = "." + s
	}
	return out, nil
}
