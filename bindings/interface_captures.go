package bindings

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/compat/users"
	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/iface"
)

// Captures of packets: sent to the browser while they come, and to a file.
func init() {
	register("interface", map[string]func(c *Call){
		"liveCapture":        liveCapture,
		"dumpLiveCaptures":   dumpLiveCaptures,
		"stopLiveCapture":    stopLiveCapture,
		"captureToPcap":      captureToPcap,
		"isCaptureRunning":   isCaptureRunning,
		"stopRunningCapture": stopRunningCapture,
	})
}

// Bounds of captures.
const (
	maxLivePackets  = 100000
	maxLiveDuration = 10 * time.Minute
	maxFileDuration = 30 * time.Second
	flushEvery      = 200 * time.Millisecond
)

// tapAllowed keeps the packets of one whose networks are restricted.
func (c *Context) tapAllowed() func(src, dst netip.Addr) bool {
	if c.allowed() == nil {
		return nil
	}
	return func(src, dst netip.Addr) bool {
		return src.IsValid() && c.AllowsAddr(src) || dst.IsValid() && c.AllowsAddr(dst)
	}
}

// liveCapture takes a host or nil, seconds and a filter, and writes the packets
// to the answer as they come. It returns when the time is over, the browser is
// gone, the capture is stopped or large enough.
func liveCapture(c *Call) {
	defer c.Push(nil)
	if c.Iface == nil || c.Out == nil || !c.AllowsInterface(c.IfaceID) || !c.can(users.CapPcapDownload) {
		return
	}
	if c.Kind(2) != lua.Number || c.Kind(3) != lua.String {
		c.wrongArgument(2, "number, followed by a string")
		return
	}
	cfg := iface.TapConfig{Filter: c.String(3), Allow: c.tapAllowed(), MaxPackets: maxLivePackets,
		Until: time.Now().Add(min(time.Duration(c.Integer(2))*time.Second, maxLiveDuration))}
	if name, ok := c.Str(1); ok && name != "" {
		h := c.findHostArg1()
		if h == nil {
			c.Env.Log.Logf(1, "Unable to locate host %s", name)
			return
		}
		cfg.Host = &h.Key
	}
	t, err := c.Iface.Tap(cfg)
	if c.Failed(err) {
		return
	}
	defer c.Iface.EndTap(t)
	c.Out.Flush()
	w := &pcapStream{out: c.Out}
	if w.begin(decode.LinkEthernet) != nil {
		return
	}
	c.pump(t, w)
}

// pump copies what a tap delivers until it ends or nobody takes it any more.
func (c *Call) pump(t *iface.Tap, w *pcapStream) {
	over := time.NewTimer(time.Until(t.Until))
	defer over.Stop()
	for {
		select {
		case f := <-t.Frames():
			if w.write(f) != nil {
				return
			}
			continue
		default:
		}
		select {
		case f := <-t.Frames():
			if w.write(f) != nil {
				return
			}
		case <-t.Ended():
			w.drain(t)
			return
		case <-over.C:
			w.drain(t)
			return
		case <-time.After(flushEvery):
			if c.Env.ShuttingDown() {
				return
			}
		}
	}
}

// pcapStream writes a capture file, whose header names one link type.
type pcapStream struct {
	out  interface{ Write(p []byte) (int, error) }
	w    *capture.Writer
	link decode.LinkType
}

func (s *pcapStream) begin(link decode.LinkType) (err error) {
	s.link = link
	s.w, err = capture.NewWriter(s.out, link, false, 0)
	return err
}

// write leaves out frames of another link type than the header's.
func (s *pcapStream) write(f iface.TapFrame) error {
	if s.w == nil {
		if err := s.begin(f.Link); err != nil {
			return err
		}
	}
	if f.Link != s.link {
		return nil
	}
	return s.w.Write(f.Time, f.Data, f.WireLen)
}

