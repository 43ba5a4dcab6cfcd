package dpi

import "testing"

func TestCRC16(t *testing.T) {
	t.Parallel()
	// The check value of CRC-16/CCITT-FALSE in the catalogue of CRC algorithms.
	if got := crc16([]byte("123456789"), 0xffff); got != 0x29b1 {
		t.Errorf("got %#x", got)
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	for _, c := range []struct {
		proto uint8
		port  uint16
		first line
		want  string
		host  string
	}{
		{tcp, 4949, s2c("# munin node at node.example.org\n"), "Munin", "node.example.org"},
		{tcp, 43, c2s("example.org\r\n"), "Whois-DAS", "example.org"},
		{tcp, 6789, s2c("ceph v027"), "Ceph", ""},
		{tcp, 4880, c2s("HS\x00\x00\x00\x00\x00\x00" + pad("", 8)), "HiSLIP", ""},
		{tcp, 9999, c2s("\x00\x00\x00\x02\xd0\xf2"), "Unknown", ""},
		{udp, 9999, c2s("\xd0\xf2" + pad("", 8)), "TPLINK_SHP", ""},
		{udp, 8612, c2s("BJNP\x01"), "BJNP", ""},
		{udp, 4712, c2s("\xaa\x01\x00\x12" + pad("", 12) + "\x00\x00"), "Unknown", ""},
	} {
		v := converse(t, e, c.proto, c.port).send(c.first.client, []byte(c.first.text))
		r := v.s.Result()
		if got := e.Name(r); got != c.want {
			t.Errorf("port %d: got %s, want %s", c.port, got, c.want)
		}
		if c.host != "" && v.s.Meta().HostName != c.host {
			t.Errorf("port %d: host %q", c.port, v.s.Meta().HostName)
		}
	}
}
