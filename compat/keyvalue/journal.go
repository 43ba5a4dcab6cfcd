package keyvalue

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A store on disk is a pair of files of one generation: base.<n>, the state at
// one moment as a list of commands that ends with END, and journal.<n>, the
// commands since. Each record is
//
//	length uint32 LE | CRC-32C uint32 LE | payload: count, then per argument
//	                                       its length and bytes (uvarints)
//
// A new base is written beside the old pair and takes over by a rename, so
// there is always one complete state.

const (
	fileMagic = "ntopgo-keyvalue 1\n"
	maxRecord = 1 << 30
	endRecord = "END"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type journal struct {
	dir       string
	compactAt int64
	logf      Logf
	lock      *os.File
	damaged   func()

	gen      uint64
	baseSize int64
	reported bool

	fileMu   sync.Mutex // guards what sync shares with append
	file     *os.File
	length   int64
	unsynced bool
	broken   bool // an append failed: only a new snapshot helps
	buf      []byte
}

// openJournal locks dir, replays what it holds through apply and starts a new generation.
func openJournal(cfg EmbeddedConfig, apply func([]string) error, damaged func()) (*journal, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	j := &journal{dir: cfg.Dir, compactAt: cfg.CompactAt, logf: cfg.Logf, damaged: damaged}
	var err error
	if j.lock, err = os.OpenFile(filepath.Join(cfg.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(j.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = j.lock.Close()
		return nil, fmt.Errorf("%s is in use by another instance", cfg.Dir)
	}
	if err := j.load(apply); err != nil {
		j.unlock()
		return nil, err
	}
	return j, nil
}

func (j *journal) path(kind string, gen uint64) string {
	return filepath.Join(j.dir, kind+"."+strconv.FormatUint(gen, 10))
}

// generations lists the base files found, newest first.
func (j *journal) generations() []uint64 {
	names, _ := filepath.Glob(filepath.Join(j.dir, "base.*"))
	var gens []uint64
	for _, n := range names {
		if g, err := strconv.ParseUint(strings.TrimPrefix(filepath.Base(n), "base."), 10, 64); err == nil {
			gens = append(gens, g)
		}
	}
	sort.Slice(gens, func(a, b int) bool { return gens[a] > gens[b] })
	return gens
}

// load replays the newest generation and opens its journal for appending.
func (j *journal) load(apply func([]string) error) error {
	gens := j.generations()
	if len(gens) == 0 {
		return j.begin(1)
	}
	j.gen = gens[0]
	if st, err := os.Stat(j.path("base", j.gen)); err == nil {
		j.baseSize = st.Size()
	}
	bad := false
	if _, complete, err := j.replay(j.path("base", j.gen), apply); err != nil || !complete {
		if err == nil {
			err = errors.New("it ends too early")
		}
		j.setAside(j.path("base", j.gen), err)
		bad = true
	}
	end, _, err := j.replay(j.path("journal", j.gen), apply)
	switch {
	case errors.Is(err, os.ErrNotExist):
		end = 0
	case errors.Is(err, io.ErrUnexpectedEOF):
		// The last record was being written when the process ended.
		j.logf.printf("embedded store: the last change in %s is incomplete and left out", j.path("journal", j.gen))
	case err != nil:
		j.setAside(j.path("journal", j.gen), err)
		bad = true
	}
	if err := j.openForAppend(end); err != nil {
		return err
	}
	j.broken = bad // a sound snapshot is written at once by maintain
	return nil
}

// setAside copies a damaged file for inspection before it is replaced.
func (j *journal) setAside(path string, cause error) {
	j.damaged()
	keep := fmt.Sprintf("%s.damaged-%d", path, time.Now().Unix())
	kept := "a copy could not be made"
	if in, err := os.Open(path); err == nil {
		defer func() { _ = in.Close() }()
		if out, err := os.OpenFile(keep, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err == nil {
			if _, err := io.Copy(out, in); err == nil {
				kept = "copy kept as " + keep
			}
			_ = out.Close()
		}
	}
	j.logf.printf("embedded store: %s is damaged: %v; what could be read is used (%s)", path, cause, kept)
}

// begin starts generation gen with an empty state.
func (j *journal) begin(gen uint64) error {
	j.gen = gen
	return j.snapshot(func(func(...string) error) error { return nil })
}

func (j *journal) openForAppend(end int64) error {
	f, err := os.OpenFile(j.path("journal", j.gen), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if end < int64(len(fileMagic)) {
		end = int64(len(fileMagic))
		if _, err := f.WriteAt([]byte(fileMagic), 0); err != nil {
			_ = f.Close()
			return err
		}
	}
	if err := f.Truncate(end); err != nil {
		_ = f.Close()
		return err
	}
	if _, err := f.Seek(end, io.SeekStart); err != nil {
		_ = f.Close()
		return err
	}
	j.fileMu.Lock()
	defer j.fileMu.Unlock()
	if j.file != nil {
		_ = j.file.Close()
	}
	j.file, j.length, j.unsynced, j.broken = f, end, true, false
	return nil
}

// replay applies the records of a file. It returns the offset after the last
// sound one and whether END was seen.
func (j *journal) replay(path string, apply func([]string) error) (end int64, complete bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return 0, false, err
	}
	r := bufio.NewReaderSize(f, 1<<16)
	magic := make([]byte, len(fileMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != fileMagic {
		return 0, false, errors.New("not a key-value file of this version")
	}
	end = int64(len(fileMagic))
	for {
		record, n, err := readRecord(r, st.Size()-end)
		if err == io.EOF {
			return end, complete, nil
		}
		if err != nil {
			return end, complete, err
		}
		end += n
		if record[0] == endRecord {
			complete = true
			continue
		}
		if err := apply(record); err != nil {
			return end, complete, fmt.Errorf("record at %d: %w", end-n, err)
		}
	}
}

// append writes one record at the end of the journal. A failure is remembered:
// the file may end inside a record, so nothing more is appended and the next
// maintenance writes a snapshot instead.
func (j *journal) append(args []string) {
	j.fileMu.Lock()
	defer j.fileMu.Unlock()
	if j.broken || j.file == nil {
		return
	}
	j.buf = appendRecord(j.buf[:0], args)
	if _, err := j.file.Write(j.buf); err != nil {
		j.broken = true
		j.logf.printf("embedded store: write %s: %v", j.file.Name(), err)
		return
	}
	j.length += int64(len(j.buf))
	j.unsynced = true
	if cap(j.buf) > 1<<20 {
		j.buf = nil
	}
}

// sync puts what was appended on the disk.
func (j *journal) sync() {
	j.fileMu.Lock()
	f, need := j.file, j.unsynced && !j.broken
	j.unsynced = false
	j.fileMu.Unlock()
	if !need || f == nil {
		return
	}
	if err := f.Sync(); err != nil && !errors.Is(err, os.ErrClosed) {
		j.fileMu.Lock()
		j.broken = true
		j.fileMu.Unlock()
	}
}

func (j *journal) size() int64 {
	j.fileMu.Lock()
	defer j.fileMu.Unlock()
	return j.length + j.baseSize
}

func (j *journal) tooLong() bool {
	j.fileMu.Lock()
	defer j.fileMu.Unlock()
	return !j.broken && j.length > max(j.compactAt, 2*j.baseSize)
}

func (j *journal) wantsSnapshot() bool {
	j.fileMu.Lock()
	broken := j.broken
	j.fileMu.Unlock()
	return broken || j.tooLong()
}

func (j *journal) dirtySinceSnapshot() bool {
	j.fileMu.Lock()
	defer j.fileMu.Unlock()
	return j.broken || j.length > int64(len(fileMagic))
}

// snapshot writes the state as a new generation and drops the old one. The
// caller keeps writers out.
func (j *journal) snapshot(dump func(emit func(...string) error) error) error {
	next := j.gen + 1
	tmp := j.path("base", next) + ".tmp"
	size, err := writeBase(tmp, dump)
	if err != nil {
		_ = os.Remove(tmp)
		return fmt.Errorf("write snapshot: %w", err)
	}
	// The journal of the new generation must not hold anything older.
	_ = os.Remove(j.path("journal", next))
	if err := os.Rename(tmp, j.path("base", next)); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	old := j.gen
	j.fileMu.Lock()
	j.gen, j.baseSize = next, size
	j.fileMu.Unlock()
	if err := j.openForAppend(0); err != nil {
		return fmt.Errorf("start journal: %w", err)
	}
	j.syncDir()
	_ = os.Remove(j.path("base", old))
	_ = os.Remove(j.path("journal", old))
	return nil
}

func (j *journal) syncDir() {
	if d, err := os.Open(j.dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

func (j *journal) close() error {
	j.sync()
	j.fileMu.Lock()
	defer j.fileMu.Unlock()
	var err error
	if j.file != nil {
		err = j.file.Close()
		j.file = nil
	}
	j.unlock()
	return err
}

// unlock gives the directory free at once: a process being started at this
// moment still holds a copy of the descriptor, which Close would leave locked.
func (j *journal) unlock() {
	_ = syscall.Flock(int(j.lock.Fd()), syscall.LOCK_UN)
	_ = j.lock.Close()
}
