package decode

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
)

// brief is a packet in a few words, for tables.
func brief(p *Packet, h *Headers) string {
	s := ""
	switch p.Layer {
	case LayerNone:
		s = "none"
	case LayerLink:
		s = fmt.Sprintf("link %04x", h.EtherType)
	case LayerARP:
		a := p.ARP()
		s = fmt.Sprintf("arp %d %v>%v", a.Op, a.Sender, a.Target)
	case LayerNetwork:
		s = fmt.Sprintf("net %v>%v/%d", p.SrcAddr(), p.DstAddr(), p.Proto)
	case LayerTransport:
		s = fmt.Sprintf("%v:%d>%v:%d/%d", p.SrcAddr(), p.SrcPort, p.DstAddr(), p.DstPort, p.Proto)
	}
	if p.VLAN != 0 {
		s += fmt.Sprintf(" vlan %d", p.VLAN)
	}
	if p.PayloadLen != 0 {
		s += fmt.Sprintf(" %d", p.PayloadLen)
	}
	if b := p.Payload(); len(b) > 0 {
		s += fmt.Sprintf(" %q", b[:min(5, len(b))])
	}
	return s
}

const (
	outerUDP = "10.0.0.1:4000>10.0.0.2:53/17"
	innerUDP = "192.0.2.1:5000>192.0.2.2:53/17"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	dns := udp(4000, 53, "query")
	plain := ip4(ProtoUDP, dns)
	plain6 := ip6(ProtoUDP, dns)
	const plainOut, plain6Out = outerUDP + ` 5 "query"`, `2001:db8::1:4000>2001:db8::2:53/17 5 "query"`
	const innerOut = innerUDP + ` 5 "inner"`
	hop := func(next uint8, body []byte) []byte { return cat([]byte{next, 0, 1, 4, 0, 0, 0, 0}, body) }
	frag6 := func(next uint8, off uint16, body []byte) []byte { return cat([]byte{next, 0}, u16(off), u32(77), body) }
	vxlan := func(body []byte) []byte { return udp(50000, 4789, string(cat([]byte{8, 0, 0, 0, 0, 0, 42, 0}, body))) }
	gtp := func(flags, typ byte, rest []byte, body []byte) []byte {
		return udp(2152, 2152, string(cat([]byte{flags, typ}, u16(uint16(len(body))), u32(7), rest, body)))
	}
	capwapNative := []byte{0, 2 << 3, 1<<2 | 1, 0, 0, 0, 0, 0}
	data80211 := func(qos bool) []byte {
		h := cat([]byte{0x08, 0x01, 0, 0}, macB, macA, macD, []byte{0, 0})
		if qos {
			h[0] = 0x88
			h = append(h, 0, 0)
		}
		return h
	}
	for name, tc := range map[string]struct {
		link   LinkType
		frame  []byte
		want   string
		tunnel Tunnel
	}{
		"Ethernet":                 {LinkEthernet, eth(EtherIPv4, plain), plainOut, 0},
		"Ethernet IPv6":            {LinkEthernet, eth(EtherIPv6, plain6), plain6Out, 0},
		"ARP":                      {LinkEthernet, eth(EtherARP, arpRequest()), "arp 1 10.0.0.1>10.0.0.2", 0},
		"LLDP":                     {LinkEthernet, eth(0x88cc, []byte("x")), "link 88cc", 0},
		"STP":                      {LinkEthernet, eth(38, append([]byte{0x42, 0x42, 3}, make([]byte, 43)...)), "link 0000", 0},
		"SNAP":                     {LinkEthernet, eth(uint16(8+len(plain)), cat(snap(EtherIPv4, plain), make([]byte, 9))), plainOut, 0},
		"LLC IP":                   {LinkEthernet, eth(uint16(3+len(plain)), cat([]byte{6, 6, 3}, plain)), plainOut, 0},
		"802.1Q":                   {LinkEthernet, eth(EtherVLAN, vlan(7, EtherIPv4, plain)), outerUDP + ` vlan 7 5 "query"`, 0},
		"QinQ 88a8":                {LinkEthernet, eth(EtherQinQ, vlan(7, EtherVLAN, vlan(8, EtherIPv4, plain))), outerUDP + ` vlan 8 5 "query"`, 0},
		"QinQ 9100":                {LinkEthernet, eth(EtherQinQOld, vlan(7, EtherVLAN, vlan(9, EtherIPv4, plain))), outerUDP + ` vlan 9 5 "query"`, 0},
		"VLAN ARP":                 {LinkEthernet, eth(EtherVLAN, vlan(7, EtherARP, arpRequest())), "arp 1 10.0.0.1>10.0.0.2 vlan 7", 0},
		"MPLS IPv4":                {LinkEthernet, eth(EtherMPLS, mplsLabel(false, mplsLabel(true, plain))), plainOut, TunnelMPLS},
		"MPLS IPv6":                {LinkEthernet, eth(EtherMPLSMult, mplsLabel(true, plain6)), plain6Out, TunnelMPLS},
		"MPLS pseudowire":          {LinkEthernet, eth(EtherMPLS, mplsLabel(true, ethInner(EtherIPv4, plain))), plainOut, TunnelMPLS},
		"MPLS control word":        {LinkEthernet, eth(EtherMPLS, mplsLabel(true, cat(u32(0), ethInner(EtherVLAN, vlan(3, EtherIPv4, plain))))), outerUDP + ` vlan 3 5 "query"`, TunnelMPLS},
		"MPLS unknown":             {LinkEthernet, eth(EtherMPLS, mplsLabel(true, []byte{0x99, 1, 2})), "link 8847", 0},
		"PPPoE session":            {LinkEthernet, eth(EtherPPPoE, cat([]byte{0x11, 0}, u16(1), u16(uint16(2+len(plain))), u16(0x0021), plain, []byte{0, 0})), plainOut, TunnelPPPoE},
		"PPPoE IPv6, short proto":  {LinkEthernet, eth(EtherPPPoE, cat([]byte{0x11, 0}, u16(1), u16(uint16(1+len(plain6))), []byte{0x57}, plain6)), plain6Out, TunnelPPPoE},
		"PPPoE LCP":                {LinkEthernet, eth(EtherPPPoE, cat([]byte{0x11, 0}, u16(1), u16(6), u16(0xc021), u32(0))), "link 8864", TunnelPPPoE},
		"PPPoE discovery":          {LinkEthernet, eth(EtherPPPoEDis, cat([]byte{0x11, 9}, u32(0))), "link 8863", 0},
		"cooked v1":                {LinkLinuxSLL, cat(u16(0), u16(1), u16(6), macA, []byte{0, 0}, u16(EtherIPv4), plain), plainOut, 0},
		"cooked v1 VLAN":           {LinkLinuxSLL, cat(u16(0), u16(1), u16(6), macA, []byte{0, 0}, u16(EtherVLAN), vlan(5, EtherIPv4, plain)), outerUDP + ` vlan 5 5 "query"`, 0},
		"cooked v2":                {LinkLinuxSLL2, cat(u16(EtherIPv6), u16(0), u32(3), u16(1), []byte{0, 6}, macA, []byte{0, 0}, plain6), plain6Out, 0},
		"raw IPv4":                 {LinkRaw, plain, plainOut, 0},
		"raw 12 IPv6":              {LinkRaw12, plain6, plain6Out, 0},
		"LINKTYPE_IPV6":            {LinkIPv6, plain6, plain6Out, 0},
		"null little endian":       {LinkNull, cat([]byte{2, 0, 0, 0}, plain), plainOut, 0},
		"null big endian Darwin 6": {LinkNull, cat([]byte{0, 0, 0, 30}, plain6), plain6Out, 0},
		"null other family":        {LinkNull, cat([]byte{7, 0, 0, 0}, plain), "link 0000", 0},
		"loop":                     {LinkLoop, cat([]byte{0, 0, 0, 2}, plain), plainOut, 0},
		"ENC":                      {LinkENC, cat(make([]byte, 12), plain), plainOut, 0},
		"PPP":                      {LinkPPP, cat([]byte{0xff, 3}, u16(0x0021), plain), plainOut, 0},
		"PPP bare":                 {LinkPPP, cat(u16(0x0057), plain6), plain6Out, 0},
		"PPP with Cisco HDLC":      {LinkPPPHDLC, cat([]byte{0x0f, 0}, u16(EtherIPv4), plain), plainOut, 0},
		"Cisco HDLC":               {LinkCHDLC, cat([]byte{0x0f, 0}, u16(EtherIPv4), plain), plainOut, 0},
		"Cisco SLARP":              {LinkCHDLC, cat([]byte{0x8f, 0}, u16(0x8035), make([]byte, 18)), "link 8035", 0},
		"PPPoE link":               {LinkPPPoE, cat([]byte{0x11, 0}, u16(1), u16(uint16(2+len(plain))), u16(0x0021), plain), plainOut, TunnelPPPoE},
		"802.11":                   {LinkWiFi, cat(data80211(false), snap(EtherIPv4, plain)), plainOut, 0},
		"802.11 QoS":               {LinkWiFi, cat(data80211(true), snap(EtherIPv4, plain)), plainOut, 0},
		"802.11 beacon":            {LinkWiFi, append([]byte{0x80, 0}, make([]byte, 40)...), "link 0000", 0},
		"radiotap with FCS, pad":   {LinkRadiotap, cat([]byte{0, 0, 17, 0, 3, 0, 0, 0}, make([]byte, 8), []byte{0x30}, data80211(true), []byte{0, 0}, snap(EtherIPv4, plain), u32(0xdeadbeef)), plainOut, 0},

		"IPv4 padding":        {LinkEthernet, cat(eth(EtherIPv4, plain), make([]byte, 20)), plainOut, 0},
		"IPv4 length 0":       {LinkRaw, cat(plain[:2], []byte{0, 0}, plain[4:]), plainOut, 0},
		"IPv6 length 0":       {LinkRaw, cat(plain6[:4], []byte{0, 0}, plain6[6:]), plain6Out, 0},
		"IPv6 hop-by-hop":     {LinkRaw, ip6(0, hop(ProtoUDP, dns)), plain6Out, 0},
		"IPv6 three headers":  {LinkRaw, ip6(0, hop(60, hop(43, hop(ProtoUDP, dns)))), plain6Out, 0},
		"IPv6 first fragment": {LinkRaw, ip6(44, frag6(ProtoUDP, 1, dns)), plain6Out, 0},
		"IPv6 later fragment": {LinkRaw, ip6(44, frag6(ProtoUDP, 8, dns)), `net 2001:db8::1>2001:db8::2/17 13 "\x0f\xa0\x005\x00"`, 0},
		"IPv6 atomic":         {LinkRaw, ip6(44, frag6(ProtoUDP, 0, dns)), plain6Out, 0},
		"IPv6 no next header": {LinkRaw, ip6(59, nil), "net 2001:db8::1>2001:db8::2/59", 0},
		"AH":                  {LinkRaw, ip4(ProtoAH, []byte("abcdef")), `net 10.0.0.1>10.0.0.2/51 6 "abcde"`, 0},
		"TCP":                 {LinkRaw, ip4(ProtoTCP, tcp(1, 2, SYN, nil, "hello")), `10.0.0.1:1>10.0.0.2:2/6 5 "hello"`, 0},
		"TCP options":         {LinkRaw, ip4(ProtoTCP, tcp(1, 2, SYN, make([]byte, 12), "hello")), `10.0.0.1:1>10.0.0.2:2/6 5 "hello"`, 0},
		"SCTP":                {LinkRaw, ip4(ProtoSCTP, cat(u16(5), u16(6), make([]byte, 8), []byte("chunk"))), `10.0.0.1:5>10.0.0.2:6/132 5 "chunk"`, 0},
		"ICMP":                {LinkRaw, ip4(ProtoICMP, cat([]byte{8, 0}, make([]byte, 6), []byte("ping!"))), `10.0.0.1:0>10.0.0.2:0/1 5 "ping!"`, 0},
		"ICMPv6":              {LinkRaw, ip6(ProtoICMPv6, cat([]byte{128, 0}, make([]byte, 6), []byte("ping!"))), `2001:db8::1:0>2001:db8::2:0/58 5 "ping!"`, 0},
		"IGMP":                {LinkRaw, ip4(ProtoIGMP, []byte{0x16, 0, 0, 0, 224, 0, 0, 251}), "10.0.0.1:0>10.0.0.2:0/2", 0},

		"GRE":                    {LinkRaw, ip4(ProtoGRE, gre(0, EtherIPv4, 0, inner4())), innerOut, TunnelGRE},
		"GRE key, sum, sequence": {LinkRaw, ip4(ProtoGRE, gre(0xb000, EtherIPv4, 12, inner4())), innerOut, TunnelGRE},
		"GRE IPv6":               {LinkRaw, ip4(ProtoGRE, gre(0, EtherIPv6, 0, plain6)), plain6Out, TunnelGRE},
		"GRE over IPv6":          {LinkRaw, ip6(ProtoGRE, gre(0, EtherIPv4, 0, inner4())), innerOut, TunnelGRE},
		"GRE Ethernet":           {LinkRaw, ip4(ProtoGRE, gre(0, EtherTEB, 0, ethInner(EtherVLAN, vlan(4, EtherIPv4, inner4())))), innerUDP + ` vlan 4 5 "inner"`, TunnelGRE},
		"GRE MPLS":               {LinkRaw, ip4(ProtoGRE, gre(0, EtherMPLS, 0, mplsLabel(true, inner4()))), innerOut, TunnelMPLS},
		"ERSPAN I":               {LinkRaw, ip4(ProtoGRE, gre(0, greERSPAN2, 0, ethInner(EtherIPv4, inner4()))), innerOut, TunnelERSPAN},
		"ERSPAN II":              {LinkRaw, ip4(ProtoGRE, gre(0x1000, greERSPAN2, 4+8, ethInner(EtherIPv4, inner4()))), innerOut, TunnelERSPAN},
		"ERSPAN III":             {LinkRaw, ip4(ProtoGRE, gre(0x1000, greERSPAN3, 4+12, ethInner(EtherIPv4, inner4()))), innerOut, TunnelERSPAN},
		"ERSPAN III platform":    {LinkRaw, ip4(ProtoGRE, gre(0x1000, greERSPAN3, 4, cat(make([]byte, 11), []byte{1}, make([]byte, 8), ethInner(EtherIPv4, inner4())))), innerOut, TunnelERSPAN},
		"PPTP data":              {LinkRaw, ip4(ProtoGRE, gre(0x3081, grePPP, 12, cat([]byte{0xff, 3, 0x21}, inner4()))), innerOut, TunnelGRE},
		"PPTP compressed":        {LinkRaw, ip4(ProtoGRE, gre(0x3001, grePPP, 8, []byte{0xff, 3, 0, 0xfd, 1, 2})), "net 10.0.0.1>10.0.0.2/47 18 \"0\\x01\\x88\\v\\x00\"", 0},
		"GRE unknown":            {LinkRaw, ip4(ProtoGRE, gre(0, 0x1234, 0, []byte("x"))), "net 10.0.0.1>10.0.0.2/47 5 \"\\x00\\x00\\x124x\"", 0},
		"IPIP":                   {LinkRaw, ip4(ProtoIPIP, inner4()), innerOut, TunnelIPIP},
		"6in4":                   {LinkRaw, ip4(ProtoIPv6, plain6), plain6Out, TunnelIPIP},
		"4in6":                   {LinkRaw, ip6(ProtoIPIP, inner4()), innerOut, TunnelIPIP},
		"VXLAN":                  {LinkRaw, ip4(ProtoUDP, vxlan(ethInner(EtherIPv4, inner4()))), innerOut, TunnelVXLAN},
		"VXLAN ARP":              {LinkRaw, ip4(ProtoUDP, vxlan(ethInner(EtherARP, arpRequest()))), "arp 1 10.0.0.1>10.0.0.2", TunnelVXLAN},
		"VXLAN that is not":      {LinkRaw, ip4(ProtoUDP, vxlan(bytes.Repeat([]byte{0x5a}, 40))), "10.0.0.1:50000>10.0.0.2:4789/17 48 \"\\b\\x00\\x00\\x00\\x00\"", 0},
		"GTP-U":                  {LinkRaw, ip4(ProtoUDP, gtp(0x30, 0xff, nil, inner4())), innerOut, TunnelGTP},
		"GTP-U sequence":         {LinkRaw, ip4(ProtoUDP, gtp(0x32, 0xff, u32(0), inner4())), innerOut, TunnelGTP},
		"GTP-U extension":        {LinkRaw, ip4(ProtoUDP, gtp(0x34, 0xff, []byte{0, 0, 0, 0x85, 1, 0, 9, 0x85, 2, 0, 0, 0, 0, 0, 0, 0}, inner4())), innerOut, TunnelGTP},
		"GTP-U IPv6":             {LinkRaw, ip4(ProtoUDP, gtp(0x30, 0xff, nil, plain6)), plain6Out, TunnelGTP},
		"GTP-U echo":             {LinkRaw, ip4(ProtoUDP, gtp(0x32, 1, u32(0), nil)), "10.0.0.1:2152>10.0.0.2:2152/17 12 \"2\\x01\\x00\\x00\\x00\"", 0},
		"TZSP":                   {LinkRaw, ip4(ProtoUDP, udp(40000, 37008, string(cat([]byte{1, 0, 0, 1, 0, 10, 1, 5, 1}, ethInner(EtherIPv4, inner4()))))), innerOut, TunnelTZSP},
		"TZSP 802.11":            {LinkRaw, ip4(ProtoUDP, udp(40000, 37008, string(cat([]byte{1, 0, 0, 0x12, 1}, data80211(true), snap(EtherIPv4, inner4()))))), innerOut, TunnelTZSP},
		"CAPWAP 802.11":          {LinkRaw, ip4(ProtoUDP, udp(40000, 5247, string(cat(capwapNative, data80211(false), snap(EtherIPv4, inner4()))))), innerOut, TunnelCAPWAP},
		"CAPWAP 802.11 QoS":      {LinkRaw, ip4(ProtoUDP, udp(5247, 40000, string(cat(capwapNative, data80211(true), snap(EtherIPv4, inner4()))))), innerOut, TunnelCAPWAP},
		"CAPWAP 802.3":           {LinkRaw, ip4(ProtoUDP, udp(5247, 40000, string(cat([]byte{0, 2 << 3, 0, 0, 0, 0, 0, 0}, ethInner(EtherIPv4, inner4()))))), innerOut, TunnelCAPWAP},
		"CAPWAP keep-alive":      {LinkRaw, ip4(ProtoUDP, udp(5247, 40000, string(append([]byte{0, 2 << 3, 0, 8}, make([]byte, 30)...)))), "10.0.0.1:5247>10.0.0.2:40000/17 34 \"\\x00\\x10\\x00\\b\\x00\"", 0},
		"L2TP":                   {LinkRaw, ip4(ProtoUDP, udp(1701, 1701, string(cat(u16(0x4802), u16(100), u32(1), u32(0), []byte{0xff, 3, 0, 0x21}, inner4())))), innerOut, TunnelL2TP},
		"L2TP control":           {LinkRaw, ip4(ProtoUDP, udp(1701, 1701, string(cat(u16(0xc802), make([]byte, 10))))), "10.0.0.1:1701>10.0.0.2:1701/17 12 \"\\xc8\\x02\\x00\\x00\\x00\"", 0},
		"EoIP":                   {LinkRaw, ip4(ProtoUDP, udp(16667, 16667, string(cat(make([]byte, 12), ethInner(EtherIPv4, inner4()))))), innerOut, TunnelEoIP},
		"two tunnels":            {LinkRaw, ip4(ProtoGRE, gre(0, EtherIPv4, 0, ip4(ProtoUDP, vxlan(ethInner(EtherIPv4, inner4()))))), innerOut, TunnelVXLAN},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p Packet
			var h Headers
			if r := (Options{}).Decode(tc.link, tc.frame, len(tc.frame), &p, &h); r != ReasonNone {
				t.Fatalf("reason %d, %s", r, brief(&p, &h))
			}
			if got := brief(&p, &h); got != tc.want || p.Tunnel != tc.tunnel {
				t.Errorf("%s, tunnel %d; want %s, tunnel %d", got, p.Tunnel, tc.want, tc.tunnel)
			}
		})
	}
}

