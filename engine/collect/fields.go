// Package collect understands what probes publish: flows and counters in JSON or
// in nDPI's binary serialization, and what they tell about themselves. It makes
// reports for the flow tables of it and keeps the probes' statistics; it knows
// nothing of sockets, scripts or Redis.
package collect

import (
	"maps"
	"strconv"
	"strings"
	"sync"
)

// Numbers of private enterprises: IANA's own elements have none.
const (
	penNone = 0
	penNtop = 35632
	// ntopBase is added to ntop's elements where a format has no room for the
	// enterprise (NetFlow v9).
	ntopBase = 57472
)

// Field is an information element of NetFlow v9, IPFIX or ntop.
type Field struct {
	PEN, ID uint32
}

func (f Field) String() string {
	return strconv.FormatUint(uint64(f.PEN), 10) + "." + strconv.FormatUint(uint64(f.ID), 10)
}

// Elements without an enterprise, by IANA's numbers.
const (
	inBytes       = 1
	inPackets     = 2
	protocol      = 4
	srcTOS        = 5
	tcpFlags      = 6
	srcPort       = 7
	ipv4Src       = 8
	ipv4SrcMask   = 9
	inputSNMP     = 10
	dstPort       = 11
	ipv4Dst       = 12
	ipv4DstMask   = 13
	outputSNMP    = 14
	ipv4NextHop   = 15
	srcAS         = 16
	dstAS         = 17
	lastSwitched  = 21
	firstSwitched = 22
	outBytes      = 23
	outPackets    = 24
	ipv6Src       = 27
	ipv6Dst       = 28
	sampling      = 34
	totalFlows    = 42
	dstTOS        = 55
	inSrcMAC      = 56
	outDstMAC     = 57
	srcVLAN       = 58
	dstVLAN       = 59
	ipVersion     = 60
	direction     = 61
	ipv6NextHop   = 62
	inDstMAC      = 80
	outSrcMAC     = 81
	nextAS        = 128
	prevAS        = 129
	exporterIPv4  = 130
	exporterIPv6  = 131
	endReason     = 136
	wlanSSID      = 147
	postNATSrc    = 225
	postNATDst    = 226
	postNATSport  = 227
	postNATDport  = 228
	initBytes     = 231
	respBytes     = 232
	ingressVRF    = 234
	dot1qSrcVLAN  = 243
	dot1qDstVLAN  = 254
	initPackets   = 298
	respPackets   = 299
	obsPoint      = 300
	wtpMAC        = 367
)

// ntop's elements, without ntopBase.
const (
	clientTCPFlags = 78
	serverTCPFlags = 79
	srcFragments   = 80
	dstFragments   = 81
	retransIn      = 109
	retransOut     = 110
	disorderIn     = 111
	disorderOut    = 112
	l7Proto        = 118
	l7ProtoName    = 119
	instanceName   = 122
	clientLatency  = 123
	serverLatency  = 124
	appLatency     = 125
	sipCallID      = 130
	srcPID         = 168
	srcProc        = 169
	httpURL        = 180
	httpRetCode    = 181
	httpUserAgent  = 183
	httpHost       = 187
	smtpFrom       = 185
	smtpTo         = 186
	tlsServerName  = 188
	torrentHash    = 189
	dnsQuery       = 205
	dnsQueryType   = 207
	dnsRetCode     = 208
	dhcpClientName = 355
	httpMethod     = 360
	httpSite       = 361
	srcUserName    = 372
	srcParentPID   = 373
	srcParent      = 374
	dstPID         = 375
	dstProc        = 376
	dstUserName    = 377
	dstParentPID   = 378
	dstParent      = 379
	srcMemory      = 383
	srcPeak        = 384
	dstMemory      = 387
	dstPeak        = 388
	windowIn       = 416
	windowOut      = 420
	srcUID         = 425
	dstUID         = 426
	nprobeIPv4     = 471
	tlsCipher      = 493
	unsafeCipher   = 494
	l7Risk         = 509
	l7RiskName     = 510
	verdict        = 522
	l7Info         = 539
	srcPackage     = 540
	dstPackage     = 541
	l7ErrorCode    = 554
	riskInfo       = 555
	srcCommand     = 556
	dstCommand     = 557
	srcContainer   = 558
	dstContainer   = 559
	l7Confidence   = 560
	srcParentPkg   = 561
	dstParentPkg   = 563
	srcParentUID   = 564
	srcParentUser  = 565
	dstParentUID   = 567
	dstParentUser  = 568
	ja4Client      = 576
	flowSource     = 579
	uniqueSourceID = 589
)

