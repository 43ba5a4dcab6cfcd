package program

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

// Bad input must be told in one clear line that names it, with a status that is
// not zero, and before anything else happens.
func TestBadInputIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	noCapture := write("notes.pcap", "this is no capture file\n\x00\x01\x02\x03")
	noScripts := filepath.Join(dir, "empty")
	if err := os.Mkdir(noScripts, 0o755); err != nil {
		t.Fatal(err)
	}
	used, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { used.Close() })
	config := write("ntopng.conf", "--no-such-option=1\n")

	base := func(args ...string) []string {
		return append([]string{"-d", filepath.Join(t.TempDir(), "data"), "-G", filepath.Join(t.TempDir(), "pid"),
			"--dont-change-user", "--offline", "-w", "127.0.0.1:0"}, args...)
	}
	for _, c := range []struct {
		name string
		args []string
		want []string // all in one line of stderr
	}{
		{"missing interface", base("-i", "nosuchnic0"), []string{"nosuchnic0"}},
		{"missing capture file", base("-i", filepath.Join(dir, "gone.pcap")), []string{"gone.pcap", "no such file"}},
		{"no capture file", base("-i", noCapture), []string{"notes.pcap"}},
		{"directory as interface", base("-i", dir), []string{dir, "directory"}},
		{"tree without scripts", base("-i", "dummy", "--install-dir", noScripts), []string{noScripts}},
		{"missing tree", base("-i", "dummy", "--install-dir", filepath.Join(dir, "gone")), []string{"gone"}},
		{"no redis", base("-i", "dummy", "-r", "127.0.0.1:1"), []string{"127.0.0.1:1"}},
		{"port in use", base("-i", "dummy", "-w", used.Addr().String()), []string{used.Addr().String(), "in use"}},
		{"wrong filter", base("-i", harness.Demo(), "-B", "tcp port banana or"), []string{"banana"}},
		{"wrong network", base("-i", "dummy", "-m", "300.0.0.0/8"), []string{"300.0.0.0/8"}},
		{"unknown option", []string{"--no-such-option"}, []string{"no-such-option"}},
		{"wrong number", []string{"-x", "many"}, []string{"max-num-hosts", "many"}},
		{"unknown option in a file", []string{config}, []string{"no-such-option"}},
		{"missing configuration file", []string{filepath.Join(dir, "gone.conf")}, []string{"gone.conf"}},
		{"missing script", []string{"--run-script", filepath.Join(dir, "gone.lua")}, []string{"gone.lua"}},
		{"classify no capture", []string{"--classify", noCapture}, []string{"notes.pcap"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, stderr, status := harness.Output(t, 30*time.Second, c.args...)
			if status == 0 {
				t.Errorf("exit status 0")
			}
			found := false
			for _, line := range strings.Split(stderr, "\n") {
				all := line != ""
				for _, w := range c.want {
					all = all && strings.Contains(line, w)
				}
				found = found || all
			}
			if !found {
				t.Errorf("no line of stderr has %q:\n%s", c.want, stderr)
			}
			if strings.Contains(stderr, "goroutine ") {
				t.Errorf("a stack trace:\n%s", stderr)
			}
		})
	}
}

func TestTruncatedCaptureIsReadAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(harness.Demo())
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.pcap")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	p := harness.Start(t, harness.Options{Args: []string{"-i", cut, "--disable-login", "1"}})
	harness.Eventually(t, 10*time.Second, func() error {
		var data struct {
			Packets int `json:"packets"`
		}
		if err := p.Rest("/lua/rest/v2/get/interface/data.lua?ifid=0", &data); err != nil {
			return err
		}
		if data.Packets == 0 {
			return errors.New("no packet of the sound half was counted")
		}
		return nil
	})
	harness.Eventually(t, 5*time.Second, func() error {
		if !strings.Contains(p.Log(), "damaged") {
			return os.ErrNotExist
		}
		return nil
	})
}

func TestSecondInstanceIsRefused(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{Args: []string{"-i", "dummy"}})
	_, stderr, status := harness.Output(t, 20*time.Second, "-d", t.TempDir(), "-G", filepath.Join(p.Dir, "pid"),
		"-i", "dummy", "-w", "127.0.0.1:0", "--dont-change-user")
	if status == 0 || !strings.Contains(stderr, "another instance is running") {
		t.Errorf("status %d: %s", status, stderr)
	}
}