func TestDecodeFields(t *testing.T) {
	t.Parallel()
	options := []byte{2, 4, 5, 0xb4}
	ip := ip4(ProtoTCP, tcp(443, 50000, SYN|ACK, options, "data"))
	frame := cat(eth(EtherVLAN, vlan(300, EtherIPv4, ip)), make([]byte, 4))
	p, h := Packet{Time: 42, ICMPType: 9, HasMPLS: true}, Headers{FragOffset: 3}
	if r := (Options{}).Decode(LinkEthernet, frame, len(frame), &p, &h); r != ReasonNone {
		t.Fatal(r)
	}
	want := Packet{
		WireLen: int32(len(frame)), Layer: LayerTransport,
		HasMAC: true, SrcMAC: [6]byte(macA), DstMAC: [6]byte(macB), VLAN: 300,
		IPVersion: 4, Src: netip.MustParseAddr("10.0.0.1").As16(), Dst: netip.MustParseAddr("10.0.0.2").As16(), Proto: ProtoTCP,
		TOS: 0x2e, TTL: 63, SrcPort: 443, DstPort: 50000,
		TCPFlags: SYN | ACK, Seq: 1000, Window: 512, PayloadLen: 4,
		L4: ip[20:], HeaderLen: 24,
	}
	if want := (Headers{LinkLen: 18, IPLen: int32(len(ip)), IPID: 0x1234, EtherType: EtherIPv4, DontFrag: true}); h != want {
		t.Errorf("%+v, want %+v", h, want)
	}
	if string(p.Payload()) != "data" {
		t.Errorf("payload %q", p.Payload())
	}
	if got, want := fmt.Sprintf("%+v", p), fmt.Sprintf("%+v", want); got != want {
		t.Errorf("\n%s, want\n%s", got, want)
	}
	if !bytes.Equal(p.TCPOptions(), options) {
		t.Errorf("TCP options %x", p.TCPOptions())
	}
	six := ip6(ProtoUDP, udp(1, 2, ""))
	Options{}.Decode(LinkRaw, six, len(six), &p, &h)
	if p.TOS != 0x2e || p.TTL != 61 || h.IPLen != 48 || h.DontFrag || p.VLAN != 0 || p.HasMAC || p.TCPOptions() != nil {
		t.Errorf("IPv6: %+v", p)
	}
}

