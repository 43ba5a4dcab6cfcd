// Package snmptest runs Debian's snmpd for tests.
package snmptest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"ntopgo/engine/snmp"
)

// What the agent knows.
const (
	SysName     = "1.3.6.1.2.1.1.5.0"
	SysLocation = "1.3.6.1.2.1.1.6.0"
	Name        = "test-agent"

	Community = "public"  // reads
	Writer    = "private" // writes
	User      = "bob"
	AuthPass  = "authpass12"
	PrivPass  = "privpass12"
)

const config = `rocommunity public
rwcommunity private
createUser bob SHA "authpass12" AES "privpass12"
rwuser bob
sysName test-agent
sysContact Me
`

// Agent starts an agent and returns its "address:port". The test is skipped
// where snmpd is not installed.
func Agent(t testing.TB) string {
	t.Helper()
	bin, err := exec.LookPath("snmpd")
	if err != nil {
		if bin = "/usr/sbin/snmpd"; !exists(bin) {
			t.Skip("snmpd is not installed")
		}
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "snmpd.conf")
	if err := os.WriteFile(conf, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freePort(t)
	cmd := exec.Command(bin, "-f", "-LE", "3", "-C", "-c", conf, "-p", filepath.Join(dir, "pid"), "-I", "-smux", "udp:"+addr)
	cmd.Env = append(os.Environ(), "SNMP_PERSISTENT_DIR="+dir, "MIBS=")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	d := snmp.Device{Host: addr, Version: snmp.V2c, Community: Community, Timeout: 300 * time.Millisecond}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if v, err := d.Get(SysName); err == nil && v[SysName] == Name {
			return addr
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("snmpd does not answer")
	return ""
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func freePort(t testing.TB) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return fmt.Sprintf("127.0.0.1:%d", c.LocalAddr().(*net.UDPAddr).Port)
}
