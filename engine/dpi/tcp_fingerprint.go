package dpi

import (
	"encoding/hex"
	"strconv"

	"ntopgo/engine/decode"
)

// synSeen is what is kept of a flow's first SYN until its fingerprint is wanted.
type synSeen struct {
	window     uint16
	flags, ttl uint8
	n          uint8 // 1 + bytes of options, 0 when there was none yet
	options    [40]byte
}

func (y *synSeen) on() bool { return y.n != 0 }

// note keeps the first SYN of the client.
func (y *synSeen) note(p *decode.Packet) {
	const syn = decode.SYN
	if y.on() || p.TCPFlags&(syn|decode.ACK) != syn {
		return
	}
	y.flags, y.ttl, y.window = p.TCPFlags, p.TTL, p.Window
	y.n = 1 + uint8(copy(y.options[:], p.TCPOptions()))
}

// fingerprint describes the host that sent the SYN: TCP flags, initial TTL as
// the next of 32, 64, 128, 192 and 255, window, and the first 12 digits of the
// SHA-256 of the options, each as kind and value in hexadecimal without the
// timestamp's. nDPI 4.11 builds the same string. "" without options.
func (y *synSeen) fingerprint() string {
	if y.n < 2 {
		return ""
	}
	ttl := 255
	for _, t := range [...]int{192, 128, 64, 32} {
		if int(y.ttl) <= t {
			ttl = t
		}
	}
	var room [128]byte
	text := strconv.AppendUint(room[:0], uint64(y.flags), 10)
	text = append(text, '_')
	text = strconv.AppendUint(text, uint64(ttl), 10)
	text = append(text, '_')
	text = strconv.AppendUint(text, uint64(y.window), 10)
	text = append(text, '_')
	options := len(text)
	text = appendOptions(text, y.options[:y.n-1])
	d, slot := fingerprints.find(text)
	if d == "" {
		sum := sum256(text[options:])
		d = remember(slot, text, string(text[:options])+hex.EncodeToString(sum[:6]))
	}
	return d
}

// fingerprints remembers those of texts as fingerprint makes them: there are many more
// flows than systems.
var fingerprints hashes

// Kinds of TCP options (IANA TCP parameters).
const (
	optionEnd       = 0
	optionNothing   = 1
	optionTimestamp = 8
)

// appendOptions appends to text what is hashed of options o.
func appendOptions(text, o []byte) []byte {
	for len(o) > 0 {
		kind := o[0]
		text = hex.AppendEncode(text, o[:1])
		if kind == optionEnd {
			break
		}
		if kind == optionNothing {
			o = o[1:]
			continue
		}
		if len(o) < 2 || o[1] == 0 {
			break
		}
		n := int(o[1])
		if kind != optionTimestamp && n > 2 {
			text = hex.AppendEncode(text, o[2:min(n, len(o))])
		}
		o = o[min(n, len(o)):]
	}
	return text
}

// OSHint is the operating system that a fingerprint is known of, "" for unknown.
func OSHint(fingerprint string) string { return osHints[fingerprint] }

// osHints are fingerprints of known systems, as nDPI 4.11 names them. Where two
// systems share one the first to be listed there has it.
var osHints = map[string]string{
	"2_64_65535_8bf9e292397e":    "FreeBSD",
	"2_64_64800_83b2f9a5576c":    "Linux",
	"2_64_64240_2e3cee914fc1":    "Linux",
	"2_64_29200_2e3cee914fc1":    "Linux",
	"2_64_29200_d853e95bd80f":    "Linux",
	"2_64_14600_8c07a80cc645":    "Linux",
	"2_64_29200_90541420d839":    "Linux",
	"2_64_64240_41a9d5af7dd3":    "Linux",
	"2_64_65535_d876f498b09e":    "Android",
	"2_64_65535_685ad951a756":    "Android",
	"2_64_65535_41a9d5af7dd3":    "Android",
	"2_64_65535_148107a0d970":    "Android",
	"2_64_65535_f518bfb025b0":    "Android",
	"2_128_64240_6bb88f5575fd":   "Windows",
	"2_128_8192_4697958db063":    "Windows",
	"194_128_64240_0c6c715fcb8e": "Windows",
	"194_128_64240_29659b8d8574": "Windows",
	"194_128_32768_e75eea53a4fd": "Windows",
	"194_128_32768_84fee6d35dde": "Windows",
	"194_64_65535_15db81ff8b0d":  "iOS/iPadOS",
	"194_64_65535_dd5737e4fedb":  "iOS/iPadOS",
	"194_64_65535_d29295416479":  "macOS",
	"194_64_65535_78dd6871cb6d":  "macOS",
	"2_64_65535_d29295416479":    "macOS",
	"2_64_65535_dd5737e4fedb":    "macOS",
}
