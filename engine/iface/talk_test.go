package iface

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// message is a payload of a TCP connection, of the client unless back.
type message struct {
	back bool
	data string
}

// ask and answer make messages of the client and of the server.
func ask(data string) message    { return message{data: data} }
func answer(data string) message { return message{back: true, data: data} }

// talk is a TCP connection for a capture file.
type talk struct {
	client, server string
	cliPort, port  uint16
	messages       []message
}

// talks writes connections, one after the other, into a capture file; a message
// every 100 ms.
func talks(t *testing.T, list ...talk) (file string) {
	t.Helper()
	var buf bytes.Buffer
	w, err := capture.NewWriter(&buf, decode.LinkEthernet, false, 65535)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1700000000, 0)
	for _, c := range list {
		var next [2]uint32
		segment := func(back, syn, ack bool, data string) {
			ends, ports, way := [2]string{c.client, c.server}, [2]uint16{c.cliPort, c.port}, 0
			if back {
				ends[0], ends[1], ports[0], ports[1], way = ends[1], ends[0], ports[1], ports[0], 1
			}
			ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: net.ParseIP(ends[0]), DstIP: net.ParseIP(ends[1])}
			tcp := &layers.TCP{SrcPort: layers.TCPPort(ports[0]), DstPort: layers.TCPPort(ports[1]), Seq: next[way], Ack: next[1-way],
				SYN: syn, ACK: ack, PSH: data != "", Window: 65535}
			if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
				t.Fatal(err)
			}
			eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(way)}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(1 - way)},
				EthernetType: layers.EthernetTypeIPv4}
			frame := gopacket.NewSerializeBuffer()
			if err := gopacket.SerializeLayers(frame, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, eth, ip, tcp,
				gopacket.Payload(data)); err != nil {
				t.Fatal(err)
			}
			if err := w.Write(now.UnixNano(), frame.Bytes(), len(frame.Bytes())); err != nil {
				t.Fatal(err)
			}
			now = now.Add(100 * time.Millisecond)
			next[way] += uint32(len(data))
			if syn {
				next[way]++
			}
		}
		segment(false, true, false, "")
		segment(true, true, true, "")
		segment(false, false, true, "")
		for _, m := range c.messages {
			segment(m.back, false, true, m.data)
		}
	}
	file = filepath.Join(t.TempDir(), "talks.pcap")
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