// drain writes what is waiting.
func (s *pcapStream) drain(t *iface.Tap) {
	for {
		select {
		case f := <-t.Frames():
			if s.write(f) != nil {
				return
			}
		default:
			return
		}
	}
}

// dumpLiveCaptures lists the captures of the interface.
func dumpLiveCaptures(c *Call) {
	if c.Iface == nil || !c.Admin() {
		c.Push(nil)
		return
	}
	list := lua.NewTable(0)
	for _, t := range c.Iface.Taps() {
		row := lua.NewTable(5).
			Set("id", t.ID).
			Set("capture_until", t.Until.Unix()).
			Set("capture_max_pkts", t.MaxPackets).
			Set("num_captured_packets", t.Taken())
		if t.Host != nil {
			row.Set("host", t.Host.Addr.String())
		}
		list.Append(row)
	}
	c.Push(list)
}

func stopLiveCapture(c *Call) {
	switch {
	case c.Iface == nil || !c.Admin():
	case c.Kind(1) != lua.Number:
		c.wrongArgument(1, "number")
	default:
		c.Iface.StopTap(int(c.Integer(1)))
	}
	c.Push(nil)
}

// captureToPcap takes seconds and a filter, and returns the name of the file
// into which packets are written from now on. A run of a script has one such
// capture at a time.
func captureToPcap(c *Call) {
	if c.Iface == nil || !c.Admin() || c.fileCapture != nil && !ended(c.fileCapture) {
		c.Push(nil)
		return
	}
	if c.Kind(1) != lua.Number {
		c.wrongArgument(1, "number")
		c.Push(nil)
		return
	}
	filter, _ := c.Str(2)
	length := min(time.Duration(max(c.Integer(1), 0))*time.Second, maxFileDuration)
	t, err := c.Iface.Tap(iface.TapConfig{Filter: filter, Until: time.Now().Add(length)})
	if c.Failed(err) {
		c.Push(nil)
		return
	}
	file, err := os.CreateTemp("", fmt.Sprintf("ntopng_%s_*.pcap", filepath.Base(c.Iface.Name())))
	if err != nil {
		c.Iface.EndTap(t)
		c.Failed(err)
		c.Push(nil)
		return
	}
	done := make(chan struct{})
	c.fileCapture = &fileCapture{tap: t, owner: c.Iface, done: done}
	w := &pcapStream{out: file}
	if c.Iface.Live() || c.Iface.Loading() {
		// The header waits for the first frame, which tells the link type.
	} else if err := w.begin(decode.LinkEthernet); err != nil {
		c.Failed(err)
	}
	go func(i *iface.Interface, run *Call) {
		defer close(done)
		run.pump(t, w)
		i.EndTap(t)
		if w.w == nil {
			_ = w.begin(decode.LinkEthernet)
		}
		if err := file.Close(); err != nil {
			run.Env.Log.Logf(1, "capture into %s: %v", file.Name(), err)
		}
	}(c.Iface, &Call{Context: &Context{Env: c.Env}, b: c.b})
	c.Push(file.Name())
}

// fileCapture is a capture into a file.
type fileCapture struct {
	tap   *iface.Tap
	owner *iface.Interface
	done  chan struct{}
}

func ended(f *fileCapture) bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

func isCaptureRunning(c *Call) {
	if c.Iface == nil || !c.Admin() {
		c.Push(nil)
		return
	}
	c.Push(c.fileCapture != nil && !ended(c.fileCapture))
}

// stopRunningCapture ends the capture of this run and waits until its file is
// whole.
func stopRunningCapture(c *Call) {
	if f := c.fileCapture; f != nil && c.Admin() {
		f.owner.EndTap(f.tap)
		<-f.done
	}
	c.Push(nil)
}

// liveCaptures is how many captures run on the selected interface.
func (c *Call) liveCaptures() int {
	if c.Iface == nil {
		return 0
	}
	return len(c.Iface.Taps())
}
