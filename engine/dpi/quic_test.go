package dpi

import (
	"bytes"
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"testing"
	"time"

	"ntopgo/engine/decode"
)

// TestQUICKeys checks the key schedule with the published vectors.
func TestQUICKeys(t *testing.T) {
	t.Parallel()
	dcid, _ := hex.DecodeString("8394c8f03e515708")
	for _, c := range []struct {
		name    string
		version uint32
		iv, hp  string
	}{
		{"RFC 9001, A.1", quicV1, "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"},
		{"RFC 9369, A.1", quicV2, "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"},
	} {
		k := newQUICKeys(c.version, dcid)
		hp, _ := hex.DecodeString(c.hp)
		block, err := aes.NewCipher(hp)
		if err != nil {
			t.Fatal(err)
		}
		var got, want [16]byte
		k.hp.Encrypt(got[:], got[:])
		block.Encrypt(want[:], want[:])
		if hex.EncodeToString(k.iv[:]) != c.iv || got != want {
			t.Errorf("%s: iv %x, header key differs: %v", c.name, k.iv, got != want)
		}
	}
	if newQUICKeys(0x12345678, dcid) != nil {
		t.Error("an unknown version has keys")
	}
}

// seal builds a client's Initial packet.
func seal(version uint32, dcid []byte, number byte, frames []byte) []byte {
	k := newQUICKeys(version, dcid)
	kind := byte(0)
	if version == quicV2 {
		kind = 1
	}
	if n := 1162 - len(frames); n > 0 {
		frames = append(frames, make([]byte, n)...)
	}
	length := 1 + len(frames) + 16
	head := []byte{0xc0 | kind<<4, byte(version >> 24), byte(version >> 16), byte(version >> 8), byte(version), byte(len(dcid))}
	head = append(head, dcid...)
	head = append(head, 0, 0, 0x40|byte(length>>8), byte(length), number)
	pn := len(head) - 1
	nonce := bytes.Clone(k.iv[:])
	nonce[11] ^= number
	packet := k.aead.Seal(bytes.Clone(head), nonce, frames, head)
	var mask [16]byte
	k.hp.Encrypt(mask[:], packet[pn+4:pn+20])
	packet[0] ^= mask[0] & 0x0f
	packet[pn] ^= mask[1]
	return packet
}

func cryptoFrame(off int, b []byte) []byte {
	return append([]byte{6, 0x80, byte(off >> 16), byte(off >> 8), byte(off), 0x40 | byte(len(b)>>8), byte(len(b))}, b...)
}

func TestQUIC(t *testing.T) {
	t.Parallel()
	hello := handshake(t, "www.youtube.com", tls.VersionTLS13, []string{"h3"}, time.Hour)[0].data[5:]
	half := len(hello) / 2
	dcid := []byte{1, 2, 3, 4, 5, 6, 7, 8}
	one := func(v uint32) [][]byte { return [][]byte{seal(v, dcid, 0, cryptoFrame(0, hello))} }
	for _, c := range []struct {
		name    string
		packets [][]byte
		want    string
	}{
		{"v1", one(quicV1), "QUIC.YouTube"},
		{"v2", one(quicV2), "QUIC.YouTube"},
		{"draft 29", one(0xff00001d), "QUIC.YouTube"},
		{"draft 27", one(0xff00001b), "QUIC.YouTube"},
		{"mvfst", one(mvfst27), "QUIC.YouTube"},
		{"frames out of order", [][]byte{seal(quicV1, dcid, 0, append(cryptoFrame(half, hello[half:]), append([]byte{1, 0, 0}, cryptoFrame(0, hello[:half])...)...))}, "QUIC.YouTube"},
		{"two datagrams", [][]byte{seal(quicV1, dcid, 0, cryptoFrame(0, hello[:half])), seal(quicV1, dcid, 1, cryptoFrame(half, hello[half:]))}, "QUIC.YouTube"},
		{"two datagrams, reversed", [][]byte{seal(quicV1, dcid, 1, cryptoFrame(half, hello[half:])), seal(quicV1, dcid, 0, cryptoFrame(0, hello[:half]))}, "QUIC.YouTube"},
		{"half a hello", [][]byte{seal(quicV1, dcid, 0, cryptoFrame(0, hello[:half]))}, "QUIC"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t, Config{})
			v := converse(t, e, decode.ProtoUDP, 8443).send(true, c.packets...)
			v.want(t, c.want, ConfidenceDPI)
			if c.want != "QUIC" && (v.s.Meta().HostName != "www.youtube.com" || v.s.Meta().JA4[0] != 'q') {
				t.Errorf("metadata %+v", v.s.Meta())
			}
		})
	}
}

