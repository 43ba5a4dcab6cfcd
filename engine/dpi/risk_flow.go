package dpi

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"ntopgo/engine/decode"
	"ntopgo/engine/memory"
)

// Risks that the shape of a flow brings, whatever protocol it is: TCP
// connections that came to nothing, scans, entropy, traffic that is encrypted
// from its first byte.

// tcpFlags notes the flags of a segment and marks the combinations that only
// scanners send (Nmap reference guide, "Port scanning techniques").
func (s *State) tcpFlags(p *decode.Packet, dir int) {
	f := p.TCPFlags
	s.flags[dir] |= f
	const xmas = decode.FIN | decode.PSH | decode.URG
	if f == 0 || f == xmas || f == decode.FIN && dir == 0 {
		s.res.Risks |= 1 << riskTcpIssues
	}
}

// tcpIssues marks a connection nobody could name that was refused, or torn down
// by the first segment of the server.
func (s *State) tcpIssues() {
	silent := s.w == nil || s.w.payloads[0]+s.w.payloads[1] == 0
	refused := s.flags[0]&decode.SYN != 0 && silent && (s.flags[0]|s.flags[1])&decode.RST != 0
	if refused || s.flags[1]&decode.RST != 0 && s.packets[1] == 1 {
		s.res.Risks |= 1 << riskTcpIssues
	}
}

// probing marks a handshake of TLS or SSH that one side broke off: both sides
// pushed data, but the bytes of one of them never came, and it has no name.
func (w *work) probing(e *Engine, s *State) {
	if s.flags[0]&s.flags[1]&decode.PSH == 0 || w.payloads[0] != 0 && w.payloads[1] != 0 || s.res.Confidence != ConfidenceDPI {
		return
	}
	m := s.meta
	switch s.res.App {
	case e.served(idSsh):
		if m == nil || m.HASSHServer == "" {
			s.res.Risks |= 1 << riskProbingAttempt
		}
	case e.served(idTls), e.served(idMailSmtps), e.served(idMailPops), e.served(idMailImaps):
		if m == nil || m.HostName == "" {
			s.res.Risks |= 1 << riskProbingAttempt
		}
	}
}

// sampled is how many payloads at the start of a flow may decide its entropy.
const sampled = 4

// maxSample bounds the bytes the entropy is taken of.
const maxSample = 1500

// sample is the memory of a payload. Samples are made in groups, so that a new
// flow costs no allocation of its own for it.
type sample [maxSample]byte

const sampleGroup = 16

func (e *Engine) newSample() any {
	group := memory.New[[sampleGroup]sample]()
	for i := range group[1:] {
		e.samples.Put(&group[1+i])
	}
	return &group[0]
}

// look notes the payload that the entropy is taken of: the last one that is
// looked at for a name, within the first ones of the flow.
func (w *work) look(b []byte) {
	if w.payloads[0]+w.payloads[1] <= sampled {
		w.last = b[:min(len(b), maxSample)]
	}
}

// lookAtNothing forgets the payload at a packet without one: among the first ones it
// says, as in nDPI, that nothing suspicious is left.
func (e *Engine) lookAtNothing(w *work) {
	if w.payloads[0]+w.payloads[1] <= sampled {
		w.measured = false
		e.unlook(w)
	}
}

// keep makes what look noted last beyond the packet: as a copy while another
// payload may take its place, as its entropy afterwards.
func (e *Engine) keep(w *work) {
	switch n := w.payloads[0] + w.payloads[1]; {
	case n > sampled || w.last == nil:
	case n == sampled:
		w.measured, w.uncertain = true, entropy(w.last)
		e.unlook(w)
	default:
		if w.kept == nil {
			w.kept = e.near.samples.get()
		}
		w.last = w.kept[:copy(w.kept[:], w.last)]
	}
}

// unlook forgets what look noted.
func (e *Engine) unlook(w *work) {
	if w.kept != nil {
		e.near.samples.put(w.kept)
	}
	w.last, w.kept = nil, nil
}

// timesLog holds n times its binary logarithm.
var timesLog = func() (t [maxSample + 1]float64) {
	for n := 2; n < len(t); n++ {
		t[n] = float64(n) * math.Log2(float64(n))
	}
	return t
}()

// entropy is Shannon's, in bits per byte (A Mathematical Theory of
// Communication, section 6), of at most maxSample bytes: with counts c that sum
// up to n, log n less the mean of log c.
func entropy(b []byte) float32 {
	var count [256]uint16
	for _, x := range b {
		count[x]++
	}
	sum := 0.0
	for _, c := range &count {
		sum += timesLog[c]
	}
	n := float64(len(b))
	return float32((timesLog[len(b)] - sum) / n)
}

// Entropies from which bytes are no text, packed, encrypted. The limits are
// nDPI's, after "Using Entropy Analysis to Find Encrypted and Packed Malware"
// (Lyda and Hamrock, 2007).
const entropyText = 4.941

// Categories whose flows are marked for their entropy even when they are named.
const (
	categoryDataTransfer = 4
	categoryWeb          = 5
)

// entropyRisk marks bytes that are no text where text, or a known protocol, was
// to be expected. It is asked when a flow gets its name, or never will.
func (e *Engine) entropyRisk(s *State) {
	r, b := &s.res, s.w.last
	if s.w.encrypted { // that says it all
		return
	}
	for _, id := range [...]uint16{idTls, idQuic, idDtls} {
		if id = e.served(id); r.App == id || r.Master == id {
			return
		}
	}
	if named := r.Confidence == ConfidenceDPI || r.Confidence == ConfidenceCache; named && !e.entropyMatters(s) || len(b) == 0 && !s.w.measured {
		return
	}
	h := s.w.uncertain
	if !s.w.measured {
		h = entropy(b)
	}
	s.entropy = h
	if h >= entropyText {
		r.Risks |= 1 << riskSuspiciousEntropy
	}
}

