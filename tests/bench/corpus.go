package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// shifter writes captures one after the other into one Ethernet capture, several
// times over, each time between other addresses.
type shifter struct {
	w       *capture.Writer
	offset  int64 // added to times, so that each capture follows the last
	last    int64 // time of the last frame written
	packets int
	skipped int // frames of link types that cannot be shown as Ethernet
}

// buildCorpus writes the captures of folder, times over, to name. Checksums stay
// those of the original addresses: nothing that is compared looks at them.
func buildCorpus(folder, name string, times int) (packets int, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.pcap*"))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("no captures in %s: %v", folder, err)
	}
	sort.Strings(files)
	out, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	buf := bufio.NewWriterSize(out, 1<<20)
	w, err := capture.NewWriter(buf, decode.LinkEthernet, true, 0)
	if err != nil {
		return 0, err
	}
	s := &shifter{w: w}
	for n := range times {
		for _, f := range files {
			if err := s.add(f, byte(n)); err != nil {
				return 0, err
			}
		}
	}
	if err := buf.Flush(); err != nil {
		return 0, err
	}
	fmt.Fprintf(os.Stderr, "bench: %s: %d packets of %d captures, %d times; %d frames have no Ethernet form\n",
		name, s.packets, len(files), times, s.skipped)
	return s.packets, nil
}

func (s *shifter) add(file string, shift byte) error {
	src, err := capture.Open(file, capture.Config{})
	if err != nil {
		return err
	}
	defer src.Close()
	begun := false
	var b capture.Batch
	for {
		err := src.Read(&b, 256)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for i := range b.Frames {
			f := &b.Frames[i]
			if !begun {
				begun, s.offset = true, s.last+1e9-f.Time
			}
			if err := s.write(f, shift); err != nil {
				return err
			}
		}
	}
}

func (s *shifter) write(f *capture.Frame, shift byte) error {
	var p decode.Packet
	var h decode.Headers
	decode.Options{KeepTunnels: true}.Decode(f.Link, f.Data, f.WireLen, &p, &h)
	data, wire, linkLen := append([]byte(nil), f.Data...), f.WireLen, int(h.LinkLen)
	if p.IPVersion != 0 && linkLen <= len(data) {
		shiftAddresses(data[linkLen:], p.IPVersion, shift)
	}
	if f.Link != decode.LinkEthernet {
		if p.IPVersion == 0 || linkLen > len(data) {
			s.skipped++
			return nil
		}
		head := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}
		if p.IPVersion == 6 {
			head[12], head[13] = 0x86, 0xdd
		}
		data, wire = append(head, data[linkLen:]...), wire-linkLen+len(head)
	}
	s.packets++
	s.last = max(s.last, f.Time+s.offset)
	return s.w.Write(f.Time+s.offset, data, wire)
}

// shiftAddresses moves the addresses of an IP header to other networks; groups
// and broadcast stay what they are.
func shiftAddresses(ip []byte, version uint8, shift byte) {
	switch {
	case version == 4 && len(ip) >= 20:
		for _, a := range [2][]byte{ip[12:16], ip[16:20]} {
			if a[0] < 224 && a[0] != 0 {
				a[1] += shift
			}
		}
	case version == 6 && len(ip) >= 40:
		for _, a := range [2][]byte{ip[8:24], ip[24:40]} {
			if a[0] != 0xff {
				a[7] += shift
			}
		}
	}
}
