package dpi

import "testing"

// TestSSHWaitsOnlyForKeyExchanges: what follows the banner and cannot be a KEXINIT
// message is not put together.
func TestSSHWaitsOnlyForKeyExchanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, b string
		over    bool
	}{
		{"nothing yet", "", false},
		{"half a length", "\x00\x00", false},
		{"no kind yet", "\x00\x00\x01\x00\x06", false},
		{"a key exchange to come", "\x00\x00\x01\x00\x06\x14", false},
		{"another message", "\x00\x00\x01\x00\x06\x15", true},
		{"longer than messages are", "\xff\x00\x01\x00\x06\x14", true},
		{"too short for a kind", "\x00\x00\x00\x01\x06", true},
	} {
		if _, _, over := hassh([]byte(c.b), 0); over != c.over {
			t.Errorf("%s: over is %v", c.name, over)
		}
	}
}
