package bindings

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// procFields reads a "Name: value kB" file of proc(5). A missing file is empty.
func procFields(path string) map[string]int64 {
	out := map[string]int64{}
	b, err := os.ReadFile(path)
	if err != nil {
		return out
	}
	for _, line := range strings.Split(string(b), "\n") {
		name, rest, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		if f := strings.Fields(rest); len(f) > 0 {
			if n, err := strconv.ParseInt(f[0], 10, 64); err == nil {
				out[name] = n
			}
		}
	}
	return out
}

// cpuLoad is the share of this machine's processors in use, from /proc/stat.
type cpuLoad struct {
	mu          sync.Mutex
	at          time.Time
	busy, total uint64
	percent     float64
}

// load is the percentage since the previous reading that was at least a second
// ago.
func (c *cpuLoad) load() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) < time.Second {
		return c.percent
	}
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return c.percent
	}
	line, _, _ := strings.Cut(string(b), "\n")
	var total, idle uint64
	for i, f := range strings.Fields(line) {
		n, err := strconv.ParseUint(f, 10, 64)
		if err != nil {
			continue
		}
		total += n
		if i == 4 || i == 5 { // idle, iowait
			idle += n
		}
	}
	busy := total - idle
	if total > c.total {
		c.percent = 100 * float64(busy-c.busy) / float64(total-c.total)
	}
	c.at, c.busy, c.total = time.Now(), busy, total
	return c.percent
}
