package dpi

import "bytes"

// FTP control connection: RFC 959, RFC 2389 (FEAT), RFC 4217 (AUTH TLS).

func init() {
	Register(Dissector{ID: idFtpControl, Name: "FTP_CONTROL", L4: TCP, Ports: []uint16{21}, Min: 4, Extra: 8, First: "1234567ACDFLMNOPQRSTUXacdflmnopqrstux", Func: dissectFTP})
}

var ftpCommands = []string{"USER ", "PASS ", "AUTH TLS", "AUTH SSL", "FEAT", "SYST", "PORT ", "PASV", "EPSV", "TYPE ", "RETR ", "STOR ", "CWD ", "PWD", "LIST", "QUIT", "OPTS "}

func dissectFTP(c *Context) Verdict {
	note, b := c.Note(), c.B
	if *note&mailTLS != 0 {
		return mailHandshake(c, note, idFtps)
	}
	up := bytes.ToUpper(b[:min(len(b), 64)])
	if len(b) >= 4 && digits(b[:3]) && (b[3] == ' ' || b[3] == '-') {
		if c.NDir() == 1 && *note == 0 && !has(b, "220") && !has(b, "120") {
			return No
		}
		if bytes.Contains(up, []byte("SMTP")) {
			return No
		}
		if *note&mailAsked != 0 && has(b, "234") { // RFC 4217, section 4
			*note |= mailTLS
		}
		*note |= mailServer
	} else {
		known := false
		for _, k := range ftpCommands {
			known = known || has(up, k)
		}
		if !known {
			if c.S.found {
				return Found
			}
			return No
		}
		if has(up, "PASS ") || has(up, "USER ") {
			c.Risk(riskClearTextCredentials)
		}
		if has(up, "AUTH ") {
			*note |= mailAsked
		}
		*note |= mailClient
	}
	if *note&(mailServer|mailClient) == mailServer|mailClient {
		if !c.S.found {
			c.Set(0, idFtpControl)
		}
		if *note&mailAsked != 0 || c.N() <= 3 {
			return FoundMore
		}
		return Found
	}
	return More
}