func TestTunnelMACs(t *testing.T) {
	t.Parallel()
	frame := eth(EtherIPv4, ip4(ProtoGRE, gre(0, EtherTEB, 0, ethInner(EtherIPv4, inner4()))))
	var p Packet
	Decode(LinkEthernet, frame, len(frame), &p)
	if p.SrcMAC != [6]byte(macC) || p.DstMAC != [6]byte(macD) {
		t.Errorf("MACs %x > %x, want those of the inner frame", p.SrcMAC, p.DstMAC)
	}
	frame = eth(EtherIPv4, ip4(ProtoIPIP, inner4()))
	Decode(LinkEthernet, frame, len(frame), &p)
	if p.SrcMAC != [6]byte(macA) || p.SrcAddr() != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("MAC %x, source %v: want the outer MAC and the inner address", p.SrcMAC, p.SrcAddr())
	}
}

func TestWiFiAddresses(t *testing.T) {
	t.Parallel()
	a1, a2, a3, a4 := macA, macB, macC, macD
	for _, tc := range []struct {
		flags    byte
		dst, src []byte
	}{{0, a1, a2}, {1, a3, a2}, {2, a1, a3}, {3, a3, a4}} {
		frame := cat([]byte{0x08, tc.flags, 0, 0}, a1, a2, a3, []byte{0, 0})
		if tc.flags == 3 {
			frame = append(frame, a4...)
		}
		frame = append(frame, snap(EtherIPv4, inner4())...)
		var p Packet
		r := Decode(LinkWiFi, frame, len(frame), &p)
		if r != ReasonNone || !bytes.Equal(p.DstMAC[:], tc.dst) || !bytes.Equal(p.SrcMAC[:], tc.src) || p.DstPort != 53 {
			t.Errorf("distribution bits %d: %d, %x > %x", tc.flags, r, p.SrcMAC, p.DstMAC)
		}
	}
}

