package checks

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
)

// RiskTexts says in nDPI's words what was found, by the number of the risk, for
// risks of which more can be said than that they are there.
func RiskTexts(f *flow.Flow) map[string]string {
	out := map[string]string{}
	meta := f.Metadata()
	if meta == nil {
		meta = &dpi.Metadata{}
	}
	for id := uint8(1); id < 64; id++ {
		if f.Result.Risks&(1<<id) == 0 {
			continue
		}
		if t := riskText(id, f, meta); t != "" {
			out[strconv.Itoa(int(id))] = t
		}
	}
	return out
}

// riskText is the text of one risk, "" for none.
func riskText(risk uint8, f *flow.Flow, m *dpi.Metadata) string {
	switch risk {
	case 6:
		return m.TLSSubject
	case 7:
		return tlsName(m.TLSVersion)
	case 9, 41:
		return validity(m)
	case 10:
		if m.HostName != "" {
			return m.HostName + " vs " + m.TLSNames
		}
	case 11:
		return m.HTTPUserAgent
	case 12, 16, 27, 42:
		return m.HostName
	case 23:
		const long = 48 // characters of the first label
		if strings.IndexByte(m.DNSQuery, '.') > long {
			return "Long DNS host name"
		}
		return "Obsolete DNS record type"
	case 15:
		return "No ALPN"
	case 24:
		return "SNI should always be present"
	case 32:
		return fmt.Sprintf("TLS Cert lasts %d days", (m.TLSNotAfter-m.TLSNotBefore)/86400)
	case 35:
		return entropy(m.Entropy)
	case 43:
		return errorCode(m)
	case riskUnidirectional:
		if f.ToClient.Packets == 0 {
			return "No server to client traffic"
		}
		return "No client to server traffic"
	}
	return ""
}

func tlsName(version uint16) string {
	switch version {
	case 0x0002:
		return "SSLv2"
	case 0x0300:
		return "SSLv3"
	case 0x0301:
		return "TLSv1"
	case 0x0302:
		return "TLSv1.1"
	case 0x0303:
		return "TLSv1.2"
	case 0x0304:
		return "TLSv1.3"
	}
	return ""
}

func validity(m *dpi.Metadata) string {
	const form = "02/Jan/2006 15:04:05"
	if m.TLSNotBefore == 0 && m.TLSNotAfter == 0 {
		return ""
	}
	at := func(t int64) string { return time.Unix(t, 0).UTC().Format(form) }
	return at(m.TLSNotBefore) + " - " + at(m.TLSNotAfter)
}

func errorCode(m *dpi.Metadata) string {
	switch {
	case m.DNSQuery != "" && m.DNSReplyCode != 0:
		return fmt.Sprintf("DNS Error Code %d", m.DNSReplyCode)
	case m.HTTPStatus >= 400:
		return fmt.Sprintf("HTTP Error Code %d", m.HTTPStatus)
	}
	return ""
}

// entropyKinds are what a payload may be from which entropy on, in thousandths of
// a bit.
var entropyKinds = []struct {
	from uint16
	kind string
}{{7312, "Encrypted or Random"}, {7174, "Encrypted Executable"}, {6677, "Compressed Executable"}, {4941, "Executable"}, {0, "Unknown"}}

// entropy takes thousandths of a bit.
func entropy(n uint16) string {
	for _, k := range entropyKinds {
		if n >= k.from {
			return fmt.Sprintf("Entropy: %.3f (%s?)", float64(n)/1000, k.kind)
		}
	}
	return ""
}
