package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test program play the daemon and the process that changes user.
func TestMain(m *testing.M) {
	switch mode := os.Getenv("NTOPGO_TEST_MODE"); {
	case mode == "":
		os.Exit(m.Run())
	case mode == "become":
		a, err := LookupAccount("nobody")
		if err == nil {
			err = a.Become()
		}
		b, _ := os.ReadFile("/proc/self/status")
		fmt.Println(err)
		_, _ = os.Stdout.Write(b)
		os.Exit(0)
	case !IsBackground():
		if err := Background(os.Getenv("NTOPGO_TEST_LOG")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case mode == "daemon fails":
		Started(errors.New("port in use"))
		os.Exit(1)
	case mode == "daemon crashes":
		panic("crash at the start")
	default:
		Started(nil)
		sid, _, _ := syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0)
		_ = os.WriteFile(os.Getenv("NTOPGO_TEST_LOG")+".up", []byte(fmt.Sprint(os.Getpid(), " ", sid, IsBackground())), 0o600)
		os.Exit(0)
	}
}

func runSelf(t *testing.T, mode, log string) (string, error) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "NTOPGO_TEST_MODE="+mode, "NTOPGO_TEST_LOG="+log)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestBackground(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	if out, err := runSelf(t, "daemon", log); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	var b []byte
	for deadline := time.Now().Add(10 * time.Second); len(b) == 0 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		b, _ = os.ReadFile(log + ".up")
	}
	var pid, sid int
	var still bool
	if _, err := fmt.Sscan(string(b), &pid, &sid, &still); err != nil || pid != sid || still {
		t.Errorf("daemon reports %q: not the leader of its session, or the mark is still set", b)
	}
	if out, err := runSelf(t, "daemon fails", log); err == nil || !strings.Contains(out, "port in use") {
		t.Errorf("a failed start: %v %q", err, out)
	}
	if out, err := runSelf(t, "daemon crashes", log); err == nil || !strings.Contains(out, "ended early") {
		t.Errorf("a crash: %v %q", err, out)
	}
	if b, _ := os.ReadFile(log); !bytes.Contains(b, []byte("crash at the start")) {
		t.Errorf("the crash is not in the log: %q", b)
	}
}

func TestBecome(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can change the user")
	}
	want, err := LookupAccount("nobody")
	if err != nil {
		t.Skip(err)
	}
	out, err := runSelf(t, "become", "")
	if err != nil || !strings.HasPrefix(out, "<nil>\n") {
		t.Fatalf("%v %s", err, out)
	}
	for _, line := range []string{
		fmt.Sprintf("Uid:\t%[1]d\t%[1]d\t%[1]d\t%[1]d", want.UID), fmt.Sprintf("Gid:\t%[1]d\t%[1]d\t%[1]d\t%[1]d", want.GID),
		"CapEff:\t0000000000000000",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("status lacks %q:\n%s", line, out)
		}
	}
	if _, err := LookupAccount("no-such-user-here"); err == nil || !strings.Contains(err.Error(), "--user") {
		t.Errorf("unknown user: %v", err)
	}
}

func TestPidFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(path, []byte("99999999\nleft by a crash"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := WritePidFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != strconv.Itoa(os.Getpid())+"\n" {
		t.Errorf("content %q", b)
	}
	if _, err := WritePidFile(path); !errors.Is(err, ErrRunning) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("second instance: %v", err)
	}
	p.Remove()
	if _, err := os.Stat(path); err == nil {
		t.Error("file is left behind")
	}
	if p, err = WritePidFile(path); err != nil {
		t.Fatal(err)
	}
	p.Remove()
	var none *PidFile
	none.Remove()
	if _, err := WritePidFile("/proc/no/such/dir/pid"); err == nil {
		t.Error("no error")
	}
}

// Not parallel: it sends signals to the test process.
func TestUntilSignal(t *testing.T) {
	forced := make(chan os.Signal, 1)
	ctx, stop := UntilSignal(context.Background(), func(s os.Signal) { forced <- s })
	defer stop()
	self, _ := os.FindProcess(os.Getpid())
	if err := self.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("SIGTERM does not end the context")
	}
	if err := self.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case s := <-forced:
		if s != syscall.SIGINT {
			t.Errorf("signal %v", s)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the second signal is ignored")
	}
}
