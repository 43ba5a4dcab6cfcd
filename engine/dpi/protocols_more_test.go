package dpi

import (
	"net/netip"
	"strings"
	"testing"
)

// More conversations, of protocols that are met less often. The bytes are built
// from the descriptions named in the dissectors' files.
func TestRareProtocols(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	apple, warp := netip.MustParseAddr("17.57.144.116"), netip.MustParseAddr("162.159.192.7")
	counted := func(base byte, client bool) (out []line) {
		for i := range byte(4) {
			out = append(out, line{client, "\xa1\xa2\xa3" + string([]byte{base + i}) + "line calls"})
		}
		return out
	}
	sbus := "\x00\x00\x00\x0d\x00\x00\x00\x01\x02\x03\x04"
	sum := crc16([]byte(sbus), 0)
	for _, c := range []struct {
		name   string
		proto  uint8
		port   uint16
		server netip.Addr
		lines  []line
	}{
		{"Gnutella", tcp, 6346, anyAddr, []line{c2s("GNUTELLA CONNECT/0.6\r\nUser-Agent: x\r\n\r\n")}},
		{"Gnutella", udp, 6346, anyAddr, []line{c2s(strings.Repeat("g", 16) + "\x00\x01\x00\x00\x00\x00\x00")}},
		{"Gnutella", udp, 6346, anyAddr, []line{c2s("GND\x02\x00\x01\x01\x02xxxx")}},
		{"HTTP.Gnutella", tcp, 6346, anyAddr, []line{c2s("GET /uri-res/N2R?urn:sha1:ABC HTTP/1.1\r\nHost: 192.0.2.9:6346\r\nX-Queue: 0.1\r\n\r\n")}},
		{"Protobuf", tcp, 12345, anyAddr, []line{c2s("\x12\x03abc\x08\x01\x18\x02\x22\x02hi\x28\x03\x30\x04\x38\x05\x40\x06\x48\x07")}},
		{"Heroes_of_the_Storm", udp, 1119, anyAddr, []line{c2s("ab\x03\x00" + strings.Repeat("x", 10) + "\x40\x00" + "yyyyyy")}},
		{"ApplePush", tcp, 5223, apple, []line{c2s("\xa0\x01\x02")}},
		{"Raft", tcp, 9001, anyAddr, []line{c2s("\x03\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00abcd")}},
		{"IMO", udp, 40000, anyAddr, []line{c2s("\x31"), c2s("\x31")}},
		{"iQIYI", udp, 40000, anyAddr, []line{c2s(pad("\xe3xPPStream", 150))}},
		{"eDonkey", tcp, 4662, anyAddr, []line{c2s("\xe3\x05\x00\x00\x00\x01abcd")}},
		{"MapleStory", tcp, 40000, anyAddr, []line{s2c("\x0e\x00\x3a\x00\x01\x002abcdefghi")}},
		{"FLUTE", udp, 40000, anyAddr, []line{c2s(pad("\x10\x00\x02\x00abcdefgh<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<FDT-Instance", 300))}},
		{"EtherSIO", udp, 6060, anyAddr, []line{c2s(pad("ESIO\x00\x01\x00", 20))}},
		{"Ether-S-Bus", udp, 5050, anyAddr, []line{c2s(sbus + string([]byte{byte(sum >> 8), byte(sum)}))}},
		{"CNP-IP", udp, 1628, anyAddr, []line{c2s(pad("\x00\x18\x01\x01\x00\x00", 24))}},
		{"Starcraft", tcp, 1119, anyAddr, []line{c2s("\x4a\x00\x00\x0a\x66\x02\x0a\xed\x2d\x66")}},
		{"LineCall", udp, 40000, anyAddr, append(counted(3, true), counted(9, false)...)},
		{"CoD_Mobile", udp, 7500, anyAddr, []line{c2s("\x01\x02\x03\x04\x05\x06\x07\x08ping")}},
		{"Ookla", tcp, 8080, anyAddr, []line{c2s("HI x\n"), s2c("HELLO 2.9\n")}},
		{"FTP_DATA", tcp, 20, anyAddr, []line{c2s("whatever")}},
		{"FTP_DATA", tcp, 40000, anyAddr, []line{s2c("drwxr-xr-x    2 0  0  4096 Jan 01 00:00 pub\r\n")}},
		{"UltraSurf", tcp, 40000, anyAddr, []line{c2s("\xcc\x1c\x30\x41\x5b\xa4\x38\x66")}},
		{"KakaoTalk_Voice", udp, 40000, netip.MustParseAddr("1.201.1.1"), []line{c2s("\x81\xc8\x00\x0cabcd")}},
		{"CloudflareWarp", udp, 2408, warp, []line{c2s("\xc1abcdefg")}},
		{"HalfLife2", udp, 40000, anyAddr, []line{c2s("\xff\xff\xff\xffq" + strings.Repeat("a", 15) + "000\x00"), s2c("\xff\xff\xff\xffA" + strings.Repeat("b", 15) + "000\x00")}},
		{"SteamDatagramRelay", udp, 27015, anyAddr, []line{c2s(pad("\x01\x02sdping", 100))}},
		{"VMware", udp, 902, anyAddr, []line{c2s(pad("\xa4", 66))}},
		{"Xbox", udp, 3074, anyAddr, []line{c2s(pad("\x00\x00\x00\x00\x0c\x58\x76\x00\x00\x00", 13))}},
		{"QQ", udp, 40000, anyAddr, []line{c2s(pad("\x02\x00\x48\x00", 72))}},
		{"IceCast", tcp, 8000, anyAddr, []line{c2s("SOURCE /live HTTP/1.0\r\nice-name: x\r\n\r\n")}},
		{"HTTP.IceCast", tcp, 8000, anyAddr, []line{c2s("GET /live HTTP/1.0\r\nUser-Agent: Mozilla\r\n\r\n"), s2c("HTTP/1.0 200 OK\r\nServer: Icecast 2.4.4\r\n\r\n")}},
		{"Zattoo", udp, 5003, anyAddr, []line{c2s(pad("\x03\x7a", 24)), s2c(pad("\x03\x78", 24))}},
		{"Armagetron", udp, 4534, anyAddr, []line{c2s("\x00\x0b\x00\x00\x00\x02\x00\x08\x01\x01\x00\x00")}},
		{"Crossfire", udp, 40000, anyAddr, []line{c2s("\xc7\xd9\x19\x99\x02\x00" + strings.Repeat("x", 16) + "\x7d\x00y")}},
		{"Dofus", tcp, 5555, anyAddr, []line{s2c("HG\x00"), c2s("ATabcdefgh\x00")}},
		{"Guildwars", tcp, 6112, anyAddr, []line{c2s("x\x04\x0cy\xa6\x72zz\x01abc\x04def")}},
		{"Warcraft3", tcp, 6112, anyAddr, []line{c2s("\x01"), c2s("\xf7\x1e\x08\x00abcd"), s2c("\xf7\x04\x06\x00ab")}},
		{"WorldOfKungFu", tcp, 40000, anyAddr, []line{c2s("\x0c\x00\x00\x00\xd2\x00\x0c\x00a\x16\x00\x00bc\x00\x00")}},
		{"LotusNotes", tcp, 1352, anyAddr, []line{c2s("abcdef\x00\x00\x02\x00\x00\x40\x02\x0fxyz")}},
		{"NOE", udp, 32512, anyAddr, []line{c2s("\x07\x00\x01\x00\x02")}},
		{"ZeroMQ", tcp, 5556, anyAddr, []line{c2s("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03"), s2c("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03")}},
		{"VHUA", udp, 58267, anyAddr, []line{c2s("\x05\x14\x3a\x05\x08\xf8\xa1\xb1\x03")}},
		{"AmazonVideo", tcp, 40000, anyAddr, []line{c2s("\xfe\xed\xfa\xcexx")}},
		{"NoMachine", tcp, 4000, anyAddr, []line{c2s("NXSH-8.10.1\n")}},
		{"Sonos", udp, 7080, netip.MustParseAddr("192.168.1.2"), []line{c2s("\x00\x13\x59\x84\x00")}},
		{"SOAP", tcp, 40000, anyAddr, []line{c2s("<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"x\"/>")}},
		{"IEC62056", tcp, 4060, anyAddr, []line{c2s("\x7e\xa0\x07\x03\x21\x93\x0f\x01\x7e")}},
		{"GenshinImpact", tcp, 10012, anyAddr, []line{c2s("\x01\x00\x00\x00\x14\x07abcdefghij\x4d\xa6xy")}},
		{"Viber", udp, 7985, anyAddr, []line{c2s("\xed\xf6\x01\x00\x05\x00rest")}},
		{"Jabber", tcp, 5222, anyAddr, []line{c2s("<message to='a@example.org'><body/></message>")}},
		{"MQTT", tcp, 40000, anyAddr, []line{s2c("\x32\x0a\x00\x03a/b\x00\x07xyz"), c2s("\x40\x02\x00\x07")}},
		{"HTTP.JSON-RPC", tcp, 80, anyAddr, []line{c2s("POST /rpc HTTP/1.1\r\nHost: h.example\r\nUser-Agent: Mozilla\r\nContent-Type: application/json\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"x\"}")}},
		{"Thrift", udp, 6831, anyAddr, []line{c2s("\x82\x81\xb2\x81\x01\x09emitBatch\x1c\x00")}},
		{"HTTP.WebDAV", tcp, 80, anyAddr, []line{c2s("PROPFIND /a HTTP/1.1\r\nHost: www.youtube.com\r\nUser-Agent: Mozilla\r\n\r\n")}},
		{"HTTP.MS-RPCH", tcp, 80, anyAddr, []line{c2s("RPC_IN_DATA /rpc HTTP/1.1\r\nHost: h.example\r\nUser-Agent: MSRPC\r\n\r\n")}},
		{"HTTP.OCSP", tcp, 80, anyAddr, []line{c2s("POST / HTTP/1.1\r\nHost: www.google.com\r\nUser-Agent: Mozilla\r\nContent-Type: application/ocsp-request\r\n\r\n")}},
		{"HTTP.YouTube", tcp, 80, anyAddr, []line{c2s("GET / HTTP/1.1\r\nHost: cdn.example\r\nUser-Agent: Mozilla\r\nOrigin: https://www.youtube.com\r\n\r\n")}},
		{"HTTP.ntop", tcp, 3000, anyAddr, []line{c2s(request("/", "")), s2c("HTTP/1.1 200 OK\r\nServer: ntopng 6.3\r\n\r\n")}},
		{"Modbus.UMAS", tcp, 502, anyAddr, []line{c2s("\x00\x01\x00\x00\x00\x05\x01\x5a\x00\x02\x00")}},
		{"ETHEREUM", tcp, 4444, anyAddr, []line{c2s(`{"worker": "", "jsonrpc": "2.0", "params": [], "id": 3, "method": "eth_getWork"}`)}},
		{"Mining", tcp, 4444, anyAddr, []line{c2s(`{"worker": "eth1.0", "jsonrpc": "2.0", "params": [], "id": 2, "method": "eth_submitLogin"}`)}},
		{"Usenet", tcp, 40000, anyAddr, []line{s2c("200 news.example.org ready\r\n"), c2s("MODE READER\r\n")}},
		{"OpenVPN", udp, 40000, anyAddr, []line{c2s("\x38ABCDEFGH\x00\x00\x00\x00\x00"), s2c("\x40HGFEDCBA\x00\x00\x00\x00\x00"), c2s("\x28ABCDEFGH\x00\x00\x00\x00\x00"), s2c("\x20HGFEDCBA\x00\x00\x00\x00\x00")}},
		{"Service_Location_Protocol", udp, 40000, anyAddr, []line{c2s("\x02\x01\x00\x00\x14\x20\x00\x00\x00\x00\x00\x01\x00\x02enabcd")}},
		{"IEC60870", tcp, 40000, anyAddr, []line{c2s("\x68\x04\x07\x00\x00\x00\x68\x04\x43\x00\x00\x00")}},
		{"IPSec", udp, 40000, anyAddr, []line{c2s("ABCDEFGH" + pad("", 8) + "\x21\x20\x22\x08\x00\x00\x00\x00\x00\x00\x00\x1c")}},
		{"FINS", udp, 40000, anyAddr, []line{c2s("\x80\x00\x02\x00\x01\x00\x00\x02\x00\x07\x01\x01")}},
		{"RMCP", udp, 40000, anyAddr, []line{c2s("\x06\x00\xff\x07\x00\x00\x00\x00")}},
		{"OpenFlow", tcp, 40000, anyAddr, []line{c2s("\x06\x00\x00\x08\x00\x00\x00\x01")}},
		{"TeamViewer", tcp, 40000, anyAddr, []line{c2s("\x17\x24\x01"), s2c("\x11\x30\x01"), c2s("\x17\x24\x02"), s2c("\x11\x30\x02")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := converse(t, e, c.proto, c.port)
			v.t.Server = c.server
			for _, l := range c.lines {
				v.send(l.client, []byte(l.text))
			}
			v.want(t, c.name, ConfidenceDPI)
		})
	}
}

