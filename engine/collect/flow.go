package collect

import (
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/mac"
)

// nDPI's numbers of protocols whose fields have places of their own.
const (
	protocolDNS  = 5
	protocolHTTP = 7
	protocolTLS  = 91
)

// record is a flow while its fields are read.
type record struct {
	flow.Report
	opts       Options
	postSrc    netip.Addr // addresses and ports behind the exporter's translation
	postDst    netip.Addr
	postSport  uint16
	postDport  uint16
	info       string // what the classifier of the probe shows of the flow
	site, host string
	tlsName    string
	query      string
	agent      bool // the fields of an agent on one of the ends
	exporter   netip.Addr
	probe      netip.Addr
	exporterV6 netip.Addr
	more       map[string]any
}

// Options are preferences of how flows are read.
type Options struct {
	// TranslatedSource and TranslatedDestination take the address and port after
	// the exporter's network address translation for those of the flow.
	TranslatedSource, TranslatedDestination bool
}

// set takes over one field; it says whether there is a place for it.
func (r *record) set(f Field, v value) bool {
	switch f.PEN {
	case penNone:
		// Some probes name ntop's elements by their number alone.
		return r.setStandard(f.ID, v) || r.setNtop(f.ID, v)
	case penNtop:
		return r.setNtop(f.ID, v)
	}
	return false
}

func (r *record) setStandard(id uint32, v value) bool {
	o := &r.Origin
	switch id {
	case inSrcMAC, outSrcMAC:
		setMAC(&r.SrcMAC, v)
	case inDstMAC, outDstMAC:
		setMAC(&r.DstMAC, v)
	case srcTOS:
		r.Up.TOS = v.u8()
	case dstTOS:
		r.Down.TOS = v.u8()
	case ipv4Src, ipv6Src:
		setAddr(&r.Src, v)
	case ipv4Dst, ipv6Dst:
		setAddr(&r.Dst, v)
	case ipVersion, sampling, totalFlows: // what they say follows from others, or was applied by the probe
	case srcPort:
		if r.SrcPort == 0 {
			r.SrcPort = v.u16()
		}
	case dstPort:
		if r.DstPort == 0 {
			r.DstPort = v.u16()
		}
	case srcVLAN, dstVLAN:
		r.VLAN = vlan(v)
	case dot1qSrcVLAN, dot1qDstVLAN:
		if r.VLAN == 0 { // the outer tag counts where there is no other
			r.VLAN = vlan(v)
		}
	case protocol:
		r.Proto = v.u8()
	case tcpFlags:
		r.FlagsOfBoth = v.u8()
	case initPackets, inPackets:
		r.Up.Packets = v.count()
		r.Absolute = r.Absolute || id == initPackets
	case initBytes, inBytes:
		r.Up.Bytes = v.count()
		r.Absolute = r.Absolute || id == initBytes
	case respPackets, outPackets:
		r.Down.Packets = v.count()
		r.Absolute = r.Absolute || id == respPackets
	case respBytes, outBytes:
		r.Down.Bytes = v.count()
		r.Absolute = r.Absolute || id == respBytes
	case firstSwitched:
		r.First = v.number() * int64(time.Second)
	case lastSwitched:
		r.Last = v.number() * int64(time.Second)
	case direction:
		switch v.number() {
		case 0:
			r.Direction = flow.DirectionIngress
		case 1:
			r.Direction = flow.DirectionEgress
		}
	case exporterIPv4:
		setAddr(&r.exporter, v)
	case exporterIPv6:
		setAddr(&r.exporterV6, v)
	case endReason:
		o.EndReason = v.text
	case inputSNMP:
		o.In = v.u32()
	case outputSNMP:
		o.Out = v.u32()
	case obsPoint:
		o.ObsPoint = v.u16()
	case postNATSrc:
		setAddr(&r.postSrc, v)
	case postNATDst:
		setAddr(&r.postDst, v)
	case postNATSport:
		r.postSport = v.u16()
	case postNATDport:
		r.postDport = v.u16()
	case ingressVRF:
		o.VRF = v.u32()
	case ipv4SrcMask, ipv4DstMask:
		return v.number() == 0
	case ipv4NextHop:
		return v.text == "" || v.text == "0.0.0.0"
	case ipv6NextHop:
		return v.text == "" || v.text == "::"
	case srcAS:
		o.SrcAS = v.u32()
	case dstAS:
		o.DstAS = v.u32()
	case nextAS:
		o.NextAS = v.u32()
	case prevAS:
		o.PrevAS = v.u32()
	case wlanSSID:
		o.SSID = v.text
	case wtpMAC:
		setMAC(&o.WTP, v)
	default:
		return false
	}
	return true
}

