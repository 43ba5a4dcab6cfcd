package record

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// Codes of how a job ended, in ntopng's numbering.
const (
	CodeDone    = 0
	CodeFailed  = 1 // also while it runs
	CodeOutput  = 2 // the files cannot be written
	CodeNoFiles = 4 // nothing was recorded
)

// Job is one extraction into files.
type Job struct {
	ID        int64
	Query     Query
	Out       string // folder for 1.pcap, 2.pcap, ...
	MaxBytes  uint64 // of all files; 0 for no limit
	FileBytes uint64 // of one file; 0 for no limit
	code      atomic.Int32
	packets   atomic.Uint64
	bytes     atomic.Uint64
	cancel    context.CancelFunc
	finished  chan struct{}
}

// Status is how far a job is.
type Status struct {
	ID             int64
	Packets, Bytes uint64
	Code           int
}

// Extractor runs one job at a time and remembers the last. The zero value is
// ready.
type Extractor struct {
	mu   sync.Mutex
	last *Job
}

// ErrBusy is returned while another job runs.
var ErrBusy = errors.New("an extraction is running")

// Start begins a job.
func (e *Extractor) Start(j *Job) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last != nil && !e.last.ended() {
		return ErrBusy
	}
	ctx, cancel := context.WithCancel(context.Background())
	j.cancel, j.finished = cancel, make(chan struct{})
	j.code.Store(CodeFailed)
	e.last = j
	go func() {
		defer close(j.finished)
		defer cancel()
		j.code.Store(int32(j.run(ctx)))
	}()
	return nil
}

func (j *Job) ended() bool {
	select {
	case <-j.finished:
		return true
	default:
		return false
	}
}

// Running says whether a job is under way.
func (e *Extractor) Running() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last != nil && !e.last.ended()
}

// Stop ends the job with an id, and waits until it has; others go on.
func (e *Extractor) Stop(id int64) {
	e.mu.Lock()
	j := e.last
	e.mu.Unlock()
	if j != nil && j.ID == id {
		j.cancel()
		<-j.finished
	}
}

// Status is that of the last job; ok is false before the first.
func (e *Extractor) Status() (s Status, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last == nil {
		return Status{}, false
	}
	j := e.last
	return Status{ID: j.ID, Packets: j.packets.Load(), Bytes: j.bytes.Load(), Code: int(j.code.Load())}, true
}

// errEnough ends a job that has written all it may.
var errEnough = errors.New("enough")

func (j *Job) run(ctx context.Context) int {
	if err := os.MkdirAll(j.Out, 0o755); err != nil {
		return CodeOutput
	}
	out := &sequence{dir: j.Out, limit: j.FileBytes}
	failed := false
	err := Each(ctx, j.Query, func(fr *capture.Frame) error {
		n, err := out.write(fr)
		if err != nil {
			failed = true
			return err
		}
		j.packets.Add(1)
		if total := j.bytes.Add(n); j.MaxBytes > 0 && total >= j.MaxBytes {
			return errEnough
		}
		return nil
	})
	if e := out.close(); e != nil {
		failed = true
	}
	switch {
	case failed:
		return CodeOutput
	case errors.Is(err, ErrNoFiles) || errors.Is(err, os.ErrNotExist):
		return CodeNoFiles
	case err == nil || errors.Is(err, errEnough):
		return CodeDone
	}
	return CodeFailed
}

// sequence is a sequence of capture files.
type sequence struct {
	dir   string
	limit uint64
	n     int
	bytes uint64
	link  decode.LinkType
	file  *os.File
	out   *bufio.Writer
	w     *capture.Writer
}

func (f *sequence) write(fr *capture.Frame) (uint64, error) {
	size := uint64(len(fr.Data)) + recordHeader
	if f.file != nil && (f.limit > 0 && f.bytes+size > f.limit || f.link != fr.Link) {
		if err := f.close(); err != nil {
			return 0, err
		}
	}
	if f.file == nil {
		f.n++
		file, err := os.Create(filepath.Join(f.dir, fmt.Sprintf("%d.pcap", f.n)))
		if err != nil {
			return 0, err
		}
		f.file, f.out, f.bytes, f.link = file, bufio.NewWriterSize(file, 1<<16), 0, fr.Link
		if f.w, err = capture.NewWriter(f.out, fr.Link, false, 0); err != nil {
			return 0, err
		}
	}
	f.bytes += size
	return size, f.w.Write(fr.Time, fr.Data, fr.WireLen)
}

func (f *sequence) close() error {
	if f.file == nil {
		return nil
	}
	err := errors.Join(f.out.Flush(), f.file.Close())
	f.file = nil
	return err
}