func TestRDPTurnsIntoTLS(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	v := converse(t, e, tcp, 3389).
		say("\x03\x00\x00\x28\x23\xe0\x00\x00\x00\x00\x00Cookie: mstshash=me\r\n" + "\x01\x00\x08\x00\x03\x00\x00\x00").
		answer("\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00")
	if v.s.Meta() == nil || v.s.Meta().Info != "me" {
		t.Errorf("the user is %+v", v.s.Meta())
	}
	for _, p := range handshake(t, "desktop.example.org", 0x0304, nil, 1e9) {
		v.send(p.dir == 0, p.data)
	}
	v.want(t, "TLS.RDP", ConfidenceDPI)
	if v.s.Meta().JA4 == "" || !v.risk(riskDesktopOrFileSharingSession) {
		t.Error("the handshake was not read")
	}
}

func TestFTPTurnsSecure(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	v := converse(t, e, tcp, 21).answer("220 ready\r\n").say("AUTH TLS\r\n").answer("234 go ahead\r\n")
	for _, p := range handshake(t, "ftp.example.org", 0x0304, nil, 1e9) {
		v.send(p.dir == 0, p.data)
	}
	v.want(t, "FTPS", ConfidenceDPI)
	if v.s.Meta().JA4 == "" {
		t.Error("the handshake was not read")
	}
}

