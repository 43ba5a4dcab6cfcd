package flow

import (
	"testing"

	"ntopgo/engine/decode"
)

func TestTCPState(t *testing.T) {
	t.Parallel()
	const whole = decode.SYN | decode.ACK | decode.FIN
	for name, c := range map[string]struct {
		up, down uint8
		over     bool
		want     TCPState
	}{
		"a SYN":                       {decode.SYN, 0, false, TCPConnecting},
		"answered":                    {decode.SYN, decode.SYN | decode.ACK, false, TCPConnecting},
		"begun":                       {decode.SYN | decode.ACK, decode.SYN | decode.ACK, true, TCPEstablished},
		"seen from SYN to FIN":        {whole, whole, true, TCPClosed},
		"seen whole, reset at last":   {whole | decode.RST, whole, true, TCPClosed},
		"ended, its beginning unseen": {decode.ACK | decode.FIN, decode.ACK | decode.FIN, true, TCPEstablished},
		"reset":                       {decode.SYN | decode.ACK, decode.RST, true, TCPReset},
		"a SYN+ACK alone":             {decode.SYN | decode.ACK, 0, false, TCPNone},
	} {
		r := &Record{}
		r.dir[toServer].tcpFlags, r.dir[toClient].tcpFlags = c.up, c.down
		r.set(handshakeOver, c.over)
		if got := r.tcpState(); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestHalfGap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to int64
		want     uint32
	}{{0, 55_000, 27}, {999, 56_001, 28}, {5000, 1000, 0}, {0, 11e9, 0}} {
		if got := halfGap(c.from, c.to); got != c.want {
			t.Errorf("from %d to %d: %d, want %d", c.from, c.to, got, c.want)
		}
	}
}
