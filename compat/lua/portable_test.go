package lua

import (
	"os"
	"os/exec"
	"testing"

	"ntopgo/compat/lua/internal/layout"
)

// portableEnv makes internal/layout use states of its own, as it does when the
// linked go-lua has another layout than it knows.
const portableEnv = "NTOPGO_LUA_PORTABLE"

func TestStates(t *testing.T) {
	fatal, own := layout.Check()
	if fatal != nil || own != nil {
		t.Fatal(fatal, own)
	}
	if want := os.Getenv(portableEnv) != ""; layout.Portable() != want {
		t.Errorf("own states: %v, expected %v", layout.Portable(), want)
	}
}

// TestPortable runs all tests of this package once more on states of its own.
func TestPortable(t *testing.T) {
	if os.Getenv(portableEnv) != "" {
		t.Skip("this is that run")
	}
	if testing.Short() {
		t.Skip("takes as long as all the others")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^Test", "-test.short", "-test.v", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), portableEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out[max(0, len(out)-8000):])
	}
}
