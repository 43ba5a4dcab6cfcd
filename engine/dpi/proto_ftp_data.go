package dpi

// FTP data connections: RFC 959, 3.2: port 20 in active mode. In passive mode
// any port: a listing in the form of "ls -l", or a file by the well-known first
// bytes of its format.

func init() {
	Register(Dissector{ID: idFtpData, Name: "FTP_DATA", L4: TCP, Min: 1, Priority: 7, MaxPackets: 1, Func: func(c *Context) Verdict {
		if c.Port(20) || c.N() == 1 && (listing(c.B) || len(c.B) >= 256 && fileFormat(c.B)) {
			return c.Found(idFtpData)
		}
		return No
	}})
}

// listing reports a line of a listing: kind and permissions.
func listing(b []byte) bool {
	if len(b) <= 10 || b[0] != '-' && b[0] != 'd' {
		return false
	}
	for i, x := range b[1:10] {
		if x != '-' && x != "rwx"[i%3] {
			return false
		}
	}
	return true
}

// formats are the first bytes of common files.
var formats = []string{
	"RIFF", "OggS", "PK\x03\x04", "\x00\x00\x01\xba", "Rar!", "\x1a\x45\xdf\xa3", "\xff\xd8", "GIF8", "<?ph", "%PDF", "\x89PNG",
	"<htm", "\n<!D", "7z\xbc\xaf", "\x1f\x8b\x08", "<!DO", "fLaC", "ID3\x03", "\xff\xfb\x90\xc0", "\xed\xab\xee\xdb", "FLV\x01",
	"TAPE", "\xd0\xcf\x11\xe0", "BZh", "MZ\x90\x00", "\x7fELF",
}

func fileFormat(b []byte) bool {
	for _, f := range formats {
		if has(b, f) {
			return true
		}
	}
	return false
}
