package lua

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
	"ntopgo/compat/lua/internal/number"
)

// file is a Lua file handle.
type file struct {
	r      *bufio.Reader
	w      *bufio.Writer
	seeker io.Seeker
	closer func() error
	cmd    *exec.Cmd
	std    bool // cannot be closed by a script
	closed bool
}

// fileSet is a VM's open files and its default ones.
type fileSet struct {
	meta    *layout.Table
	open    map[*file]bool
	in, out any
}

func (s *fileSet) closeAll() {
	if s == nil {
		return
	}
	for f := range s.open {
		_ = f.close()
	}
}

func init() {
	libraries["io"] = openIO
}

func openIO(vm *VM) *layout.Table {
	fs := &fileSet{open: map[*file]bool{}, meta: layout.NewTable(0, 6)}
	vm.files = fs
	methods := layout.NewTable(0, 8)
	register(methods, map[string]libFunc{
		"close": fileClose, "flush": fileFlush, "lines": fileLines, "read": fileRead,
		"seek": fileSeek, "setvbuf": fileSetvbuf, "write": fileWrite,
	})
	fs.meta.SetStr("__index", methods.Value())
	fs.meta.SetStr("__name", "FILE*")
	register(fs.meta, map[string]libFunc{"__tostring": fileToString, "__close": fileCloseQuietly, "__gc": fileCloseQuietly})
	t := layout.NewTable(0, 16)
	register(t, map[string]libFunc{
		"close": ioClose, "flush": ioFlush, "input": ioInput, "lines": ioLines, "open": ioOpen,
		"output": ioOutput, "popen": ioPopen, "read": ioRead, "tmpfile": ioTmpfile, "type": ioType, "write": ioWrite,
	})
	std := func(name string, f *file) any {
		f.std = true
		v := layout.UserData(f, fs.meta)
		t.SetStr(name, v)
		return v
	}
	fs.in = std("stdin", &file{r: bufio.NewReader(os.Stdin)})
	fs.out = std("stdout", &file{w: bufio.NewWriterSize(vm.rt.cfg.Stdout, 1)})
	std("stderr", &file{w: bufio.NewWriterSize(vm.rt.cfg.Stderr, 1)})
	return t
}

func (f *file) close() error {
	if f.closed {
		return nil
	}
	f.closed = true
	var err error
	if f.w != nil {
		err = f.w.Flush()
	}
	if f.closer != nil {
		if e := f.closer(); err == nil {
			err = e
		}
	}
	return err
}

func (vm *VM) newFile(f *file) any {
	vm.files.open[f] = true
	return layout.UserData(f, vm.files.meta)
}

func fileOf(v any) *file {
	d, _ := layout.Data(v)
	f, _ := d.(*file)
	return f
}

func checkFile(l *golua.State, i int) *file {
	f := fileOf(layout.Arg(l, i))
	if f == nil {
		typeError(l, i, "FILE*")
	}
	if f.closed {
		layout.Raise(l, 1, "attempt to use a closed file")
	}
	return f
}

// open opens a file in C's mode; a name the source hook knows is read from it.
func (vm *VM) open1(name, mode string) (*file, error) {
	if mode[0] == 'r' && !strings.Contains(mode, "+") && vm.rt.cfg.ReadFile != nil {
		if _, err := os.Stat(name); err != nil {
			if b, _, err := vm.rt.cfg.ReadFile(name); err == nil {
				r := bytes.NewReader(b)
				return &file{r: bufio.NewReader(r), seeker: r}, nil
			}
		}
	}
	flags := map[byte]int{'r': os.O_RDONLY, 'w': os.O_WRONLY | os.O_CREATE | os.O_TRUNC, 'a': os.O_WRONLY | os.O_CREATE | os.O_APPEND}[mode[0]]
	if strings.Contains(mode, "+") {
		flags = flags&^(os.O_WRONLY) | os.O_RDWR
	}
	h, err := os.OpenFile(name, flags, 0o666)
	if err != nil {
		return nil, err
	}
	f := &file{seeker: h, closer: h.Close}
	if mode[0] == 'r' || strings.Contains(mode, "+") {
		f.r = bufio.NewReader(h)
	}
	if mode[0] != 'r' || strings.Contains(mode, "+") {
		f.w = bufio.NewWriter(h)
	}
	return f, nil
}

