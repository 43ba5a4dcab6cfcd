package dpi

import (
	"net/netip"
	"strings"
)

// STUN: RFC 8489, RFC 5389 (classic: RFC 3489), TURN: RFC 8656. Calls of known
// applications show in the attributes they add or in the name of the server.

func init() {
	Register(Dissector{ID: idStun, Name: "STUN", L4: TCP | UDP, Ports: []uint16{3478, 5349}, First: "\x00\x01\x40\x41\x42\x43\x44\x45\x46\x47\x48\x49\x4a\x4b\x4c\x4d\x4e\x4f", Min: 20, Priority: -4, Extra: 24, Func: dissectSTUN})
}

const stunCookie = 0x2112a442

// Attributes (IANA "STUN Attributes", and vendors' own).
const (
	stunPeer         = 0x0012 // XOR-PEER-ADDRESS
	stunRelayed      = 0x0016 // XOR-RELAYED-ADDRESS
	stunMapped       = 0x0020 // XOR-MAPPED-ADDRESS
	stunRealm        = 0x0014
	stunSoftware     = 0x8022
	stunOrigin       = 0x802f
	stunWhatsApp     = 0x4000 // and the next ones: WhatsApp relays
	stunZoom1        = 0x0101 // Zoom's relays
	stunZoom2        = 0x0103
	stunMSSession    = 0x8095 // MS-Multiplexed-TURN-Session-ID
	stunMSImpl       = 0x8070 // MS-Implementation-Version of [MS-ICE2]
	stunMSService    = 0x8055
	stunMSCandidate  = 0x8054
	stunGoogMiscInfo = 0xff03
)

// What the note of the dissector holds: the application (an id of 2024) and marks.
const (
	stunClassic = 1 << 16 // messages without the cookie of RFC 5389
	stunSecure  = 1 << 17 // DTLS was seen: media is encrypted
)

func dissectSTUN(c *Context) Verdict {
	b, note := c.B, c.Note()
	if c.L4 == TCP && len(b) > 22 && be16(b) == len(b)-2 {
		b = b[2:] // RFC 4571 framing
	}
	app, ok := stunMessage(c, b)
	if !ok {
		if !c.S.found {
			if c.N() < 3 && c.NOther() == 0 && c.Port(3478) {
				return More
			}
			return No
		}
		return stunOther(c, b, note)
	}
	master := idStun
	if be32(b[4:]) != stunCookie {
		*note |= stunClassic
	}
	if app == 0 && c.Port(3478, 19302, 19303, 19304, 19305, 19306, 19307, 19308, 19309) &&
		(googleMeet.around(c.T.Server) || googleMeet.around(c.T.Client)) {
		app = idGoogleCall
	}
	if app == 0 {
		app = uint16(*note)
	}
	if app == 0 {
		if app = c.Recall(cacheSTUN); app != 0 && c.S.res.Master == 0 {
			*note |= uint64(app)
			c.SetAs(master, app, ConfidenceCache)
			return FoundMore
		}
	} else {
		*note |= uint64(app)
		c.Remember(cacheSTUN, app)
		stunPeers(c, b, app)
	}
	if c.S.found && (app == 0 || *note&stunSecure != 0) {
		return FoundMore
	}
	c.Set(master, app)
	return FoundMore
}

// googleMeet holds the networks of Google's calls (Google Workspace help,
// "Prepare your network for Meet").
var googleMeet = prefixes("74.125.250.0/24", "142.250.82.0/24", "2001:4860:4864:5::/64", "2001:4860:4864:6::/64")

// stunPeers remembers the addresses that a relayed call names: its next flows
// go there.
func stunPeers(c *Context, b []byte, app uint16) {
	if c.E.cache == nil || c.E.remap != nil {
		return
	}
	for a := b[20:]; len(a) >= 4; {
		id, l := be16(a), be16(a[2:])
		if l > len(a)-4 {
			return
		}
		if id == stunPeer || id == stunRelayed || id == stunMapped {
			c.RememberPeer(cacheSTUN, app, stunAddress(b, a[4:4+l]))
		}
		a = a[min(len(a), 4+(l+3)&^3):]
	}
}

// stunAddresses keeps the first address of each kind.
func stunAddresses(c *Context, id int, message, v []byte) {
	var to *netip.AddrPort
	switch id {
	case stunMapped:
		to = &c.Meta().STUNMapped
	case stunPeer:
		to = &c.Meta().STUNPeer
	case stunRelayed:
		to = &c.Meta().STUNRelayed
	default:
		return
	}
	if !to.IsValid() {
		*to = stunAddress(message, v)
	}
}

// stunAddress undoes the XOR of an address attribute (RFC 8489, 14.2).
func stunAddress(message, v []byte) netip.AddrPort {
	var ip []byte
	switch {
	case len(v) == 8 && v[1] == 1, len(v) == 20 && v[1] == 2:
		ip = append(ip, v[4:]...)
	default:
		return netip.AddrPort{}
	}
	for i := range ip {
		ip[i] ^= message[4+i] // cookie, then transaction id
	}
	addr, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(addr, uint16(be16(v[2:])^stunCookie>>16))
}