func (r *record) setNtop(id uint32, v value) bool {
	if id >= ntopBase {
		id -= ntopBase
	}
	o, m := &r.Origin, &r.Meta
	switch id {
	case l7Proto:
		r.Result.Master, r.Result.App = protocols(v)
	case l7ProtoName, instanceName: // the number says it; instances are told apart by their sources
	case l7Info:
		r.info = v.line()
	case l7Confidence:
		r.Result.Confidence = dpi.Confidence(v.u8())
	case l7ErrorCode:
		o.ErrorCode = v.u32()
	case disorderIn:
		r.Up.OutOfOrder = v.u32()
	case disorderOut:
		r.Down.OutOfOrder = v.u32()
	case retransIn:
		r.Up.Retransmissions = v.u32()
	case retransOut:
		r.Down.Retransmissions = v.u32()
	case clientLatency:
		r.ClientLatency = milliseconds(v)
	case serverLatency:
		r.ServerLatency = milliseconds(v)
	case appLatency:
		r.AppLatency = milliseconds(v)
	case clientTCPFlags:
		r.Up.TCPFlags = v.u8()
	case serverTCPFlags:
		r.Down.TCPFlags = v.u8()
	case windowIn:
		r.Up.Window = v.u16()
	case windowOut:
		r.Down.Window = v.u16()
	case dnsQuery:
		r.query = v.line()
	case dnsQueryType:
		m.DNSQueryType = v.u16()
	case dnsRetCode:
		m.DNSReplyCode, m.DNSHasReply = v.u16(), true
	case httpURL:
		m.HTTPURL = v.line()
	case httpUserAgent:
		m.HTTPUserAgent = v.line()
	case httpHost:
		r.host = v.line()
	case httpSite:
		r.site = v.line()
	case httpRetCode:
		m.HTTPStatus = int(v.u16())
	case httpMethod:
		m.HTTPMethod = v.line()
	case tlsServerName:
		r.tlsName = v.line()
	case ja4Client:
		m.JA4 = v.text
	case tlsCipher:
		m.TLSCipher = v.u16()
	case unsafeCipher: // the risks say it
	case l7Risk:
		r.Result.Risks = uint64(v.number())
	case l7RiskName:
		o.RiskNames = v.text
	case verdict:
		o.Verdict = v.u8()
	case riskInfo:
		o.RiskInfo = v.text
	case flowSource:
		if n := v.number(); n >= 0 && n <= 2 {
			o.Source = uint8(n)
		}
	case torrentHash:
		m.BitTorrentHash = v.line()
	case nprobeIPv4:
		setAddr(&r.probe, v)
	case uniqueSourceID:
		o.SourceID = v.u32()
	case srcFragments:
		r.Up.Fragments = v.u32()
	case dstFragments:
		r.Down.Fragments = v.u32()
	case smtpFrom:
		o.MailFrom = v.text
	case smtpTo:
		o.MailTo = v.text
	case dhcpClientName:
		m.DHCPName = v.text
	case sipCallID:
		if v.text != "" {
			h := fnv.New32a()
			_, _ = h.Write([]byte(v.text)) // a hash takes everything
			r.Private, m.SIPCallID = h.Sum32(), v.text
		}
	default:
		return r.setProcess(id, v)
	}
	return true
}

func setMAC(to *mac.Addr, v value) {
	if a, err := net.ParseMAC(v.text); err == nil && len(a) == len(to) {
		*to = mac.Addr(a)
	}
}

// setAddr takes an address; the unspecified one, which probes send for the family
// that a flow is not of, does not replace another.
func setAddr(to *netip.Addr, v value) {
	a, err := netip.ParseAddr(v.text)
	if !v.isText {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], v.u32())
		a, err = netip.AddrFrom4(b), nil
	}
	if err == nil && (!to.IsValid() || to.IsUnspecified()) {
		*to = a.Unmap().WithZone("")
	}
}

func vlan(v value) uint16 {
	if n := v.number(); n > 0 && n < 4096 {
		return uint16(n)
	}
	return 0
}

// protocols are the numbers of a protocol, "master.app" or the application alone.
func protocols(v value) (master, app uint16) {
	if first, second, both := strings.Cut(v.text, "."); both {
		return textValue(first).u16(), textValue(second).u16()
	}
	if !v.isText && v.float != float64(v.int) { // a text that a JSON writer took for a number
		return protocols(textValue(strconv.FormatFloat(v.float, 'f', -1, 64)))
	}
	return 0, v.u16()
}

