package dpi

import (
	"bytes"
	"encoding/hex"
)

// BitTorrent: BEP 3 (peer protocol), BEP 5 (DHT), BEP 14 (local discovery),
// BEP 15 (UDP tracker), BEP 29 (uTP).

func init() {
	Register(Dissector{ID: idBittorrent, Name: "BitTorrent", L4: TCP, Min: 8, Priority: 1, MaxPackets: 6, Func: dissectBitTorrentTCP})
	Register(Dissector{ID: idBittorrent, Name: "BitTorrent", L4: UDP, Ports: []uint16{6771, 51413}, Min: 16, Priority: 1, MaxPackets: 6, Func: dissectBitTorrentUDP})
}

const peerHandshake = "\x13BitTorrent protocol"

func dissectBitTorrentTCP(c *Context) Verdict {
	b := c.B
	switch {
	case has(b, peerHandshake):
		peerHash(c, b)
		return c.Found(idBittorrent)
	case has(b, "GET /announce?info_hash="), has(b, "GET /scrape?info_hash="):
		return c.Found(idBittorrent)
	}
	if c.N() >= 4 {
		return No
	}
	return More
}

// peerHash keeps the info hash: 20 bytes behind the name and eight reserved ones.
func peerHash(c *Context, b []byte) {
	if at := len(peerHandshake) + 8; len(b) >= at+20 {
		c.Meta().BitTorrentHash = hex.EncodeToString(b[at : at+20])
	}
}

func dissectBitTorrentUDP(c *Context) Verdict {
	b, note := c.B, c.Note()
	switch {
	case b[0] == 'd' && b[len(b)-1] == 'e' && dhtMessage(b):
		return c.Found(idBittorrent)
	case has(b, "BT-SEARCH * HTTP/1.1\r\n"):
		return c.Found(idBittorrent)
	case be64(b) == 0x41727101980 && be32(b[8:]) == 0 && len(b) == 16: // tracker connect
		return c.Found(idBittorrent)
	case contains(b[:min(len(b), 48)], peerHandshake):
		peerHash(c, b[bytes.Index(b, []byte(peerHandshake)):])
		return c.Found(idBittorrent)
	}
	if c.T.SrvPort <= 1023 && c.T.CliPort <= 1023 {
		return No
	}
	if !utpHeader(b) {
		return No
	}
	// uTP alone is a weak signature: a connection set-up and its answer with the
	// same id, or several packets of the same connection.
	kind, id := b[0]>>4, uint64(be16(b[2:]))
	if *note == 0 {
		*note = id | uint64(kind)<<16 | 1<<24
		return More
	}
	first := *note & 0xffff
	if d := (id - first) & 0xffff; d != 0 && d != 1 && d != 0xffff {
		return No
	}
	if *note += 1 << 24; *note>>24 >= 2 && (*note>>16&0xff == 4 || kind == 4 || *note>>24 >= 4) {
		return c.Found(idBittorrent)
	}
	return More
}

func dhtMessage(b []byte) bool {
	return has(b, "d1:ad2:id20:") || has(b, "d1:rd2:id20:") || has(b, "d2:ip") && contains(b, "1:rd2:id20:") ||
		has(b, "d1:el") || bytes.Contains(b[:min(len(b), 64)], []byte("2:id20:")) && contains(b, "1:y1:")
}

// utpHeader reports a version 1 header with a sane extension chain.
func utpHeader(b []byte) bool {
	if len(b) < 20 || b[0]&15 != 1 || b[0]>>4 > 4 || b[1] > 2 {
		return false
	}
	if b[0]>>4 == 4 { // SYN: nothing to acknowledge
		return be16(b[18:]) == 0 && be32(b[8:]) == 0 && (len(b) == 20 || b[1] != 0)
	}
	return be32(b[12:]) != 0 && (b[1] == 0 || len(b) >= 26)
}