// names are the elements that a collector knows before a probe has sent its
// templates.
var names = map[string]Field{
	"IN_SRC_MAC": {0, inSrcMAC}, "OUT_SRC_MAC": {0, outSrcMAC}, "IN_DST_MAC": {0, inDstMAC}, "OUT_DST_MAC": {0, outDstMAC},
	"SRC_VLAN": {0, srcVLAN}, "DST_VLAN": {0, dstVLAN}, "DOT1Q_SRC_VLAN": {0, dot1qSrcVLAN}, "DOT1Q_DST_VLAN": {0, dot1qDstVLAN},
	"INPUT_SNMP": {0, inputSNMP}, "OUTPUT_SNMP": {0, outputSNMP}, "IPV4_SRC_ADDR": {0, ipv4Src}, "IPV4_DST_ADDR": {0, ipv4Dst},
	"SRC_TOS": {0, srcTOS}, "DST_TOS": {0, dstTOS}, "L4_SRC_PORT": {0, srcPort}, "L4_DST_PORT": {0, dstPort},
	"IPV6_SRC_ADDR": {0, ipv6Src}, "IPV6_DST_ADDR": {0, ipv6Dst}, "IP_PROTOCOL_VERSION": {0, ipVersion}, "PROTOCOL": {0, protocol},
	"IN_BYTES": {0, inBytes}, "IN_PKTS": {0, inPackets}, "OUT_BYTES": {0, outBytes}, "OUT_PKTS": {0, outPackets},
	"FIRST_SWITCHED": {0, firstSwitched}, "LAST_SWITCHED": {0, lastSwitched},
	"EXPORTER_IPV4_ADDRESS": {0, exporterIPv4}, "EXPORTER_IPV6_ADDRESS": {0, exporterIPv6}, "TOTAL_FLOWS_EXP": {0, totalFlows},
	"TCP_FLAGS": {0, tcpFlags}, "INITIATOR_PKTS": {0, initPackets}, "INITIATOR_OCTETS": {0, initBytes},
	"RESPONDER_PKTS": {0, respPackets}, "RESPONDER_OCTETS": {0, respBytes}, "SAMPLING_INTERVAL": {0, sampling}, "DIRECTION": {0, direction},
	"POST_NAT_SRC_IPV4_ADDR": {0, postNATSrc}, "POST_NAT_DST_IPV4_ADDR": {0, postNATDst},
	"POST_NAT_SRC_TRANSPORT_PORT": {0, postNATSport}, "POST_NAT_DST_TRANSPORT_PORT": {0, postNATDport},
	"POST_NAPT_SRC_TRANSPORT_PORT": {0, postNATSport}, "POST_NAPT_DST_TRANSPORT_PORT": {0, postNATDport},
	"OBSERVATION_POINT_ID": {0, obsPoint}, "INGRESS_VRFID": {0, ingressVRF}, "IPV4_SRC_MASK": {0, ipv4SrcMask}, "IPV4_DST_MASK": {0, ipv4DstMask},
	"IPV4_NEXT_HOP": {0, ipv4NextHop}, "IPV6_NEXT_HOP": {0, ipv6NextHop}, "SRC_AS": {0, srcAS}, "DST_AS": {0, dstAS},
	"BGP_NEXT_ADJACENT_ASN": {0, nextAS}, "BGP_PREV_ADJACENT_ASN": {0, prevAS}, "FLOW_END_REASON": {0, endReason},
	"WLAN_SSID": {0, wlanSSID}, "WTP_MAC_ADDRESS": {0, wtpMAC},
	"CLIENT_TCP_FLAGS": ntop(clientTCPFlags), "SERVER_TCP_FLAGS": ntop(serverTCPFlags), "APPL_LATENCY_MS": ntop(appLatency),
	"L7_PROTO": ntop(l7Proto), "L7_PROTO_NAME": ntop(l7ProtoName), "L7_INFO": ntop(l7Info), "L7_CONFIDENCE": ntop(l7Confidence),
	"L7_ERROR_CODE": ntop(l7ErrorCode), "NPROBE_IPV4_ADDRESS": ntop(nprobeIPv4), "NPROBE_INSTANCE_NAME": ntop(instanceName),
	"OOORDER_IN_PKTS": ntop(disorderIn), "OOORDER_OUT_PKTS": ntop(disorderOut),
	"RETRANSMITTED_IN_PKTS": ntop(retransIn), "RETRANSMITTED_OUT_PKTS": ntop(retransOut),
	"DNS_QUERY": ntop(dnsQuery), "DNS_QUERY_TYPE": ntop(dnsQueryType), "DNS_RET_CODE": ntop(dnsRetCode),
	"HTTP_URL": ntop(httpURL), "HTTP_SITE": ntop(httpSite), "HTTP_RET_CODE": ntop(httpRetCode), "HTTP_METHOD": ntop(httpMethod),
	"HTTP_USER_AGENT": ntop(httpUserAgent), "TLS_SERVER_NAME": ntop(tlsServerName), "TLS_CIPHER": ntop(tlsCipher),
	"SSL_UNSAFE_CIPHER": ntop(unsafeCipher), "JA4C_HASH": ntop(ja4Client), "BITTORRENT_HASH": ntop(torrentHash),
	"SRC_FRAGMENTS": ntop(srcFragments), "DST_FRAGMENTS": ntop(dstFragments),
	"CLIENT_NW_LATENCY_MS": ntop(clientLatency), "SERVER_NW_LATENCY_MS": ntop(serverLatency),
	"L7_PROTO_RISK": ntop(l7Risk), "L7_PROTO_RISK_NAME": ntop(l7RiskName), "FLOW_VERDICT": ntop(verdict), "L7_RISK_INFO": ntop(riskInfo),
	"FLOW_SOURCE": ntop(flowSource), "SMTP_MAIL_FROM": ntop(smtpFrom), "SMTP_RCPT_TO": ntop(smtpTo), "UNIQUE_SOURCE_ID": ntop(uniqueSourceID),
	"HTTP_HOST": ntop(httpHost),
	// What another ntopng calls them.
	"IN_RETRANSMISSIONS": ntop(retransIn), "OUT_RETRANSMISSIONS": ntop(retransOut), "IN_OUT_OF_ORDER": ntop(disorderIn),
	"OUT_OUT_OF_ORDER": ntop(disorderOut),
	"SRC_PROC_PID":     ntop(srcPID), "SRC_PROC_NAME": ntop(srcProc), "SRC_PROC_UID": ntop(srcUID), "SRC_PROC_USER_NAME": ntop(srcUserName),
	"SRC_FATHER_PROC_PID": ntop(srcParentPID), "SRC_FATHER_PROC_NAME": ntop(srcParent), "SRC_FATHER_PROC_PKG_NAME": ntop(srcParentPkg),
	"SRC_FATHER_PROC_UID": ntop(srcParentUID), "SRC_FATHER_PROC_USER_NAME": ntop(srcParentUser),
	"SRC_PROC_ACTUAL_MEMORY": ntop(srcMemory), "SRC_PROC_PEAK_MEMORY": ntop(srcPeak), "SRC_PROC_PKG_NAME": ntop(srcPackage),
	"SRC_PROC_CMDLINE": ntop(srcCommand), "SRC_PROC_CONTAINER_ID": ntop(srcContainer),
	"SRC_PROC_AVERAGE_CPU_LOAD": ntop(385), "SRC_PROC_NUM_PAGE_FAULTS": ntop(386), "SRC_PROC_PCTG_IOWAIT": ntop(393),
	"DST_PROC_PID": ntop(dstPID), "DST_PROC_NAME": ntop(dstProc), "DST_PROC_UID": ntop(dstUID), "DST_PROC_USER_NAME": ntop(dstUserName),
	"DST_FATHER_PROC_PID": ntop(dstParentPID), "DST_FATHER_PROC_NAME": ntop(dstParent), "DST_FATHER_PROC_PKG_NAME": ntop(dstParentPkg),
	"DST_FATHER_PROC_UID": ntop(dstParentUID), "DST_FATHER_PROC_USER_NAME": ntop(dstParentUser),
	"DST_PROC_ACTUAL_MEMORY": ntop(dstMemory), "DST_PROC_PEAK_MEMORY": ntop(dstPeak), "DST_PROC_PKG_NAME": ntop(dstPackage),
	"DST_PROC_CMDLINE": ntop(dstCommand), "DST_PROC_CONTAINER_ID": ntop(dstContainer),
	"DST_PROC_AVERAGE_CPU_LOAD": ntop(389), "DST_PROC_NUM_PAGE_FAULTS": ntop(390), "DST_PROC_PCTG_IOWAIT": ntop(394),
}

