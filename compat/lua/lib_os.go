package lua

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

func init() {
	libraries["os"] = func(*VM) *layout.Table {
		t := layout.NewTable(0, 12)
		register(t, map[string]libFunc{
			"clock": osClock, "date": osDate, "difftime": osDifftime, "execute": osExecute, "exit": osExit,
			"getenv": osGetenv, "remove": osRemove, "rename": osRename, "setlocale": osSetlocale,
			"time": osTime, "tmpname": osTmpname,
		})
		return t
	}
}

func osClock(l *golua.State) int {
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		return ret(l, 0.0)
	}
	sec := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return ret(l, sec(ru.Utime)+sec(ru.Stime))
}

func osDifftime(l *golua.State) int { return ret(l, float64(checkInt(l, 1)-checkInt(l, 2))) }

func osGetenv(l *golua.State) int {
	impure(l, "os.getenv")

	if v, ok := os.LookupEnv(checkStr(l, 1)); ok {
		return ret(l, v)
	}
	return ret(l, nil)
}

// result is the usual answer of a file operation: true, or nil, message, errno.
func result(l *golua.State, err error, name string) int {
	if err == nil {
		return ret(l, true)
	}
	msg, code := systemError(err)
	if name != "" {
		msg = name + ": " + msg
	}
	return ret(l, nil, msg, integer(code))
}

// systemError is C's strerror and errno of err.
func systemError(err error) (string, int) {
	var no syscall.Errno
	if errors.As(err, &no) {
		s := no.Error()
		return strings.ToUpper(s[:1]) + s[1:], int(no)
	}
	return err.Error(), 0
}

func osRemove(l *golua.State) int {
	impure(l, "os.remove")
	name := checkStr(l, 1)
	return result(l, os.Remove(name), name)
}

func osRename(l *golua.State) int {
	impure(l, "os.rename")

	from := checkStr(l, 1)
	return result(l, os.Rename(from, checkStr(l, 2)), "")
}

func osTmpname(l *golua.State) int {
	impure(l, "os.tmpname")

	f, err := os.CreateTemp("", "lua_")
	if err != nil {
		layout.Raise(l, 1, "unable to generate a unique filename")
	}
	f.Close()
	return ret(l, f.Name())
}

func osSetlocale(l *golua.State) int {
	impure(l, "os.setlocale")

	switch optStr(l, 1, "") {
	case "", "C", "POSIX":
		return ret(l, "C")
	}
	return ret(l, nil)
}

// osExit ends the script, not the process that serves others.
func osExit(l *golua.State) int {
	impure(l, "os.exit")

	layout.Raise(l, 1, "os.exit is not available to scripts")
	return 0
}

// command makes a shell command that ends with the run.
func (vm *VM) command(line string) *exec.Cmd {
	ctx := vm.bounds.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	// The shell's own children hold the pipe as well: end the whole group.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}

func osExecute(l *golua.State) int {
	impure(l, "os.execute")

	if layout.Arg(l, 1) == nil {
		return ret(l, true)
	}
	cmd := vmOf(l).command(checkStr(l, 1))
	cmd.Stdout, cmd.Stderr = vmOf(l).rt.cfg.Stdout, vmOf(l).rt.cfg.Stderr
	err := cmd.Run()
	vmOf(l).tick(l)
	return exitStatus(l, err)
}

// exitStatus is what os.execute and the close of a pipe return.
func exitStatus(l *golua.State, err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return ret(l, true, "exit", layout.Int(0))
	case errors.As(err, &exit):
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			return ret(l, nil, "signal", integer(int(ws.Signal())))
		}
		return ret(l, nil, "exit", integer(exit.ExitCode()))
	}
	return result(l, err, "")
}

func osTime(l *golua.State) int {
	impure(l, "os.time")

	if layout.Arg(l, 1) == nil {
		return ret(l, layout.Int(time.Now().Unix()))
	}
	v := layout.Arg(l, 1)
	checkTable(l, 1)
	field := func(key string, def int64) int {
		f := layout.Index(l, v, key)
		if f == nil {
			if def < 0 {
				layout.Raise(l, 1, "field '%s' missing in date table", key)
			}
			return int(def)
		}
		n, ok := layout.ToInteger(f)
		if !ok {
			layout.Raise(l, 1, "field '%s' is not an integer", key)
		}
		if n != int64(int32(n)) {
			layout.Raise(l, 1, "field '%s' is out-of-bound", key)
		}
		return int(n)
	}
	year, month, day := field("year", -1), field("month", -1), field("day", -1)
	hour, minute, sec := field("hour", 12), field("min", 0), field("sec", 0)
	t := time.Date(year, time.Month(month), day, hour, minute, sec, 0, time.Local)
	if dst, ok := layout.Index(l, v, "isdst").(bool); ok && dst && !t.IsDST() {
		t = t.Add(-time.Hour)
	}
	if lt := layout.AsTable(v); lt != nil {
		setDate(lt, t)
	}
	return ret(l, layout.Int(t.Unix()))
}

func setDate(t *layout.Table, at time.Time) {
	for k, n := range map[string]int{
		"year": at.Year(), "month": int(at.Month()), "day": at.Day(), "hour": at.Hour(), "min": at.Minute(),
		"sec": at.Second(), "yday": at.YearDay(), "wday": int(at.Weekday()) + 1,
	} {
		t.SetStr(k, integer(n))
	}
	t.SetStr("isdst", at.IsDST())
}

func osDate(l *golua.State) int {
	impure(l, "os.date")

	f := optStr(l, 1, "%c")
	at := time.Now()
	if layout.Arg(l, 2) != nil {
		at = time.Unix(checkInt(l, 2), 0)
	}
	if strings.HasPrefix(f, "!") {
		f, at = f[1:], at.UTC()
	} else {
		at = at.Local()
	}
	if at.Year() > 1<<31-1 || at.Year() < -(1<<31) {
		layout.Raise(l, 1, "date result cannot be represented in this installation")
	}
	if strings.HasPrefix(f, "*t") {
		t := layout.NewTable(0, 9)
		setDate(t, at)
		return ret(l, t.Value())
	}
	var b bytes.Buffer
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			b.WriteByte(f[i])
			continue
		}
		i++
		start := i
		ok := true
		if i < len(f) && (f[i] == 'E' || f[i] == 'O') {
			with := map[byte]string{'E': "cCxXyY", 'O': "deHImMSuUVwWy"}[f[i]]
			i++
			ok = i < len(f) && strings.IndexByte(with, f[i]) >= 0
		}
		if !ok || i >= len(f) || !strftime(&b, f[i], at) {
			argError(l, 1, "invalid conversion specifier '%%%s'", f[start:min(i+1, len(f))])
		}
	}
	return ret(l, b.String())
}