// stunMessage reads one message and returns the application it betrays.
func stunMessage(c *Context, b []byte) (app uint16, ok bool) {
	if len(b) < 20 || b[0]&0xc0 != 0 {
		return 0, false
	}
	kind, n := be16(b), be16(b[2:])
	method := kind&0xf | kind>>1&0x70 | kind>>2&0xf80
	if n%4 != 0 || n+20 > len(b) || n+20 < len(b) && c.L4 == UDP {
		return 0, false
	}
	modern := be32(b[4:]) == stunCookie
	if !modern && (method != 1 || kind&^0x0111 != 0) {
		return 0, false
	}
	if method == 0 || method > 12 && method != 0x800 && method != 0x801 && method != 0x803 && method != 0x805 {
		return 0, false
	}
	if method >= 0x800 {
		app = idWhatsappCall
	}
	if !modern && n == 0 && len(b) == 20 {
		return app, true
	}
	known := 0
	for a := b[20 : 20+n]; len(a) >= 4; {
		id, l := be16(a), be16(a[2:])
		if l > len(a)-4 {
			return app, known > 0
		}
		known++
		if modern {
			stunAddresses(c, id, b, a[4:4+l])
		}
		if found := stunAttribute(c, id, a[4:4+l]); found != 0 {
			app = found
		}
		a = a[min(len(a), 4+(l+3)&^3):]
	}
	return app, modern || known > 0
}

func stunAttribute(c *Context, id int, v []byte) uint16 {
	switch id {
	case stunZoom1, stunZoom2:
		return idZoom
	case stunWhatsApp, stunWhatsApp + 2, stunWhatsApp + 3, stunWhatsApp + 4, stunWhatsApp + 7:
		return idWhatsappCall
	case stunMSService, stunMSImpl, stunMSSession, stunMSCandidate:
		return idSkypeTeamsCall
	case stunGoogMiscInfo:
		return idGoogleCall
	case stunRealm, stunOrigin:
		name := strings.TrimRight(strings.ToLower(string(v)), "\x00")
		if id == stunOrigin {
			name = strings.TrimPrefix(strings.TrimPrefix(name, "https://"), "http://")
			name = hostOnly(strings.TrimSuffix(name, "/"))
		}
		if name == "" || !printable([]byte(name)) {
			return 0
		}
		app := c.Host(name, idStun)
		if !c.S.listed {
			c.S.hostCat = 0
		}
		if strings.Contains(name, "facebook") {
			return idFacebookVoip
		}
		for domain, call := range stunDomains {
			if name == domain || strings.HasSuffix(name, "."+domain) {
				return call
			}
		}
		return stunApp(app)
	case stunSoftware:
		if contains(v, "facebook") {
			return idFacebookVoip
		}
	}
	return 0
}

// stunDomains are the realms of call servers, by their operators' domains.
var stunDomains = map[string]uint16{
	"telegram.org": idTelegramVoip, "signal.org": idSignalVoip, "whispersystems.org": idSignalVoip,
	"google.com": idGoogleCall, "facebook.com": idFacebookVoip, "viber.com": idViberVoip,
}

// stunApp turns the application behind a server's name into its call protocol.
func stunApp(app uint16) uint16 {
	switch app {
	case idSignal:
		return idSignalVoip
	case idTelegram:
		return idTelegramVoip
	case idFacebook, idFacebookMessenger:
		return idFacebookVoip
	case idGoogle, idGoogleServices:
		return idGoogleCall
	case idViber:
		return idViberVoip
	}
	return app
}

// stunOther looks at what shares a port with STUN after it (RFC 7983): the
// handshake that keys the media, then the media.
func stunOther(c *Context, b []byte, note *uint64) Verdict {
	app := uint16(*note)
	if app == 0 {
		if app = c.Recall(cacheSTUN); app != 0 {
			*note |= uint64(app)
			c.SetAs(idStun, app, ConfidenceCache)
		}
	}
	switch {
	case b[0] >= 20 && b[0] <= 63 && dtlsRecord(b):
		var state uint64
		dtlsMessages(c, &state, b[dtlsHeader:dtlsHeader+be16(b[11:])])
		if app != 0 || c.S.res.Master == 0 {
			c.Set(idDtls, app)
		}
		*note |= stunSecure
		if app == 0 {
			return Found
		}
	case b[0]>>6 == 2 && (rtpHeader(b) || rtcpHeader(b)) && *note&stunSecure == 0:
		switch {
		case app != 0:
			c.Set(idSrtp, app)
		case *note&stunClassic != 0: // before ICE: nothing that could have keyed it
			c.Set(idStun, idRtp)
		default:
			c.Set(0, idSrtp)
		}
		return Found
	}
	return FoundMore
}