func TestKeepTunnels(t *testing.T) {
	t.Parallel()
	o := Options{KeepTunnels: true}
	var p Packet
	var h Headers
	frame := eth(EtherMPLS, mplsLabel(true, ip4(ProtoGRE, gre(0, EtherIPv4, 0, inner4()))))
	if r := o.Decode(LinkEthernet, frame, len(frame), &p, &h); r != ReasonNone || p.Proto != ProtoGRE || p.SrcAddr() != netip.MustParseAddr("10.0.0.1") {
		t.Errorf("reason %d, %s", r, brief(&p, &Headers{}))
	}
	frame = ip4(ProtoUDP, udp(2152, 2152, "0\xff\x00\x00\x00\x00\x00\x07"+string(inner4())))
	if r := o.Decode(LinkRaw, frame, len(frame), &p, &h); r != ReasonNone || p.SrcPort != 2152 {
		t.Errorf("reason %d, %s", r, brief(&p, &Headers{}))
	}
}

func TestTunnelDepth(t *testing.T) {
	t.Parallel()
	frame := inner4()
	for range MaxTunnels {
		frame = ip4(ProtoIPIP, frame)
	}
	var p Packet
	if r := Decode(LinkRaw, frame, len(frame), &p); r != ReasonNone || p.DstPort != 53 {
		t.Errorf("%d tunnels: reason %d, %s", MaxTunnels, r, brief(&p, &Headers{}))
	}
	frame = ip4(ProtoIPIP, frame)
	if r := Decode(LinkRaw, frame, len(frame), &p); r != ReasonTunnelDepth || p.Proto != ProtoIPIP || p.Layer != LayerNetwork {
		t.Errorf("one more: reason %d, %s", r, brief(&p, &Headers{}))
	}
}