func validMode(m string) bool {
	if m == "" || strings.IndexByte("rwa", m[0]) < 0 {
		return false
	}
	m = strings.TrimPrefix(m[1:], "+")
	return m == "" || m == "b"
}

func ioOpen(l *golua.State) int {
	impure(l, "io.open")

	name, mode := checkStr(l, 1), optStr(l, 2, "r")
	if !validMode(mode) {
		argError(l, 2, "invalid mode")
	}
	vm := vmOf(l)
	f, err := vm.open1(name, mode)
	if err != nil {
		return result(l, err, name)
	}
	return ret(l, vm.newFile(f))
}

func ioPopen(l *golua.State) int {
	impure(l, "io.popen")

	vm := vmOf(l)
	line, mode := checkStr(l, 1), optStr(l, 2, "r")
	if mode != "r" && mode != "w" {
		argError(l, 2, "invalid mode")
	}
	cmd := vm.command(line)
	cmd.Stderr = vm.rt.cfg.Stderr
	f := &file{cmd: cmd}
	if mode == "r" {
		p, err := cmd.StdoutPipe()
		if err != nil {
			return result(l, err, line)
		}
		f.r = bufio.NewReader(p)
		f.closer = func() error { _ = p.Close(); return cmd.Wait() }
	} else {
		cmd.Stdout = vm.rt.cfg.Stdout
		p, err := cmd.StdinPipe()
		if err != nil {
			return result(l, err, line)
		}
		f.w = bufio.NewWriter(p)
		f.closer = func() error { _ = p.Close(); return cmd.Wait() }
	}
	if err := cmd.Start(); err != nil {
		return result(l, err, line)
	}
	return ret(l, vm.newFile(f))
}

func ioTmpfile(l *golua.State) int {
	impure(l, "io.tmpfile")

	h, err := os.CreateTemp("", "lua_")
	if err != nil {
		return result(l, err, "")
	}
	_ = os.Remove(h.Name())
	f := &file{seeker: h, closer: h.Close, r: bufio.NewReader(h), w: bufio.NewWriter(h)}
	return ret(l, vmOf(l).newFile(f))
}

func ioType(l *golua.State) int {
	f := fileOf(checkAny(l, 1))
	switch {
	case f == nil:
		return ret(l, nil)
	case f.closed:
		return ret(l, "closed file")
	}
	return ret(l, "file")
}

func fileToString(l *golua.State) int {
	f := fileOf(layout.Arg(l, 1))
	if f == nil || f.closed {
		return ret(l, "file (closed)")
	}
	p, _ := layout.Address(layout.Arg(l, 1))
	return ret(l, "file (0x"+hexText(uint64(p))+")")
}

func hexText(n uint64) string {
	const digits = "0123456789abcdef"
	var b [16]byte
	i := len(b)
	for ; n > 0 || i == len(b); n >>= 4 {
		i--
		b[i] = digits[n&15]
	}
	return string(b[i:])
}

func closeFile(l *golua.State, f *file) int {
	if f.std {
		return ret(l, nil, "cannot close standard file")
	}
	delete(vmOf(l).files.open, f)
	err := f.close()
	if f.cmd != nil {
		if f.r != nil && isPipeEnd(err) {
			err = nil
		}
		return exitStatus(l, err)
	}
	return result(l, err, "")
}

// isPipeEnd reports that a command was cut short because its reader left.
func isPipeEnd(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == 141
}

func fileClose(l *golua.State) int { return closeFile(l, checkFile(l, 1)) }

// fileCloseQuietly closes a file that is still open, as the end of its scope does.
func fileCloseQuietly(l *golua.State) int {
	f := fileOf(layout.Arg(l, 1))
	if f == nil {
		typeError(l, 1, "FILE*")
	}
	if f.closed || f.std {
		return 0
	}
	return closeFile(l, f)
}

func ioClose(l *golua.State) int {
	if layout.Arg(l, 1) != nil {
		return fileClose(l)
	}
	return closeFile(l, defaultFile(l, true))
}