const maxLatency = float64(time.Hour)

func milliseconds(v value) int64 {
	ns := v.real() * float64(time.Millisecond)
	if !(ns > 0) || ns > maxLatency {
		return 0
	}
	return int64(ns)
}

// add keeps a field that has no place, for scripts to show.
func (r *record) add(key string, v any) {
	if r.more == nil {
		r.more = map[string]any{}
	}
	r.more[key] = v
}

// finish completes the report; ok is false for what is no flow.
func (r *record) finish(now time.Time) (*flow.Report, bool) {
	n := &r.Report
	n.Arrived = now.UnixNano()
	o := &n.Origin
	o.Exporter, o.Probe = r.exporter, r.probe
	if !known(o.Exporter) {
		if o.Exporter = r.probe; known(r.exporterV6) {
			o.Exporter = r.exporterV6
		}
	}
	r.translation()
	if n.Proto == decode.ProtoICMP || n.Proto == decode.ProtoICMPv6 {
		n.SrcPort, n.DstPort = 0, 0 // some exporters put type and code there
	}
	if !r.families() {
		return nil, false
	}
	r.times(now)
	r.names()
	if r.agent {
		o.HasAgent, n.Absolute = true, true
	} else if r.reversed() {
		n.Swap()
	}
	if len(r.more) > 0 {
		if b, err := json.Marshal(r.more); err == nil {
			o.More = string(b)
		}
	}
	return n, true
}

func known(a netip.Addr) bool { return a.IsValid() && !a.IsUnspecified() }

// translation notes the ends before and after address translation.
func (r *record) translation() {
	o := &r.Origin
	if r.Src.Is4() && (known(r.postSrc) || known(r.postDst)) {
		o.PreNAT = [2]netip.AddrPort{netip.AddrPortFrom(r.Src, r.SrcPort), netip.AddrPortFrom(r.Dst, r.DstPort)}
		o.PostNAT = [2]netip.AddrPort{netip.AddrPortFrom(r.postSrc, r.postSport), netip.AddrPortFrom(r.postDst, r.postDport)}
	}
	if r.opts.TranslatedSource {
		translate(&r.Src, &r.SrcPort, r.postSrc, r.postSport)
	}
	if r.opts.TranslatedDestination {
		translate(&r.Dst, &r.DstPort, r.postDst, r.postDport)
	}
}

func translate(a *netip.Addr, port *uint16, to netip.Addr, toPort uint16) {
	if known(to) {
		*a = to
	}
	if toPort != 0 {
		*port = toPort
	}
}

// families makes both ends of one family where one of them is not known; it says
// whether they are.
func (r *record) families() bool {
	switch {
	case !r.Src.IsValid() && !r.Dst.IsValid():
		return false
	case !known(r.Src) && r.Dst.IsValid():
		r.Src = unspecified(r.Dst)
	case !known(r.Dst):
		r.Dst = unspecified(r.Src)
	}
	return r.Src.Is4() == r.Dst.Is4()
}

// unspecified is the unspecified address of the family of a.
func unspecified(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// times fills in what a probe did not say.
func (r *record) times(now time.Time) {
	if r.Last <= 0 {
		r.Last = now.UnixNano()
	}
	if r.First <= 0 || r.First > r.Last {
		r.First = r.Last
	}
}

// names puts what the flow asked for where its protocol has it. The classifier of
// a probe shows it for protocols that have no field of their own here.
func (r *record) names() {
	m := &r.Meta
	is := func(id uint16) bool { return r.Result.App == id || r.Result.Master == id }
	switch {
	case is(protocolDNS) && r.query == "":
		r.query = r.info
	case is(protocolHTTP) && r.site == "" && r.host == "":
		r.site = r.info
	case is(protocolTLS) && r.tlsName == "":
		r.tlsName = r.info
	}
	m.DNSQuery = r.query
	for _, name := range []string{r.tlsName, r.host, r.site, r.query} {
		if m.HostName == "" {
			m.HostName = name
		}
	}
	if m.Info = r.info; m.Info == "" {
		m.Info = m.HostName
	}
}

// reversed says that the exporter has the ends of a TCP flow the wrong way round:
// the client has the lower port and did not send the SYN.
func (r *record) reversed() bool {
	if r.Proto == decode.ProtoUDP || !flow.Unicast(r.Src) || !flow.Unicast(r.Dst) || r.SrcPort >= r.DstPort {
		return false
	}
	return r.Proto != decode.ProtoTCP || r.Up.TCPFlags&decode.SYN == 0
}