func TestCallMetadata(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	// XOR-MAPPED-ADDRESS of 192.0.2.1 port 32853, from RFC 5769, 2.2.
	stun := "\x01\x01\x00\x0c\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
	v := converse(t, e, udp, 3478).say("\x00\x01\x00\x00\x21\x12\xa4\x42" + stun[8:20]).answer(stun)
	if got := v.s.Meta(); got == nil || got.STUNMapped != netip.MustParseAddrPort("192.0.2.1:32853") {
		t.Errorf("mapped address: %+v", got)
	}
	v = converse(t, e, udp, 5060).say("INVITE sip:bob@example.org SIP/2.0\r\nFrom: \"Al\" <sip:al@example.org>;tag=1\r\nt: sip:bob@example.org\r\nCall-ID: 1@x\r\n\r\n")
	if m := v.s.Meta(); m == nil || m.SIPFrom != "sip:al@example.org" || m.SIPTo != "sip:bob@example.org" || m.SIPCallID != "1@x" {
		t.Errorf("SIP: %+v", m)
	}
	v = converse(t, e, tcp, 6881).say(peerHandshake + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x01\x23" + strings.Repeat("\xff", 18) + strings.Repeat("p", 20))
	if m := v.s.Meta(); m == nil || m.BitTorrentHash != "0123"+strings.Repeat("ff", 18) {
		t.Errorf("BitTorrent: %+v", m)
	}
}

func TestTCPFingerprint(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	v := converse(t, e, tcp, 22)
	syn := v.packet(true, nil)
	// The options of a Linux SYN: segment size 1460, selective acknowledgements,
	// timestamps, nothing, window scale 7.
	syn.TCPFlags, syn.TTL, syn.Window = 2, 57, 64240
	syn.L4 = append([]byte{12: 10 << 4, 19: 0}, "\x02\x04\x05\xb4\x04\x02\x08\x0a\x01\x02\x03\x04\x00\x00\x00\x00\x01\x03\x03\x07"...)
	syn.HeaderLen = uint8(len(syn.L4))
	e.Feed(v.s, v.t, syn, true)
	v.seq[0]++
	v.say("SSH-2.0-x\r\n").answer("SSH-2.0-y\r\n")
	e.GiveUp(v.s, v.t)
	if m := v.s.Meta(); m.TCPFingerprint != "2_64_64240_2e3cee914fc1" || m.OSHint != "Linux" {
		t.Errorf("got %q, %q", m.TCPFingerprint, m.OSHint)
	}
}