// defaultFile is the current input or output.
func defaultFile(l *golua.State, output bool) *file {
	fs := vmOf(l).files
	v, what := fs.in, "input"
	if output {
		v, what = fs.out, "output"
	}
	f := fileOf(v)
	if f.closed {
		layout.Raise(l, 1, "default %s file is closed", what)
	}
	return f
}

func (f *file) flush() error {
	if f.w == nil {
		return nil
	}
	return f.w.Flush()
}

func fileFlush(l *golua.State) int {
	f := checkFile(l, 1)
	if err := f.flush(); err != nil {
		return result(l, err, "")
	}
	return ret(l, true)
}

func ioFlush(l *golua.State) int {
	if err := defaultFile(l, true).flush(); err != nil {
		return result(l, err, "")
	}
	return ret(l, true)
}

func fileWrite(l *golua.State) int { return write(l, checkFile(l, 1), layout.Arg(l, 1), 2) }
func ioWrite(l *golua.State) int {
	impure(l, "io.write")

	return write(l, defaultFile(l, true), vmOf(l).files.out, 1)
}

func write(l *golua.State, f *file, self any, from int) int {
	if f.w == nil {
		return ret(l, nil, "Bad file descriptor", integer(9))
	}
	f.sync()
	for i := from; i <= layout.ArgCount(l); i++ {
		if _, err := f.w.WriteString(checkStr(l, i)); err != nil {
			return result(l, err, "")
		}
	}
	if f.std {
		_ = f.w.Flush()
	}
	return ret(l, self)
}

// sync gives up read-ahead before a write, so that both sides see one position.
func (f *file) sync() {
	if f.r != nil && f.seeker != nil {
		if n := f.r.Buffered(); n > 0 {
			if _, err := f.seeker.Seek(int64(-n), io.SeekCurrent); err == nil {
				_, _ = f.r.Discard(n)
			}
		}
	}
}

func fileSeek(l *golua.State) int {
	f := checkFile(l, 1)
	whence, ok := map[string]int{"set": io.SeekStart, "cur": io.SeekCurrent, "end": io.SeekEnd}[optStr(l, 2, "cur")]
	if !ok {
		argError(l, 2, "invalid option '%s'", checkStr(l, 2))
	}
	off := optInt(l, 3, 0)
	if f.seeker == nil {
		return ret(l, nil, "Illegal seek", integer(29))
	}
	if err := f.flush(); err != nil {
		return result(l, err, "")
	}
	f.sync()
	at, err := f.seeker.Seek(off, whence)
	if err != nil {
		return result(l, err, "")
	}
	if f.r != nil {
		if r, ok := f.seeker.(io.Reader); ok {
			f.r.Reset(r)
		}
	}
	return ret(l, layout.Int(at))
}

func fileSetvbuf(l *golua.State) int {
	checkFile(l, 1)
	return ret(l, true)
}

func fileRead(l *golua.State) int { return read(l, checkFile(l, 1), formats(l, 2), 2) }
func ioRead(l *golua.State) int {
	impure(l, "io.read")
	return read(l, defaultFile(l, false), formats(l, 1), 1)
}

// formats copies the read formats among the arguments.
func formats(l *golua.State, from int) []any {
	if layout.ArgCount(l) < from {
		return []any{"l"}
	}
	return append([]any(nil), layout.Args(l)[from-1:]...)
}

func read(l *golua.State, f *file, formats []any, first int) int {
	if f.r == nil {
		return ret(l, nil, "Bad file descriptor", integer(9))
	}
	if err := f.flush(); err != nil {
		return result(l, err, "")
	}
	out, err := f.read(l, formats, first)
	if f.cmd != nil {
		vmOf(l).tick(l) // the command may have been ended with the run
	}
	if err != nil {
		return result(l, err, "")
	}
	return ret(l, out...)
}