func (e *Engine) entropyMatters(s *State) bool {
	const others = 1<<riskMalwareHostContacted | 1<<riskBinaryDataTransfer | 1<<riskBinaryApplicationTransfer | 1<<riskPossibleExploit |
		1<<riskHttpSuspiciousContent | 1<<riskDnsSuspiciousTraffic | 1<<riskMalformedPacket
	r, http := &s.res, e.served(idHttp)
	if r.App == http {
		return false // its content is judged on its own
	}
	switch r.Category {
	case 0, categoryDataTransfer, categoryWeb:
		return true
	case categoryDownload:
		return r.Master == http
	}
	return r.Risks&others != 0 || r.App == e.served(idIpIcmp)
}

// encrypted reports a first payload that looks encrypted throughout: the
// exemptions of "How the Great Firewall of China Detects and Blocks Fully
// Encrypted Traffic" (USENIX Security 2023), algorithm 1.
func encrypted(b []byte) bool {
	if len(b) >= 6 && longestText(b[:6]) == 6 {
		return false
	}
	ones, text, whole := 0, 0, false
	for i := 0; i < len(b); i += 8 {
		x := word(b[i:])
		t := textBits(x)
		ones += bits.OnesCount64(x)
		text += bits.OnesCount64(t)
		whole = whole || t == highBits
	}
	average := float64(ones) / float64(len(b))
	if average <= 3.4 || average >= 4.6 || 2*text > len(b) {
		return false
	}
	// Twenty bytes in a row have a word of their own among them, wherever they lie.
	return !whole || longestText(b) < 20
}

// word is the first eight bytes of b, with zeroes behind its end.
func word(b []byte) (x uint64) {
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b)
	}
	for i, c := range b {
		x |= uint64(c) << (8 * i)
	}
	return x
}

const highBits = 0x8080808080808080

// textBits has the high bit of each byte of x set that is one of ASCII's printable
// characters: not below ' ', not above '~', which is the last but one.
func textBits(x uint64) uint64 {
	const each = 0x0101010101010101
	notBelow := (x | highBits) - ' '*each
	above := (x &^ highBits) + each | x
	return notBelow &^ above & highBits
}

// longestText is how many printable characters stand in a row at most.
func longestText(b []byte) (most int) {
	n := 0
	for _, x := range b {
		if n++; x < ' ' || x > '~' {
			n = 0
		}
		most = max(most, n)
	}
	return most
}

// content marks programs and scripts that are sent without a protocol around
// them: ELF (elf(5)), PE (Microsoft, "PE Format"), and a script's first line.
func content(s *State, b []byte) {
	switch {
	case len(b) >= 3 && b[0] == '#' && b[1] == '!' && (b[2] == '/' || b[2] == ' '):
		s.res.Risks |= 1 << riskPossibleExploit
	case len(b) >= 24 && has(b, "\x7fELF") && le32(b[20:]) <= 6:
		s.res.Risks |= 1 << riskBinaryApplicationTransfer
	case len(b) >= 0x40 && has(b, "MZ"):
		if at := uint64(le32(b[0x3c:])); at+4 <= uint64(len(b)) && has(b[at:], "PE\x00\x00") {
			s.res.Risks |= 1 << riskBinaryApplicationTransfer
		}
	}
}

// icmpRisks marks messages with numbers that are not assigned (IANA, ICMP
// parameters), too short ones, and ICMPv4 checksums that are wrong.
func icmpRisks(s *State, p *decode.Packet) {
	if len(p.L4) < 8 && p.PayloadLen == 0 {
		s.res.Risks |= 1 << riskMalformedPacket
		return
	}
	bad := false
	if p.Proto == decode.ProtoICMP {
		bad = p.ICMPType >= 44 && p.ICMPType <= 252 || p.ICMPCode > 15
		if whole := len(p.L4) == int(p.PayloadLen)+8 && !p.Fragment; whole && len(p.L4) > 8 {
			bad = bad || checksum(p.L4) != 0
		}
	} else {
		bad = p.ICMPType >= 5 && p.ICMPType <= 127 || p.ICMPCode >= 156 && p.ICMPType != 255
	}
	if bad {
		s.res.Risks |= 1 << riskMalformedPacket
	}
}

// checksum is the Internet checksum (RFC 1071); 0 over a message that is sound.
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(be16(b))
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// remoteDesktops are protocols that open a screen or files to somebody else.
var remoteDesktops = []uint16{idAnydesk, idTeamviewer, idRdp, idNomachine, idVnc, idRadmin}

func (e *Engine) remoteDesktop(id uint16) bool {
	return id != 0 && slices.ContainsFunc(remoteDesktops, func(d uint16) bool { return e.served(d) == id })
}

// minText is the shortest text worth showing of a flow without a name.
const minText = 12

// plainText keeps the longest run of text of an unnamed flow: people often see
// by it what the program is.
func plainText(s *State) {
	best, from := []byte(nil), 0
	b := s.w.last
	for i := 0; i <= len(b); i++ {
		if i < len(b) && b[i] >= ' ' && b[i] <= '~' {
			continue
		}
		if i-from > len(best) {
			best = b[from:i]
		}
		from = i + 1
	}
	letters := 0
	for _, x := range best {
		if alnum(x) || x == ' ' {
			letters++
		}
	}
	if len(best) < minText || letters*4 < len(best)*3 {
		return
	}
	if s.meta == nil {
		s.meta = new(Metadata)
	}
	s.meta.PlainText = string(best[:min(len(best), 128)])
}