func ntop(id uint32) Field { return Field{penNtop, ntopBase + id} }

// maxNames bounds what probes can make a collector remember of templates.
const maxNames = 1 << 14

// Names are the elements by name: those known from the start and those of the
// templates that probes sent.
type Names struct {
	mu     sync.RWMutex
	fields map[string]Field
	texts  map[Field]Description
}

// Description is what a template says of an element.
type Description struct {
	Text   string
	Native bool // a place of its own is known for it
}

func newNames() *Names { return &Names{fields: maps.Clone(names), texts: map[Field]Description{}} }

// Find resolves a name, a number, or an enterprise and a number with a dot
// between.
func (n *Names) Find(key string) (f Field, ok bool) {
	if pen, id, dotted := strings.Cut(key, "."); dotted && key != "" && key[0] >= '0' && key[0] <= '9' {
		p, err := strconv.ParseUint(pen, 10, 32)
		i, err2 := strconv.ParseUint(id, 10, 32)
		return Field{uint32(p), uint32(i)}, err == nil && err2 == nil
	}
	if i, err := strconv.ParseUint(key, 10, 32); err == nil {
		return Field{penNone, uint32(i)}, true
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	f, ok = n.fields[key]
	return f, ok
}

// Describe is what is known of an element; ok is false when no template named it.
func (n *Names) Describe(f Field) (d Description, ok bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	d, ok = n.texts[f]
	return d, ok
}

// Descriptions are those of all elements that templates described.
func (n *Names) Descriptions() map[Field]Description {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return maps.Clone(n.texts)
}

func (n *Names) learn(name string, f Field, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, known := n.fields[name]; !known && len(n.fields) >= maxNames {
		return
	}
	n.fields[name] = f
	if _, told := n.texts[f]; text != "" && !told && len(n.texts) < maxNames {
		_, native := names[name]
		n.texts[f] = Description{Text: text, Native: native}
	}
}