func (f *file) read(l *golua.State, formats []any, first int) ([]any, error) {
	var out []any
	for i, fm := range formats {
		var v any
		var err error
		if s, ok := fm.(string); ok {
			s = strings.TrimPrefix(s, "*")
			if s == "" {
				s = " "
			}
			switch s[0] {
			case 'l':
				v, err = f.line(false)
			case 'L':
				v, err = f.line(true)
			case 'a':
				var b []byte
				b, err = io.ReadAll(f.r)
				v = string(b)
			case 'n':
				v = f.number()
			default:
				argError(l, i+first, "invalid format")
			}
		} else {
			n, ok := layout.ToInteger(fm)
			if !ok {
				argError(l, i+first, "invalid format")
			}
			v, err = f.count(l, n)
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		out = append(out, v)
		if v == nil {
			break
		}
	}
	return out, nil
}

func (f *file) line(keep bool) (any, error) {
	s, err := f.r.ReadString('\n')
	if s == "" {
		return nil, err
	}
	if !keep {
		s = strings.TrimSuffix(s, "\n")
	}
	if err == io.EOF {
		err = nil
	}
	return s, err
}

func (f *file) count(l *golua.State, n int64) (any, error) {
	if n <= 0 {
		if _, err := f.r.Peek(1); err != nil {
			return nil, err
		}
		return "", nil
	}
	layout.Charge(l, int(min(n, 1<<40)))
	var b bytes.Buffer
	_, err := io.CopyN(&b, f.r, n)
	if b.Len() == 0 {
		return nil, err
	}
	return b.String(), nil
}

// number reads a numeral as far as its characters go (at most 200 bytes).
func (f *file) number() any {
	for {
		c, err := f.r.ReadByte()
		if err != nil {
			return nil
		}
		if c != ' ' && (c < 9 || c > 13) {
			_ = f.r.UnreadByte()
			break
		}
	}
	var b []byte
	for len(b) < 200 {
		c, err := f.r.ReadByte()
		if err != nil {
			break
		}
		if !strings.ContainsRune("0123456789abcdefABCDEFxXpP+-.", rune(c)) {
			_ = f.r.UnreadByte()
			break
		}
		b = append(b, c)
	}
	v, ok := number.Parse(string(b))
	if !ok {
		return nil
	}
	return v
}

func ioInput(l *golua.State) int {
	impure(l, "io.input")
	return setDefault(l, "r", func(fs *fileSet) *any { return &fs.in })
}
func ioOutput(l *golua.State) int {
	impure(l, "io.output")

	return setDefault(l, "w", func(fs *fileSet) *any { return &fs.out })
}

func setDefault(l *golua.State, mode string, slot func(*fileSet) *any) int {
	vm := vmOf(l)
	p := slot(vm.files)
	switch v := layout.Arg(l, 1).(type) {
	case nil:
	case string:
		f, err := vm.open1(v, mode)
		if err != nil {
			msg, _ := systemError(err)
			layout.Raise(l, 1, "cannot open file '%s' (%s)", v, msg)
		}
		*p = vm.newFile(f)
	default:
		checkFile(l, 1)
		*p = v
	}
	return ret(l, *p)
}

func fileLines(l *golua.State) int {
	f := checkFile(l, 1)
	return ret(l, lines(f, formats(l, 2), false))
}

func ioLines(l *golua.State) int {
	impure(l, "io.lines")

	if layout.Arg(l, 1) == nil {
		return ret(l, lines(defaultFile(l, false), formats(l, 2), false))
	}
	name := checkStr(l, 1)
	vm := vmOf(l)
	f, err := vm.open1(name, "r")
	if err != nil {
		msg, _ := systemError(err)
		layout.Raise(l, 1, "cannot open file '%s' (%s)", name, msg)
	}
	v := vm.newFile(f)
	return ret(l, lines(f, formats(l, 2), true), nil, nil, v)
}

// lines makes the iterator of file:lines and io.lines.
func lines(f *file, formats []any, closeAtEnd bool) any {
	return layout.Function(func(l *golua.State) int {
		if f.closed {
			layout.Raise(l, 1, "file is already closed")
		}
		if f.r == nil {
			layout.Raise(l, 1, "Bad file descriptor")
		}
		out, err := f.read(l, formats, 2)
		if err != nil {
			msg, _ := systemError(err)
			layout.Raise(l, 1, "%s", msg)
		}
		if len(out) == 0 || out[0] == nil {
			if closeAtEnd {
				delete(vmOf(l).files.open, f)
				_ = f.close()
			}
			return ret(l, nil)
		}
		return ret(l, out...)
	})
}
