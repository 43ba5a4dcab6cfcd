// Package logging writes log lines in the form ntopng's users and tools know:
//
//	23/Nov/2026 05:11:23 [file.go:42] WARNING: text
//
// to the terminal, to a file that is rotated by lines, and to the list of
// recent lines in the key-value store. Nothing else may format log lines.
package logging

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Level of a line; a logger prints its own level and all below.
type Level int32

// Levels, as counted by -v. Only errors and warnings are named in a line.
const (
	Error   Level = 0
	Warning Level = 1
	Normal  Level = 2
	Info    Level = 3
	Debug   Level = 6
	Trace   Level = 9
)

const (
	// RecentKey is the list of recent lines, newest first; RecentLines its length.
	RecentKey   = "ntopng.trace"
	RecentLines = 32

	maxLineLength   = 8100
	defaultMaxLines = 10000
	defaultMaxFiles = 5
	timeLayout      = "02/Jan/2006 15:04:05"
)

// Config of a Logger.
type Config struct {
	Level Level
	// Out is where lines are printed; default os.Stdout. Colours are used only
	// when it is a terminal.
	Out io.Writer
	// File, when set, receives the lines too. After MaxLines (default 10000) it
	// becomes File.1, which becomes File.2 and so on up to MaxFiles (default 5).
	File     string
	MaxLines int
	MaxFiles int
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// List is the part of the key-value store that keeps recent lines.
type List interface {
	LPush(key string, values ...string) (int64, error)
	LTrim(key string, start, stop int64) error
}

// Logger writes log lines. A nil *Logger writes nothing.
type Logger struct {
	cfg    Config
	level  atomic.Int32
	colour bool

	mu    sync.Mutex
	file  *os.File
	lines int

	recent chan string
	stop   chan struct{}
	done   sync.WaitGroup
	once   sync.Once
	counts [2]atomic.Uint64 // errors, warnings
}

// New makes a logger; it opens File at once.
func New(cfg Config) (*Logger, error) {
	if cfg.Out == nil {
		cfg.Out = os.Stdout
	}
	if cfg.MaxLines <= 0 {
		cfg.MaxLines = defaultMaxLines
	}
	if cfg.MaxFiles <= 0 {
		cfg.MaxFiles = defaultMaxFiles
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	l := &Logger{cfg: cfg, colour: isTerminal(cfg.Out), stop: make(chan struct{})}
	l.SetLevel(cfg.Level)
	if cfg.File != "" {
		if err := l.SetFile(cfg.File); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	st, err := f.Stat()
	if err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(st, null)
}

// SetLevel changes what is printed from now on.
func (l *Logger) SetLevel(level Level) {
	l.level.Store(int32(min(max(level, Error), Trace)))
}

// Level is what is printed.
func (l *Logger) Level() Level { return Level(l.level.Load()) }

// Counts returns how many errors and warnings were logged, printed or not.
func (l *Logger) Counts() (errors, warnings uint64) {
	return l.counts[0].Load(), l.counts[1].Load()
}

// SetFile sends lines to a file as well, from now on; "" ends that. What the
// file held before is rotated away.
func (l *Logger) SetFile(path string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
	l.cfg.File = path
	if path == "" {
		return nil
	}
	if st, err := os.Stat(path); err == nil && st.Size() > 0 {
		l.shift()
	}
	return l.openFile()
}

func (l *Logger) openFile() error {
	f, err := os.OpenFile(l.cfg.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log file: %w", err)
	}
	l.file, l.lines = f, 0
	return nil
}

// shift renames File to File.1, File.1 to File.2, and so on.
func (l *Logger) shift() {
	name := func(i int) string { return fmt.Sprintf("%s.%d", l.cfg.File, i) }
	for i := l.cfg.MaxFiles - 1; i >= 1; i-- {
		_ = os.Rename(name(i), name(i+1))
	}
	_ = os.Rename(l.cfg.File, name(1))
}

// SetRecent keeps the newest lines in the store as well. Lines are handed over
// without waiting: when the store is slow, some are left out of the list.
func (l *Logger) SetRecent(list List) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.recent != nil {
		return
	}
	l.recent = make(chan string, 256)
	l.done.Add(1)
	go l.keepRecent(list, l.recent)
}

func (l *Logger) keepRecent(list List, lines <-chan string) {
	defer l.done.Done()
	push := func(line string) {
		if _, err := list.LPush(RecentKey, line); err == nil {
			_ = list.LTrim(RecentKey, 0, RecentLines-1)
		}
	}
	for {
		select {
		case line := <-lines:
			push(line)
		case <-l.stop:
			for {
				select {
				case line := <-lines:
					push(line)
				default:
					return
				}
			}
		}
	}
}

// Close writes what is pending and closes the file. The logger still prints.
func (l *Logger) Close() error {
	if l == nil {
		return nil
	}
	l.once.Do(func() { close(l.stop) })
	l.done.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recent = nil
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// Errorf logs a failure.
func (l *Logger) Errorf(format string, args ...any) { l.log(Error, 2, format, args) }

// Warnf logs something that should be looked at.
func (l *Logger) Warnf(format string, args ...any) { l.log(Warning, 2, format, args) }

// Printf logs at the normal level.
func (l *Logger) Printf(format string, args ...any) { l.log(Normal, 2, format, args) }

// Infof logs details.
func (l *Logger) Infof(format string, args ...any) { l.log(Info, 2, format, args) }

// Debugf logs what only a developer needs.
func (l *Logger) Debugf(format string, args ...any) { l.log(Debug, 2, format, args) }

// Logf logs at a level.
func (l *Logger) Logf(level Level, format string, args ...any) { l.log(level, 2, format, args) }

// LogAt logs with a given place instead of the caller's, for lines that come
// from a script: file is shortened to its last element.
func (l *Logger) LogAt(level Level, file string, line int, text string) {
	if l == nil || !l.wants(level) {
		return
	}
	l.write(level, filepath.Base(file), line, text)
}

func (l *Logger) wants(level Level) bool {
	if level == Error || level == Warning {
		l.counts[level].Add(1)
	}
	return int32(level) <= l.level.Load()
}

func (l *Logger) log(level Level, skip int, format string, args []any) {
	if l == nil || !l.wants(level) {
		return
	}
	_, file, line, _ := runtime.Caller(skip)
	l.write(level, filepath.Base(file), line, fmt.Sprintf(format, args...))
}

func (l *Logger) write(level Level, file string, line int, text string) {
	name := ""
	switch level {
	case Error:
		name = "ERROR: "
	case Warning:
		name = "WARNING: "
	}
	text = strings.TrimRight(text, "\n")
	if len(text) > maxLineLength {
		text = text[:maxLineLength]
	}
	plain := fmt.Sprintf("%s [%s:%d] %s%s", l.cfg.Now().Format(timeLayout), file, line, name, text)
	l.mu.Lock()
	defer l.mu.Unlock()
	printed := plain
	if l.colour {
		printed = paint(level, plain)
	}
	_, _ = io.WriteString(l.cfg.Out, printed+"\n")
	l.toFile(plain)
	if l.recent != nil {
		select {
		case l.recent <- plain:
		default:
		}
	}
}

func (l *Logger) toFile(line string) {
	if l.file == nil {
		return
	}
	_, _ = io.WriteString(l.file, line+"\n")
	l.lines++
	if l.lines < l.cfg.MaxLines {
		return
	}
	_ = l.file.Close()
	l.file = nil
	l.shift()
	_ = l.openFile() // without a file lines are still printed
}

func paint(level Level, line string) string {
	colour := ""
	switch level {
	case Error:
		colour = "\x1b[31m"
	case Warning:
		colour = "\x1b[33m"
	case Debug, Trace:
		colour = "\x1b[2m"
	default:
		return line
	}
	return colour + line + "\x1b[0m"
}
