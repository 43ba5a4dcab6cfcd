package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// quicKeys protect packets of one direction and level (RFC 9001, section 5).
type quicKeys struct {
	aead cipher.AEAD
	iv   []byte
	hp   cipher.Block
}

// quicSalt is the Initial salt of version 1 (RFC 9001, section 5.2).
var quicSalt = []byte{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a}

// expandLabel is HKDF-Expand-Label of TLS 1.3 (RFC 8446, section 7.1) with an
// empty context.
func expandLabel(h func() hash.Hash, secret []byte, label string, n int) ([]byte, error) {
	info := binary.BigEndian.AppendUint16(nil, uint16(n))
	info = append(info, byte(6+len(label)))
	info = append(append(info, "tls13 "+label...), 0)
	return hkdf.Expand(h, secret, string(info), n)
}

// newKeys derives packet protection keys from a secret of an AES-GCM suite.
func newKeys(suite uint16, secret []byte) (*quicKeys, error) {
	h, size := sha256.New, 16
	switch suite {
	case tls.TLS_AES_128_GCM_SHA256:
	case tls.TLS_AES_256_GCM_SHA384:
		h, size = sha512.New384, 32
	default:
		return nil, fmt.Errorf("no packet protection for cipher suite %#x", suite)
	}
	key, err1 := expandLabel(h, secret, "quic key", size)
	iv, err2 := expandLabel(h, secret, "quic iv", 12)
	hp, err3 := expandLabel(h, secret, "quic hp", size)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	k := &quicKeys{iv: iv}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	k.hp, err = aes.NewCipher(hp)
	return k, err
}

// initialKeys are those of the Initial packets of a side.
func initialKeys(dcid []byte, label string) (*quicKeys, error) {
	initial, err := hkdf.Extract(sha256.New, dcid, quicSalt)
	if err != nil {
		return nil, err
	}
	secret, err := expandLabel(sha256.New, initial, label, 32)
	if err != nil {
		return nil, err
	}
	return newKeys(tls.TLS_AES_128_GCM_SHA256, secret)
}

// seal encrypts a packet whose header ends in a packet number of two bytes.
func (k *quicKeys) seal(header []byte, number uint16, payload []byte) []byte {
	nonce := append([]byte{}, k.iv...)
	nonce[10] ^= byte(number >> 8)
	nonce[11] ^= byte(number)
	out := k.aead.Seal(append([]byte{}, header...), nonce, payload, header)
	at := len(header) - 2
	var mask [16]byte
	k.hp.Encrypt(mask[:], out[at+4:at+20])
	if out[0]&0x80 != 0 {
		out[0] ^= mask[0] & 0x0f
	} else {
		out[0] ^= mask[0] & 0x1f
	}
	out[at] ^= mask[1]
	out[at+1] ^= mask[2]
	return out
}

// long builds an Initial (0) or Handshake (2) packet with a CRYPTO frame.
func (k *quicKeys) long(kind byte, dcid, scid []byte, number uint16, offset int, crypto []byte, padTo int) []byte {
	payload := []byte{0x06}
	payload = binary.BigEndian.AppendUint32(payload, uint32(offset)|0x80000000)
	payload = binary.BigEndian.AppendUint16(payload, uint16(len(crypto))|0x4000)
	payload = append(payload, crypto...)
	h := append([]byte{0xc1 | kind<<4, 0, 0, 0, 1, byte(len(dcid))}, dcid...)
	h = append(append(h, byte(len(scid))), scid...)
	if kind == 0 {
		h = append(h, 0) // no token
	}
	for len(h)+4+len(payload)+16 < padTo {
		payload = append(payload, 0)
	}
	h = binary.BigEndian.AppendUint16(h, uint16(2+len(payload)+16)|0x4000)
	h = binary.BigEndian.AppendUint16(h, number)
	return k.seal(h, number, payload)
}

// quicSide is one end of a QUIC handshake.
type quicSide struct {
	conn    *tls.QUICConn
	id      []byte // connection ID that the other side sends to
	out     map[tls.QUICEncryptionLevel][]byte
	keys    map[tls.QUICEncryptionLevel]*quicKeys
	offsets map[tls.QUICEncryptionLevel]int
	numbers map[tls.QUICEncryptionLevel]uint16
	err     error
}

// pump takes what the TLS stack has to say.
func (s *quicSide) pump() {
	for {
		e := s.conn.NextEvent()
		switch e.Kind {
		case tls.QUICNoEvent:
			return
		case tls.QUICWriteData:
			s.out[e.Level] = append(s.out[e.Level], e.Data...)
		case tls.QUICSetWriteSecret:
			k, err := newKeys(e.Suite, e.Data)
			if err != nil {
				s.err = err
			}
			s.keys[e.Level] = k
		case tls.QUICTransportParametersRequired:
			s.conn.SetTransportParameters(transportParameters(s.id))
		}
	}
}

