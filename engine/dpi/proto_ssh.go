package dpi

import (
	"crypto/md5"
	"encoding/hex"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// SSH: RFC 4253. HASSH: the MD5 of the offered key exchange, cipher, MAC and
// compression algorithms (salesforce/hassh).

func init() {
	Register(Dissector{ID: idSsh, Name: "SSH", L4: TCP, Ports: []uint16{22}, First: "S", Min: 7, Extra: 10, Func: dissectSSH})
}

// Stages of an SSH flow, one bit per direction.
const (
	sshBanner = 1
	sshKeys   = 4
	sshLine   = 16 // the banner's line is consumed
)

// sshKexInit is the kind of the message that opens a key exchange.
const sshKexInit = 20

func dissectSSH(c *Context) Verdict {
	note, dir := c.Note(), c.Dir()
	var b []byte
	if *note&(sshKeys<<dir) == 0 {
		b = c.Stream()
	}
	if *note&(sshBanner<<dir) == 0 {
		if !has(b, "SSH-") {
			if c.S.found {
				return FoundMore
			}
			return No
		}
		line, whole := firstLine(b)
		if !whole && len(b) < 255 {
			return sshMore(c)
		}
		*note |= sshBanner << dir
		c.Set(0, idSsh)
		m := c.Meta()
		if dir == 0 {
			m.SSHClient = string(line)
		} else {
			m.SSHServer = string(line)
		}
	}
	if !c.S.found {
		c.Set(0, idSsh)
	}
	if *note&(sshLine<<dir) == 0 {
		if i := lineEnd(b); i >= 0 {
			*note |= sshLine << dir
			c.Consume(i)
			b = b[i:]
		}
	}
	if *note&((sshLine|sshKeys)<<dir) == sshLine<<dir {
		if h, obsolete, complete := hassh(b, dir); complete {
			c.Consume(len(b))
			if obsolete {
				c.Risk([2]uint{riskSshObsoleteClientVersionOrCipher, riskSshObsoleteServerVersionOrCipher}[dir])
			}
			*note |= sshKeys << dir
			if dir == 0 {
				c.Meta().HASSHClient = h
			} else {
				c.Meta().HASSHServer = h
			}
		}
	}
	m := c.Meta()
	m.HostName = strings.TrimSpace(m.SSHServer)
	if m.SSHServer == "" {
		m.HostName = strings.TrimSpace(m.SSHClient)
	}
	if *note&(3*sshKeys) == 3*sshKeys {
		return Found
	}
	return FoundMore
}

func sshMore(c *Context) Verdict {
	if c.S.found {
		return FoundMore
	}
	return More
}

func lineEnd(b []byte) int {
	for i, x := range b {
		if x == '\n' {
			return i + 1
		}
	}
	return -1
}

// hassh reads a KEXINIT message (RFC 4253, 7.1). dir 0 is the client, whose
// outgoing algorithms count; 1 the server.
func hassh(b []byte, dir int) (fingerprint string, obsolete, complete bool) {
	s := cryptobyte.String(b)
	var packet, lists cryptobyte.String
	var length uint32
	var pad, kind uint8
	if !s.ReadUint32(&length) {
		return "", false, false
	}
	// What cannot be such a message need not be waited for.
	const header = 2 // padding and kind
	if length < header || length > 35000 || len(s) >= header && s[1] != sshKexInit {
		return "", false, true
	}
	if !s.ReadBytes((*[]byte)(&packet), int(length)) {
		return "", false, false
	}
	if !packet.ReadUint8(&pad) || !packet.ReadUint8(&kind) || kind != sshKexInit || !packet.Skip(16) {
		return "", false, true
	}
	lists = packet
	var names [8]string
	for i := range names {
		var n uint32
		var text []byte
		if !lists.ReadUint32(&n) || n > uint32(len(lists)) || !lists.ReadBytes(&text, int(n)) {
			return "", false, true
		}
		names[i] = string(text)
	}
	// 0 key exchange, 2/3 ciphers, 4/5 MACs, 6/7 compression, each client to server first.
	obsolete = sshObsolete(names[2+dir])
	text := names[0] + ";" + names[2+dir] + ";" + names[4+dir] + ";" + names[6+dir]
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:]), obsolete, true
}

// obsoleteCiphers are those that RFC 8758 and RFC 9142, or OpenSSH's release
// notes, retire.
var obsoleteCiphers = map[string]bool{
	"arcfour": true, "arcfour128": true, "arcfour256": true, "3des-cbc": true, "blowfish-cbc": true, "cast128-cbc": true,
}

func sshObsolete(list string) bool {
	for name := range strings.SplitSeq(list, ",") {
		if obsoleteCiphers[name] {
			return true
		}
	}
	return false
}
