// Package record finds packets in recorded traffic: folders of capture files that
// a recorder beside this program fills. It takes those of a time and a filter
// out, into files or a stream. It records nothing itself.
package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// Query says which packets to take: those of the seconds From to To, both
// included, that the tcpdump expression Filter lets through.
type Query struct {
	Folder   string // with capture files, in it and in folders below
	From, To time.Time
	Filter   string
}

// maxDepth is how deep folders of capture files may lie.
const maxDepth = 8

// ErrNoFiles is returned for a folder without capture files.
var ErrNoFiles = errors.New("no recorded traffic")

// recording is a capture file.
type recording struct {
	path string
	end  time.Time // last change
}

// files lists the capture files below a folder, oldest first. Links are followed,
// a file that has several names is taken once.
func files(folder string) ([]recording, error) {
	var out []recording
	seen := map[string]bool{}
	var walk func(dir string, depth int) error
	walk = func(dir string, depth int) error {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			st, err := os.Stat(path)
			if err != nil {
				continue // a link to what was deleted
			}
			if st.IsDir() {
				if depth < maxDepth {
					if err := walk(path, depth+1); err != nil {
						return err
					}
				}
				continue
			}
			if ext := strings.ToLower(filepath.Ext(path)); ext != ".pcap" && ext != ".pcapng" {
				continue
			}
			real, err := filepath.EvalSymlinks(path)
			if err == nil && !seen[real] {
				seen[real] = true
				out = append(out, recording{real, st.ModTime()})
			}
		}
		return nil
	}
	if err := walk(folder, 0); err != nil {
		return nil, fmt.Errorf("recorded traffic: %w", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: %w", folder, ErrNoFiles)
	}
	slices.SortFunc(out, func(a, b recording) int { return a.end.Compare(b.end) })
	return out, nil
}

// Each hands the packets of a query to f, file after file, until f returns an
// error, which Each returns too.
func Each(ctx context.Context, q Query, f func(frame *capture.Frame) error) error {
	list, err := files(q.Folder)
	if err != nil {
		return err
	}
	for _, r := range list {
		// A file holds nothing newer than its last change, give or take a second.
		if r.end.Add(time.Second).Before(q.From) {
			continue
		}
		if err := eachOf(ctx, r.path, q, f); err != nil {
			return err
		}
	}
	return nil
}

// batch is how many frames are read at once.
const batch = 256

func eachOf(ctx context.Context, path string, q Query, f func(frame *capture.Frame) error) error {
	src, err := capture.Open(path, capture.Config{Filter: q.Filter})
	if err != nil {
		return fmt.Errorf("recorded traffic: %w", err)
	}
	defer func() { _ = src.Close() }()
	from, to := q.From.UnixNano(), q.To.Add(time.Second).UnixNano()
	var b capture.Batch
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := src.Read(&b, batch)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("recorded traffic: %s: %w", path, err)
		}
		for i := range b.Frames {
			fr := &b.Frames[i]
			if fr.Time < from || fr.Time >= to {
				continue
			}
			if err := f(fr); err != nil {
				return err
			}
		}
	}
}

// Stream writes the packets of a query to w as one capture file, and returns how
// many, and how many bytes.
func Stream(ctx context.Context, q Query, w io.Writer) (packets, bytes uint64, err error) {
	var out *capture.Writer
	var link decode.LinkType
	err = Each(ctx, q, func(fr *capture.Frame) error {
		if out == nil {
			link = fr.Link
			if out, err = capture.NewWriter(w, link, false, 0); err != nil {
				return err
			}
		}
		if fr.Link != link {
			return nil // one file has one link type
		}
		packets++
		bytes += uint64(len(fr.Data)) + recordHeader
		return out.Write(fr.Time, fr.Data, fr.WireLen)
	})
	return packets, bytes, err
}

// recordHeader is the length of the header of a packet in a capture file.
const recordHeader = 16
