package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// daemonEnv marks the process that was started for the background; its value is
// the file descriptor on which the parent waits.
const daemonEnv = "NTOPGO_DAEMON_FD"

// Background starts the program once more, with the same arguments, in a
// session of its own, and waits until that process has reported through
// Started. The error is what it reported, or that it ended without a report.
// stderrFile receives what the runtime prints, such as a crash.
func Background(stderrFile string) error {
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("start in the background: %w", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start in the background: %w", err)
	}
	defer func() { _ = r.Close() }()
	cmd := exec.Command(exe, os.Args[1:]...)
	cmd.Env = append(os.Environ(), daemonEnv+"=3")
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if f, err := os.OpenFile(stderrFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NOFOLLOW, 0o600); err == nil {
		defer func() { _ = f.Close() }()
		cmd.Stderr = f
	}
	err = cmd.Start()
	_ = w.Close()
	if err != nil {
		return fmt.Errorf("start in the background: %w", err)
	}
	report, _ := io.ReadAll(r)
	switch {
	case string(report) == "ok":
		return cmd.Process.Release()
	case len(report) > 0:
		_ = cmd.Wait()
		return errors.New(string(report))
	}
	err = cmd.Wait()
	return fmt.Errorf("the background process ended early: %v; see %s", err, stderrFile)
}

// IsBackground tells whether this process was started by Background.
func IsBackground() bool { return os.Getenv(daemonEnv) != "" }

// Started tells the waiting parent that the start succeeded (nil) or failed.
// It does nothing in a process that is not in the background, or when called again.
func Started(err error) {
	fd, convErr := strconv.Atoi(os.Getenv(daemonEnv))
	if convErr != nil {
		return
	}
	_ = os.Unsetenv(daemonEnv)
	f := os.NewFile(uintptr(fd), "parent")
	if f == nil {
		return
	}
	defer func() { _ = f.Close() }()
	text := "ok"
	if err != nil {
		text = err.Error()
	}
	_, _ = io.WriteString(f, text)
}

// PidFile is a locked file with the process number in it.
type PidFile struct {
	path string
	file *os.File
}

// ErrRunning is wrapped by the error for a pid file another instance holds.
var ErrRunning = errors.New("another instance is running")

// WritePidFile creates or takes over the file and locks it for the life of the
// process. A file left by a process that died is no obstacle.
func WritePidFile(path string) (*PidFile, error) {
	// The file is often put into a data directory that does not exist yet.
	_ = os.MkdirAll(filepath.Dir(path), 0o755)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("pid file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		other, _ := io.ReadAll(io.LimitReader(f, 32))
		_ = f.Close()
		return nil, fmt.Errorf("pid file %s: %w (pid %s)", path, ErrRunning, bytes.TrimSpace(other))
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("pid file: %w", err)
	}
	return &PidFile{path: path, file: f}, nil
}

// Remove deletes the file; where the process may no longer do that, it empties it.
func (p *PidFile) Remove() {
	if p == nil {
		return
	}
	if os.Remove(p.path) != nil {
		_ = p.file.Truncate(0)
	}
	_ = syscall.Flock(int(p.file.Fd()), syscall.LOCK_UN)
	_ = p.file.Close()
}

// Account is a user of the system.
type Account struct {
	Name     string
	UID, GID int
	Groups   []int
}

// LookupAccount finds a user of the system by name.
func LookupAccount(name string) (Account, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return Account{}, fmt.Errorf("option -U/--user: %w", err)
	}
	a := Account{Name: name}
	if a.UID, err = strconv.Atoi(u.Uid); err != nil {
		return Account{}, fmt.Errorf("option -U/--user: %s has no numeric id", name)
	}
	if a.GID, err = strconv.Atoi(u.Gid); err != nil {
		return Account{}, fmt.Errorf("option -U/--user: %s has no numeric group", name)
	}
	ids, _ := u.GroupIds()
	for _, id := range append(ids, u.Gid) {
		if n, err := strconv.Atoi(id); err == nil {
			a.Groups = append(a.Groups, n)
		}
	}
	return a, nil
}

// Become changes the whole process, every thread of it, to the account for good.
func (a Account) Become() error {
	if err := syscall.Setgroups(a.Groups); err != nil {
		return fmt.Errorf("become %s: setgroups: %w", a.Name, err)
	}
	if err := syscall.Setgid(a.GID); err != nil {
		return fmt.Errorf("become %s: setgid: %w", a.Name, err)
	}
	if err := syscall.Setuid(a.UID); err != nil {
		return fmt.Errorf("become %s: setuid: %w", a.Name, err)
	}
	if a.UID != 0 && syscall.Setuid(0) == nil {
		return fmt.Errorf("become %s: the privileges could be taken back", a.Name)
	}
	return nil
}

// UntilSignal returns a context that ends with SIGINT or SIGTERM, for an
// orderly end; force is called when a second one comes. stop releases the signals.
func UntilSignal(parent context.Context, force func(os.Signal)) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			cancel()
		case <-done:
			return
		}
		select {
		case s := <-signals:
			force(s)
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