func TestDecodeDamage(t *testing.T) {
	t.Parallel()
	tcpFrame := eth(EtherIPv4, ip4(ProtoTCP, tcp(1, 2, SYN, make([]byte, 8), "hello")))
	udp6 := eth(EtherIPv6, ip6(ProtoUDP, udp(4000, 53, "query")))
	edit := func(frame []byte, off int, b ...byte) []byte {
		out := bytes.Clone(frame)
		copy(out[off:], b)
		return out
	}
	for name, tc := range map[string]struct {
		frame  []byte
		cut    int // captured bytes, 0 for all
		reason Reason
		layer  Layer
		ports  bool
	}{
		"empty":               {nil, 0, ReasonEmpty, LayerNone, false},
		"Ethernet":            {tcpFrame, 13, ReasonTruncatedLink, LayerNone, false},
		"IPv4 missing":        {tcpFrame, 14, ReasonTruncatedNet, LayerLink, false},
		"IPv4 header":         {tcpFrame, 33, ReasonTruncatedNet, LayerLink, false},
		"TCP missing":         {tcpFrame, 34, ReasonTruncatedL4, LayerNetwork, false},
		"TCP ports only":      {tcpFrame, 40, ReasonTruncatedL4, LayerNetwork, true},
		"TCP without options": {tcpFrame, 54, ReasonNone, LayerTransport, true},
		"TCP payload":         {tcpFrame, 64, ReasonNone, LayerTransport, true},
		"IPv6 header":         {udp6, 50, ReasonTruncatedNet, LayerLink, false},
		"UDP header":          {udp6, 60, ReasonTruncatedL4, LayerNetwork, true},
		"UDP payload":         {udp6, 62, ReasonNone, LayerTransport, true},
		"IP version":          {edit(tcpFrame, 14, 0x65), 0, ReasonMalformed, LayerLink, false},
		"IP header length":    {edit(tcpFrame, 14, 0x44), 0, ReasonMalformed, LayerLink, false},
		"IP total length":     {edit(tcpFrame, 16, 0, 19), 0, ReasonMalformed, LayerLink, false},
		"IP options beyond":   {edit(ip4(ProtoTCP, nil), 0, 0x46), 0, ReasonUnsupportedLink, LayerNone, false},
		"TCP header length":   {edit(tcpFrame, 14+20+12, 0x40), 0, ReasonMalformed, LayerTransport, true},
		"TCP header too long": {edit(tcpFrame, 14+20+12, 0xf0), 0, ReasonMalformed, LayerTransport, true},
		"IPv6 version":        {edit(udp6, 14, 0x45), 0, ReasonMalformed, LayerLink, false},
		"ARP":                 {eth(EtherARP, arpRequest()), 30, ReasonTruncatedNet, LayerLink, false},
		"VLAN":                {eth(EtherVLAN, vlan(1, EtherIPv4, nil)), 16, ReasonTruncatedLink, LayerLink, false},
		"MPLS":                {eth(EtherMPLS, mplsLabel(false, nil)), 0, ReasonTruncatedLink, LayerLink, false},
		"VLANs without end":   {eth(EtherVLAN, bytes.Repeat([]byte{0, 1, 0x81, 0}, 30)), 0, ReasonMalformed, LayerLink, false},
		"PPPoE version":       {eth(EtherPPPoE, make([]byte, 30)), 0, ReasonMalformed, LayerLink, false},
		"IPv6 header chain":   {eth(EtherIPv6, ip6(0, bytes.Repeat([]byte{0, 0, 0, 0, 0, 0, 0, 0}, 40))), 0, ReasonMalformed, LayerNetwork, false},
		"IPv6 header beyond":  {eth(EtherIPv6, ip6(0, []byte{17, 200, 0, 0, 0, 0, 0, 0})), 0, ReasonTruncatedNet, LayerNetwork, false},
		"ICMP":                {eth(EtherIPv4, ip4(ProtoICMP, []byte{8, 0})), 0, ReasonTruncatedL4, LayerNetwork, false},
		"GRE":                 {eth(EtherIPv4, ip4(ProtoGRE, []byte{0x30, 0, 8, 0, 1})), 0, ReasonTruncatedL4, LayerNetwork, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			link := LinkEthernet
			if tc.reason == ReasonUnsupportedLink {
				link = 999
			}
			frame := tc.frame
			if tc.cut > 0 {
				frame = frame[:tc.cut]
			}
			var p Packet
			r := Decode(link, frame, len(tc.frame), &p)
			if r != tc.reason || p.Layer != tc.layer || (p.SrcPort != 0) != tc.ports {
				t.Errorf("reason %d, layer %d, source port %d; want reason %d, layer %d", r, p.Layer, p.SrcPort, tc.reason, tc.layer)
			}
		})
	}
}

