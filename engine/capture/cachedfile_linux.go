package capture

import (
	"io"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// cachedFile reads a regular file without telling the Go scheduler of it as long as
// what is asked for lies in the page cache: then the call does not wait, and telling
// it twice, and having its monitor look after a processor that seems to be stuck in
// the kernel, costs more than it brings.
type cachedFile struct {
	file  *os.File
	conn  syscall.RawConn // keeps the file open during a call
	try   func(fd uintptr) bool
	at    int64
	piece unix.Iovec // to read into
	got   int
	plain bool // the file system cannot say what would wait
}

// fileReader is what a capture file is read with.
func fileReader(f *os.File) io.Reader {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return f
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return f
	}
	c := &cachedFile{file: f, conn: conn}
	c.try = c.readCached
	return c
}

// Read implements io.Reader.
func (c *cachedFile) Read(b []byte) (int, error) {
	if n := c.cached(b); n > 0 {
		c.at += int64(n)
		return n, nil
	}
	n, err := c.file.ReadAt(b, c.at)
	if c.at += int64(n); n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// cached reads what can be had without waiting, 0 for nothing.
func (c *cachedFile) cached(b []byte) int {
	if c.plain || len(b) == 0 {
		return 0
	}
	c.got = 0
	c.piece.Base = unsafe.SliceData(b)
	c.piece.SetLen(len(b))
	err := c.conn.Read(c.try)
	c.piece.Base = nil
	if err != nil {
		return 0
	}
	return c.got
}

func (c *cachedFile) readCached(fd uintptr) bool {
	n, _, errno := unix.RawSyscall6(unix.SYS_PREADV2, fd, uintptr(unsafe.Pointer(&c.piece)), 1, uintptr(c.at), uintptr(uint64(c.at)>>32), unix.RWF_NOWAIT)
	switch errno {
	case 0:
		c.got = int(n)
	case unix.EAGAIN, unix.EINTR:
	default:
		c.plain = true
	}
	return true
}
