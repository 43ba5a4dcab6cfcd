package dpi

import (
	"bytes"
	"strings"
)

// SMTP: RFC 5321, STARTTLS of RFC 3207. POP3: RFC 1939 and RFC 2595. IMAP:
// RFC 9051. A flow that switches to TLS is the secured protocol from there on.

func init() {
	Register(Dissector{ID: idMailSmtp, Name: "SMTP", L4: TCP, Ports: []uint16{25, 587, 2525}, Min: 4, First: "234579EHMRABDNQSVehmr", Extra: 12, Func: dissectSMTP})
	Register(Dissector{ID: idMailPop, Name: "POP3", L4: TCP, Ports: []uint16{110}, Min: 3, First: "+-ACSUPLRTQNDacsuplrtqnd", Extra: 10, Func: dissectPOP})
	Register(Dissector{ID: idMailImap, Name: "IMAP", L4: TCP, Ports: []uint16{143}, Min: 4, MaxPackets: 8, Extra: 10, Func: dissectIMAP})
}

// secured notes STARTTLS for the next packets: mailTLS once it was agreed.
const (
	mailServer = 1 << iota
	mailClient
	mailAsked
	mailTLS
	mailHello
)

var smtpCommands = []string{"EHLO ", "HELO ", "LHLO ", "MAIL FROM:", "RCPT TO:", "DATA\r\n", "RSET\r\n", "QUIT\r\n", "STARTTLS", "AUTH ", "NOOP\r\n", "VRFY ", "HELP"}

func dissectSMTP(c *Context) Verdict {
	note, b := c.Note(), c.B
	if *note&mailTLS != 0 {
		return mailHandshake(c, note, idMailSmtps)
	}
	up := bytes.ToUpper(b[:min(len(b), 16)])
	if reply := len(b) >= 4 && digits(b[:3]) && (b[3] == ' ' || b[3] == '-') && b[0] >= '2' && b[0] <= '5'; reply {
		if *note&mailAsked != 0 && has(b, "220") {
			*note |= mailTLS
		}
		if *note == 0 && !has(b, "220") && !has(b, "554") && !c.Port(25, 587) {
			return No
		}
		*note |= mailServer
		if has(b, "220") && c.NDir() == 1 && (contains(up, "FTP") || c.Port(21)) {
			return No
		}
		if has(b, "220") && c.NDir() == 1 {
			if f := bytes.Fields(b[4:]); len(f) > 0 && bytes.IndexByte(f[0], '.') > 0 {
				c.Meta().HostName = hostText(f[0])
			}
		}
	} else {
		found := false
		for _, k := range smtpCommands {
			if found = has(up, k); found {
				break
			}
		}
		if !found {
			if c.S.found {
				return FoundMore
			}
			return No
		}
		if has(up, "STARTTLS") {
			*note |= mailAsked
		}
		*note |= mailClient
	}
	if *note&(mailServer|mailClient) == mailServer|mailClient {
		if !c.S.found {
			c.Set(0, idMailSmtp)
		}
		return FoundMore
	}
	return More
}

// mailHandshake reads the TLS handshake inside a flow that was mail so far.
func mailHandshake(c *Context, note *uint64, secured uint16) Verdict {
	if *note&mailHello == 0 {
		*note |= mailHello
		c.w.buf[0], c.w.buf[1] = buffer{data: c.w.buf[0].data[:0]}, buffer{data: c.w.buf[1].data[:0]}
	}
	b := c.Stream()
	if len(b) < 9 || !tlsRecord(b) || b[0] != recHandshake {
		return FoundMore
	}
	if b[5] == hsClientHello {
		if n := be24(b[6:]); len(b) >= 9+n {
			if h := parseHello(b[9:9+n], false); h != nil {
				tlsClient(c, h, 't', secured)
				h.release()
				return Found
			}
		}
		return FoundMore
	}
	return FoundMore
}

var popCommands = []string{"AUTH", "APOP ", "USER ", "PASS ", "CAPA", "LIST", "STAT", "STLS", "UIDL", "RETR ", "DELE ", "QUIT", "NOOP"}

func dissectPOP(c *Context) Verdict {
	note, b := c.Note(), c.B
	if *note&mailTLS != 0 {
		return mailHandshake(c, note, idMailPops)
	}
	up := string(bytes.ToUpper(b[:min(len(b), 8)]))
	switch {
	case has(b, "+OK"), has(b, "-ERR"), *note&mailServer != 0 && c.S.found:
		if *note&mailAsked != 0 && has(b, "+OK") {
			*note |= mailTLS
		}
		*note |= mailServer
	default:
		found := false
		for _, k := range popCommands {
			found = found || strings.HasPrefix(up, k)
		}
		if !found {
			return No
		}
		if strings.HasPrefix(up, "STLS") {
			*note |= mailAsked
		}
		if strings.HasPrefix(up, "PASS ") || strings.HasPrefix(up, "USER ") {
			c.Risk(riskClearTextCredentials)
		}
		*note |= mailClient
	}
	if *note&(mailServer|mailClient) == mailServer|mailClient || *note&mailServer != 0 && c.Port(110) && c.N() > 1 {
		c.Set(0, idMailPop)
		return FoundMore
	}
	return More
}

var imapWords = []string{"LOGIN ", "CAPABILITY", "AUTHENTICATE ", "SELECT ", "NOOP", "STARTTLS", "LOGOUT", "OK ", "ID ", "LIST ", "UID ", "EXAMINE ", "FETCH "}

func dissectIMAP(c *Context) Verdict {
	note, b := c.Note(), c.B
	if *note&mailTLS != 0 {
		return mailHandshake(c, note, idMailImaps)
	}
	line, _ := firstLine(b)
	i := bytes.IndexByte(line, ' ')
	if i <= 0 || i > 16 || !printable(line) {
		if c.S.found {
			return FoundMore
		}
		return No
	}
	word := strings.ToUpper(string(line[i+1 : min(len(line), i+15)]))
	known := false
	for _, k := range imapWords {
		known = known || strings.HasPrefix(word, strings.TrimSpace(k)) && strings.HasPrefix(word+" ", k[:len(k)-1])
	}
	untagged := line[0] == '*' && i == 1
	if !known && !(untagged && c.S.found) {
		if c.S.found {
			return FoundMore
		}
		return No
	}
	if untagged && strings.HasPrefix(word, "OK") {
		*note |= mailServer
	} else if !untagged {
		switch {
		case strings.HasPrefix(word, "STARTTLS"):
			*note |= mailAsked
		case strings.HasPrefix(word, "OK") && *note&mailAsked != 0:
			*note |= mailTLS
		case strings.HasPrefix(word, "LOGIN "):
			c.Risk(riskClearTextCredentials)
		}
		*note |= mailClient
	}
	if *note&mailServer != 0 && *note&mailClient != 0 || c.Port(143) && c.N() >= 3 {
		c.Set(0, idMailImap)
		return FoundMore
	}
	return More
}
