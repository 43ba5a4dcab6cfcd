package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// pollReader reads a pipe without waiting longer than an interval, after which
// it returns ErrTimeout. Close ends a waiting Read.
type pollReader struct {
	f       *os.File
	timeout time.Duration
	wake    *waker
}

func newPollReader(f *os.File, timeout time.Duration) *pollReader {
	w, err := newWaker()
	if err != nil {
		w = &waker{fd: -1, done: make(chan struct{})} // Close then takes effect at the next timeout
	}
	return &pollReader{f: f, timeout: timeout, wake: w}
}

func (r *pollReader) Read(b []byte) (int, error) {
	if r.wake.woken() {
		return 0, io.EOF
	}
	fds := []unix.PollFd{{Fd: int32(r.f.Fd()), Events: unix.POLLIN}, {Fd: int32(r.wake.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(r.timeout.Milliseconds()))
	switch {
	case errors.Is(err, unix.EINTR) || err == nil && n == 0:
		return 0, ErrTimeout
	case err != nil:
		return 0, fmt.Errorf("poll: %w", err)
	case r.wake.woken():
		return 0, io.EOF
	}
	return r.f.Read(b)
}

func (r *pollReader) Close() error {
	r.wake.wake()
	return nil
}

// waker ends a poll from another goroutine. Its descriptor stays readable once
// it was woken.
type waker struct {
	fd   int
	once sync.Once
	done chan struct{}
}

func newWaker() (*waker, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	return &waker{fd: fd, done: make(chan struct{})}, nil
}

func (w *waker) woken() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

func (w *waker) wake() {
	w.once.Do(func() {
		close(w.done)
		if w.fd >= 0 {
			unix.Write(w.fd, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // an eventfd write of 1 cannot fail
		}
	})
}
