package dpi

import "bytes"

// FTP control connection: RFC 959, RFC 2389 (FEAT), RFC 4217 (AUTH TLS).

func init() {
	Register(Dissector{ID: idFtpControl, Name: "FTP_CONTROL", L4: TCP, Ports: []uint16{21}, Min: 4, Extra: 8, First: "1234567ACDFLMNOPQRSTUXacdflmnopqrstux", Func: dissectFTP})
}

var ftpCommands = []string{"USER ", "PASS ", "AUTH TLS", "AUTH SSL", "FEAT", "SYST", "PORT ", "PASV", "EPSV", "TYPE ", "RETR ", "STOR ", "CWD ", "PWD", "LIST", "QUIT", "OPTS "}

func dissectFTP(c *Context) Verdict {
	note, b := c.Note(), c.B
	up := bytes.ToUpper(b[:min(len(b), 64)])
	if len(b) >= 4 && digits(b[:3]) && (b[3] == ' ' || b[3] == '-') {
		if c.NDir() == 1 && *note == 0 && !has(b, "220") && !has(b, "120") {
			return No
		}
		if bytes.Contains(up, []byte("SMTP")) {
			return No
		}
		*note |= mailServer
	} else {
		known := false
		for _, k := range ftpCommands {
			known = known || has(up, k)
		}
		if !known {
			return No
		}
		if has(up, "PASS ") || has(up, "USER ") {
			c.Risk(riskClearTextCredentials)
		}
		*note |= mailClient
	}
	if *note == mailServer|mailClient {
		return c.Found(idFtpControl)
	}
	return More
}