func TestQUICDamaged(t *testing.T) {
	t.Parallel()
	hello := handshake(t, "www.youtube.com", tls.VersionTLS13, []string{"h3"}, time.Hour)[0].data[5:]
	packet := seal(quicV1, []byte{1, 2, 3, 4, 5, 6, 7, 8}, 0, cryptoFrame(0, hello))
	packet[len(packet)/2] ^= 1 // the seal breaks: the name must not be read
	e := newEngine(t, Config{})
	v := converse(t, e, decode.ProtoUDP, 8443).send(true, packet)
	v.want(t, "QUIC", ConfidenceDPI)
	if v.s.Meta() != nil {
		t.Errorf("metadata from a packet that does not authenticate: %+v", v.s.Meta())
	}
}

func TestGoogleQUIC(t *testing.T) {
	t.Parallel()
	sni := "www.youtube.com"
	tags := append([]byte("CHLO\x01\x00\x00\x00SNI\x00"), byte(len(sni)), 0, 0, 0)
	packet := append([]byte{0x09, 1, 2, 3, 4, 5, 6, 7, 8, 'Q', '0', '4', '3', 1}, make([]byte, 12)...)
	packet = append(append(packet, 0xa0, 1, 0, 0), append(tags, sni...)...)
	e := newEngine(t, Config{})
	converse(t, e, decode.ProtoUDP, 443).send(true, packet).want(t, "QUIC.YouTube", ConfidenceDPI)
}

func FuzzQUIC(f *testing.F) {
	f.Add(byte(0), cryptoFrame(0, []byte{1, 0, 0, 4, 3, 3, 0, 0}))
	f.Add(byte(1), []byte{2, 1, 2, 1, 3, 4, 5, 6, 0})
	versions := []uint32{quicV1, quicV2, 0xff00001d, quicT051}
	e := newEngine(f, Config{OnPanic: func(d string, v any) { panic(v) }})
	f.Fuzz(func(_ *testing.T, which byte, frames []byte) {
		if len(frames) > 1000 {
			return
		}
		s, t := e.NewState(), tuple(decode.ProtoUDP, 50000, 443)
		c := conversation{e: e, s: s, t: t}
		c.send(true, seal(versions[which%4], []byte{1, 2, 3, 4, 5, 6, 7, 8}, 0, frames), frames)
		e.GiveUp(s, t)
		e.Release(s)
	})
}

// TestHMAC compares the HMAC for small messages with the library's.
func TestHMAC(t *testing.T) {
	t.Parallel()
	b := make([]byte, 64)
	for n := range b {
		b[n] = byte(n * 7)
	}
	for _, key := range []int{0, 1, 20, 32, 64} {
		for _, size := range []int{0, 1, 25, 63, 64} {
			want := hmac.New(sha256.New, b[:key])
			want.Write(b[:size])
			if got := hashers.Get().(*hasher).hmac(b[:key], b[:size]); !bytes.Equal(got[:], want.Sum(nil)) {
				t.Errorf("key of %d bytes, message of %d: %x", key, size, got)
			}
		}
	}
}