// transportParameters are a usual selection (RFC 9000, section 18.2): idle
// timeout, initial limits, source connection ID.
func transportParameters(scid []byte) []byte {
	b := []byte{0x01, 4, 0x80, 0, 0x75, 0x30, 0x04, 4, 0x80, 0x10, 0, 0, 0x05, 4, 0x80, 0x08, 0, 0, 0x08, 2, 0x40, 0x64, 0x09, 2, 0x40, 0x64}
	return append(append(b, 0x0f, byte(len(scid))), scid...)
}

// quic puts a QUIC version 1 connection on the LAN: a real handshake by the TLS
// stack, encrypted as RFC 9001 says, then 1-RTT packets, whose contents nobody
// could read anyway.
func (l *lan) quic(w *world, at time.Duration, id string, client *host, s site, v6 bool, rtt time.Duration, packets int) error {
	cc, sc, err := w.configs(id, s, "h3")
	if err != nil {
		return err
	}
	cc.MinVersion, sc.MinVersion, sc.MaxVersion = tls.VersionTLS13, tls.VersionTLS13, 0
	ids := w.stream("ids " + id)
	newSide := func(conn *tls.QUICConn) *quicSide {
		s := &quicSide{
			conn: conn, id: make([]byte, 8), out: map[tls.QUICEncryptionLevel][]byte{}, keys: map[tls.QUICEncryptionLevel]*quicKeys{},
			offsets: map[tls.QUICEncryptionLevel]int{}, numbers: map[tls.QUICEncryptionLevel]uint16{},
		}
		io.ReadFull(ids, s.id) // the stream never ends
		return s
	}
	c, srv := newSide(tls.QUICClient(&tls.QUICConfig{TLSConfig: cc})), newSide(tls.QUICServer(&tls.QUICConfig{TLSConfig: sc}))
	defer c.conn.Close()
	defer srv.conn.Close()
	odcid := make([]byte, 8)
	io.ReadFull(ids, odcid)
	for _, k := range []struct {
		side  *quicSide
		label string
	}{{c, "client in"}, {srv, "server in"}} {
		if k.side.keys[tls.QUICEncryptionLevelInitial], err = initialKeys(odcid, k.label); err != nil {
			return err
		}
	}
	ctx := context.Background()
	c.conn.SetTransportParameters(transportParameters(c.id))
	if err := errors.Join(c.conn.Start(ctx), srv.conn.Start(ctx)); err != nil {
		return err
	}
	port := client.nextPort()
	now := at
	dcid := odcid
	// flight sends what a side has to say at the handshake levels and gives it to
	// the other side's TLS stack.
	flight := func(from, to *quicSide, fromClient bool) error {
		from.pump()
		for _, level := range []tls.QUICEncryptionLevel{tls.QUICEncryptionLevelInitial, tls.QUICEncryptionLevelHandshake} {
			for len(from.out[level]) > 0 {
				part := from.out[level][:min(1000, len(from.out[level]))]
				from.out[level] = from.out[level][len(part):]
				kind, pad := byte(2), 0
				if level == tls.QUICEncryptionLevelInitial {
					kind, pad = 0, 1200
				}
				src, dst, sp, dp, peer := s.host, client, uint16(443), port, to.id
				if fromClient {
					src, dst, sp, dp, peer = client, s.host, port, 443, dcid
				}
				packet := from.keys[level].long(kind, peer, from.id, from.numbers[level], from.offsets[level], part, pad)
				from.numbers[level]++
				from.offsets[level] += len(part)
				l.udp(now, src, dst, v6, sp, dp, packet)
				now += 300 * time.Microsecond
				if err := to.conn.HandleData(level, part); err != nil {
					return err
				}
			}
		}
		return from.err
	}
	if err := flight(c, srv, true); err != nil {
		return err
	}
	now += rtt
	dcid = srv.id
	if err := flight(srv, c, false); err != nil {
		return err
	}
	now += time.Millisecond
	if err := flight(c, srv, true); err != nil {
		return err
	}
	noise := w.stream("quic " + id)
	for n := range packets {
		now += time.Duration(200+l.rnd.IntN(900)) * time.Microsecond
		body := make([]byte, 1200)
		src, dst, sp, dp, peer := s.host, client, uint16(443), port, c.id
		if n%5 == 0 {
			src, dst, sp, dp, peer = client, s.host, port, 443, srv.id
			body = body[:40+l.rnd.IntN(60)]
			now += rtt / 4
		}
		io.ReadFull(noise, body)
		keep := 0
		if n > 3 {
			keep = cutFrame
		}
		l.udpCut(now, src, dst, v6, sp, dp, append(append([]byte{0x41}, peer...), body...), keep)
	}
	return nil
}