// TestCutPayload checks that what was not captured still counts.
func TestCutPayload(t *testing.T) {
	t.Parallel()
	frame := eth(EtherIPv4, ip4(ProtoTCP, tcp(1, 2, ACK, nil, "0123456789")))
	var p Packet
	var h Headers
	Decode(LinkEthernet, frame[:len(frame)-4], len(frame), &p)
	if p.PayloadLen != 10 || string(p.Payload()) != "012345" || int(p.WireLen) != len(frame) {
		t.Errorf("payload %q of %d, of a frame of %d", p.Payload(), p.PayloadLen, p.WireLen)
	}
	// A length that the frame does not have counts no more than the frame.
	frame[16], frame[17] = 0xff, 0xff
	Options{}.Decode(LinkEthernet, frame, len(frame), &p, &h)
	if p.PayloadLen != 10 || h.IPLen != 0xffff {
		t.Errorf("payload length %d, IP length %d", p.PayloadLen, h.IPLen)
	}
}

func TestFragmentPorts(t *testing.T) {
	type decoded struct {
		Packet
		Headers
	}
	fragment := func(off, more int, id uint16, body []byte) *decoded {
		b := ip4(ProtoUDP, body)
		b[4], b[5] = byte(id>>8), byte(id)
		b[6], b[7] = byte(off/8>>8)|byte(more<<5), byte(off/8)
		p := &decoded{}
		if r := (Options{}).Decode(LinkRaw, b, len(b), &p.Packet, &p.Headers); r != ReasonNone {
			t.Fatal(r)
		}
		p.Time = 1e9
		return p
	}
	f := NewFragmentPorts(64, 0)
	apply := func(p *decoded) bool { return f.Apply(&p.Packet, p.IPID) }
	first := fragment(0, 1, 7, udp(4000, 53, "12345678"))
	if !first.Fragment || !first.FirstFrag || !apply(first) {
		t.Fatalf("first fragment: %+v", first)
	}
	later := fragment(16, 0, 7, []byte("rest"))
	if later.SrcPort != 0 || later.FragOffset != 16 || later.FirstFrag || later.PayloadLen != 4 {
		t.Fatalf("later fragment: %+v", later)
	}
	if !apply(later) || later.SrcPort != 4000 || later.DstPort != 53 {
		t.Errorf("ports of a later fragment: %d %d", later.SrcPort, later.DstPort)
	}
	if other := fragment(16, 0, 8, []byte("rest")); apply(other) || other.SrcPort != 0 {
		t.Error("another datagram got ports")
	}
	late := fragment(16, 0, 7, []byte("rest"))
	late.Time = 40e9
	if apply(late) {
		t.Error("forgotten datagram got ports")
	}
	whole := fragment(0, 0, 9, udp(1, 2, ""))
	if !apply(whole) || whole.Fragment {
		t.Error("a whole datagram is no fragment")
	}
	// However many datagrams there are, the memory keeps its size, and the
	// newest are in it.
	for id := range uint16(10000) {
		p := fragment(0, 1, id, udp(id, 53, "12345678"))
		p.Time = int64(id)*1000 + 1
		apply(p)
	}
	p := fragment(16, 0, 9999, []byte("rest"))
	if !apply(p) || p.SrcPort != 9999 {
		t.Error("the newest datagram is not remembered")
	}
	if n := len(f.buckets) * fragWays; n != 64 {
		t.Errorf("%d entries, want 64", n)
	}
	if n := testing.AllocsPerRun(100, func() { apply(first); apply(later) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// benchFrames are the frames whose decoding must not allocate.
func benchFrames() map[string][]byte {
	return map[string][]byte{
		"tcp4":  eth(EtherIPv4, ip4(ProtoTCP, tcp(1, 2, ACK, make([]byte, 12), "payload"))),
		"udp6":  eth(EtherIPv6, ip6(ProtoUDP, udp(1, 2, "payload"))),
		"vlan":  eth(EtherVLAN, vlan(7, EtherIPv4, ip4(ProtoTCP, tcp(1, 2, ACK, nil, "payload")))),
		"vxlan": eth(EtherIPv4, ip4(ProtoUDP, udp(50000, 4789, string(cat([]byte{8, 0, 0, 0, 0, 0, 42, 0}, ethInner(EtherIPv4, inner4())))))),
		"arp":   eth(EtherARP, arpRequest()),
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	for name, frame := range benchFrames() {
		var p Packet
		if n := testing.AllocsPerRun(100, func() { Decode(LinkEthernet, frame, len(frame), &p) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, frame := range benchFrames() {
		b.Run(name, func(b *testing.B) {
			var p Packet
			b.ReportAllocs()
			for b.Loop() {
				Decode(LinkEthernet, frame, len(frame), &p)
			}
		})
	}
}

// FuzzDecode feeds arbitrary frames of every link type: no panic, slices within
// the frame, lengths that fit, and the same answer with and without the short way
// for plain frames.
func FuzzDecode(f *testing.F) {
	for _, frame := range benchFrames() {
		f.Add(uint16(LinkEthernet), frame, 0)
	}
	f.Add(uint16(LinkRadiotap), cat([]byte{0, 0, 9, 0, 2, 0, 0, 0, 0x10}, make([]byte, 40)), 10)
	f.Add(uint16(LinkRaw), ip4(ProtoGRE, gre(0x1000, greERSPAN3, 16, ethInner(EtherIPv4, inner4()))), 0)
	f.Add(uint16(LinkRaw), ip4(ProtoUDP, udp(1701, 1701, string(cat(u16(0x4b02), make([]byte, 40))))), 0)
	f.Fuzz(func(t *testing.T, link uint16, frame []byte, more int) {
		wire := len(frame) + max(0, min(more, 1<<16))
		var p Packet
		var h Headers
		r := Options{}.Decode(LinkType(link), frame, wire, &p, &h)
		if r >= ReasonCount || int(p.WireLen) != wire {
			t.Fatalf("reason %d, length %d", r, p.WireLen)
		}
		if n := len(p.Payload()); p.PayloadLen < 0 || int(p.PayloadLen) > wire || n > int(p.PayloadLen) || len(p.L4) > len(frame) {
			t.Fatalf("payload %d of %d, transport %d, of a frame of %d", n, p.PayloadLen, len(p.L4), wire)
		}
		if (p.Layer >= LayerNetwork) != (p.IPVersion != 0) || p.Layer >= LayerNetwork && (!p.SrcAddr().IsValid() || !p.DstAddr().IsValid()) {
			t.Fatalf("layer %d, IP version %d, %v > %v", p.Layer, p.IPVersion, p.SrcAddr(), p.DstAddr())
		}
		q, slowly := Packet{WireLen: p.WireLen}, Headers{}
		slow := Options{}.layers(LinkType(link), frame, &q, &slowly)
		if q.Reason = slow; slow != r || fmt.Sprintf("%+v", q) != fmt.Sprintf("%+v", p) || h != slowly {
			t.Fatalf("reason %d, layer by layer %d:\n%+v\n%+v\n%+v\n%+v", r, slow, p, q, h, slowly)
		}
		NewFragmentPorts(8, 0).Apply(&p, h.IPID)
	})
}
