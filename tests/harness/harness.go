// Package harness builds the program once per test run and starts it for tests
// that look at it from outside: over HTTP, by its exit status, by its log.
package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Root is the folder of the repository. Built with -trimpath, a test does not
// know where its source was: the folder is the one above that has the module.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	if filepath.IsAbs(file) {
		return filepath.Dir(filepath.Dir(filepath.Dir(file)))
	}
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// Shared is a path below the folder of captures that are not part of the
// repository (NTOPGO_SHARED, by default shared/ beside it). The test is skipped
// when it is not there.
func Shared(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("NTOPGO_SHARED")
	if root == "" {
		root = filepath.Join(Root(), "..", "shared")
	}
	p := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("needs the shared captures (NTOPGO_SHARED): %v", err)
	}
	return p
}

// Tree is the folder of an existing script tree of the given year, named by the
// environment (NTOPGO_TREE_2024, NTOPGO_TREE_2026). The test is skipped without.
func Tree(t testing.TB, year int) string {
	t.Helper()
	name := fmt.Sprintf("NTOPGO_TREE_%d", year)
	dir := os.Getenv(name)
	if dir == "" {
		t.Skipf("needs a script tree of %d: set %s to its folder", year, name)
	}
	return dir
}

// Demo is the demonstration capture.
func Demo() string { return filepath.Join(Root(), "compat", "layout", "demo", "demo.pcap") }

// Need skips the test when a program is not installed.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("needs %s", p)
		}
	}
}

// NeedRoot skips the test for ordinary users.
func NeedRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, for network namespaces")
	}
}

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ntopgo-test")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "ntopng")
	cmd := exec.Command("go", "build", "-o", bin, ".")
	cmd.Dir = Root()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return bin, nil
})

// Binary is the path of the program, built when first asked for.
func Binary(t testing.TB) string {
	t.Helper()
	if bin := os.Getenv("NTOPGO_BINARY"); bin != "" {
		return bin
	}
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// Output runs the program to its end and returns what it wrote and its exit
// status; it is killed, and the test fails, after limit.
func Output(t testing.TB, limit time.Duration, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	bin := Binary(t)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%v did not end within %v\n%s%s", args, limit, out.String(), errOut.String())
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", args, err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// Program is a running instance.
type Program struct {
	URL  string // http://127.0.0.1:port
	Port int
	Dir  string // data directory
	Cmd  *exec.Cmd
	// Client keeps cookies away and follows no redirect.
	Client *http.Client

	t    testing.TB
	log  syncBuffer
	done chan struct{}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Options of Start.
type Options struct {
	Args []string
	Dir  string   // data directory; default: a new one
	Env  []string // beside the environment of the test
	In   []string // command that runs the program, such as ip netns exec NAME
	Port int      // port of the web interface; default: a free one
	Addr string   // address of the web interface; default 127.0.0.1
}

// Start starts the program, waits until it answers, and ends it with the test.
// Every instance has a data directory, a pid file and a port of its own, and
// the embedded store.
func Start(t testing.TB, o Options) *Program {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1"
	}
	if o.Port == 0 {
		o.Port = freePort(t)
	}
	p := &Program{Dir: o.Dir, t: t, done: make(chan struct{}), Port: o.Port}
	p.URL = fmt.Sprintf("http://%s:%d", o.Addr, p.Port)
	p.Client = &http.Client{Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	args := append([]string{}, o.In...)
	args = append(args, Binary(t), "-d", o.Dir, "-G", filepath.Join(o.Dir, "pid"), "--dont-change-user", "--offline",
		"-w", fmt.Sprintf("%s:%d", o.Addr, p.Port))
	args = append(args, o.Args...)
	p.Cmd = exec.Command(args[0], args[1:]...)
	p.Cmd.Env = append(os.Environ(), o.Env...)
	p.Cmd.Stdout, p.Cmd.Stderr = &p.log, &p.log
	p.Cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.Cmd.Wait(); close(p.done) }()
	t.Cleanup(p.Stop)
	if len(o.In) == 0 {
		p.WaitReady()
	}
	return p
}

func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// WaitReady waits until the login page is served.
func (p *Program) WaitReady() {
	p.t.Helper()
	Eventually(p.t, 30*time.Second, func() error {
		select {
		case <-p.done:
			p.t.Fatalf("the program ended:\n%s", p.Log())
		default:
		}
		r, err := p.Client.Get(p.URL + "/lua/login.lua")
		if err != nil {
			return err
		}
		r.Body.Close()
		if r.StatusCode != http.StatusOK {
			return fmt.Errorf("login page: status %d", r.StatusCode)
		}
		return nil
	})
}

// Log is what the program has logged so far.
func (p *Program) Log() string { return p.log.String() }

// Stop ends the program in order and waits for it.
func (p *Program) Stop() {
	_ = p.Cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		p.t.Errorf("the program does not end:\n%s", p.Log())
		p.Kill()
	}
}

// Kill ends the program as kill -9 does.
func (p *Program) Kill() {
	_ = p.Cmd.Process.Kill()
	<-p.done
}

// Get fetches a path and returns status and body.
func (p *Program) Get(path string) (status int, body string) {
	p.t.Helper()
	r, err := p.Client.Get(p.URL + path)
	if err != nil {
		p.t.Fatalf("GET %s: %v", path, err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatalf("GET %s: %v", path, err)
	}
	return r.StatusCode, string(b)
}

// Rest fetches a REST address and decodes its rsp member into v; rc must be 0.
func (p *Program) Rest(path string, v any) error {
	status, body := p.Get(path)
	var answer struct {
		RC  int             `json:"rc"`
		Rsp json.RawMessage `json:"rsp"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return fmt.Errorf("%s: status %d: %w: %.200s", path, status, err, body)
	}
	if status != http.StatusOK || answer.RC != 0 {
		return fmt.Errorf("%s: status %d, rc %d: %.200s", path, status, answer.RC, body)
	}
	return json.Unmarshal(answer.Rsp, v)
}

// Eventually calls f until it succeeds; the test fails with its last error
// after limit.
func Eventually(t testing.TB, limit time.Duration, f func() error) {
	t.Helper()
	end := time.Now().Add(limit)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not within %v: %v", limit, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// LogErrors lists the lines of a log that tell of an error or a failed script.
func LogErrors(log string) []string {
	var out []string
	for _, line := range strings.Split(log, "\n") {
		if strings.Contains(line, "ERROR:") || strings.Contains(line, "Script failure") ||
			strings.Contains(line, "panic") {
			out = append(out, line)
		}
	}
	return out
}

// UseCookie sends c with every later request.
func (p *Program) UseCookie(c *http.Cookie) {
	p.Client.Transport = withCookie{c}
}

type withCookie struct{ c *http.Cookie }

func (w withCookie) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.AddCookie(&http.Cookie{Name: w.c.Name, Value: w.c.Value})
	return http.DefaultTransport.RoundTrip(r)
}
