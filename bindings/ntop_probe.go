package bindings

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"ntopgo/engine/host"
)

// Probes and senders of single messages, and commands that run aside.
func init() {
	register("ntop", map[string]func(c *Call){
		"tcpProbe":           tcpProbe,
		"send_udp_data":      sendUDP,
		"send_tcp_data":      sendTCP,
		"execCmdAsync":       execCmdAsync,
		"readResultCmdAsync": readResultCmdAsync,
	})
	register("interface", map[string]func(c *Call){"setHostResolvedName": setHostResolvedName})
}

// Bounds of a probe: how long to connect, to wait for a banner, and how much of
// that is read.
const (
	probeTimeout = 3 * time.Second
	probeMax     = time.Minute
	bannerWait   = time.Second
	bannerMax    = 511
)

// tcpProbe connects to an address and port and answers with what the server says
// first, maybe nothing; nil when no connection is made.
func tcpProbe(c *Call) {
	timeout := min(time.Duration(max(c.OptInteger(3, int64(probeTimeout/time.Second)), 1))*time.Second, probeMax)
	conn, err := dial("tcp", c.String(1), c.Integer(2), timeout)
	if err != nil {
		c.Push(nil)
		return
	}
	defer func() { _ = conn.Close() }()
	banner, n := make([]byte, bannerMax), 0
	_ = conn.SetReadDeadline(time.Now().Add(bannerWait))
	for n < len(banner) {
		k, err := conn.Read(banner[n:])
		n += k
		if err != nil {
			break
		}
		// What follows the first words is taken if it is there already.
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	}
	c.Push(string(banner[:n]))
}

var errPort = errors.New("is no port")

func dial(network, name string, port int64, timeout time.Duration) (net.Conn, error) {
	if port <= 0 || port > 0xffff {
		return nil, fmt.Errorf("%d %w", port, errPort)
	}
	return net.DialTimeout(network, net.JoinHostPort(name, strconv.FormatInt(port, 10)), timeout)
}

// sendUDP sends one datagram: host, port, data.
func sendUDP(c *Call) {
	c.Failed(send("udp", c.String(1), c.Integer(2), c.String(3), probeTimeout))
	c.Push(nil)
}

// sendTCP connects and sends: host, port, data, timeout in seconds.
func sendTCP(c *Call) {
	timeout := min(time.Duration(max(c.OptInteger(4, int64(probeTimeout/time.Second)), 1))*time.Second, probeMax)
	c.Push(!c.Failed(send("tcp", c.String(1), c.Integer(2), c.String(3), timeout)))
}

func send(network, name string, port int64, data string, timeout time.Duration) error {
	conn, err := dial(network, name, port, timeout)
	if err != nil {
		return err
	}
	_ = conn.SetWriteDeadline(time.Now().Add(timeout))
	_, err = conn.Write([]byte(data))
	if closeErr := conn.Close(); err == nil {
		err = closeErr
	}
	return err
}

// asyncJobs are the commands that run aside, until their output is read.
type asyncJobs struct {
	mu   sync.Mutex
	last int64
	m    map[int64]*asyncJob
}

type asyncJob struct {
	done chan struct{}
	out  limited
}

// maxJobs is how many commands may run or wait to be read.
const maxJobs = 64

// execCmdAsync starts a shell command for privileged scripts and administrators
// and answers with its number.
func execCmdAsync(c *Call) {
	if !c.Admin() || c.Kind(1).String() != "string" {
		c.Env.Log.Logf(1, "%s: refused to user %s", c.b.Key(), c.User)
		c.Push(nil)
		return
	}
	j := &c.Env.jobs
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.m) >= maxJobs {
		c.Env.Log.Logf(1, "%s: %d commands wait already", c.b.Key(), maxJobs)
		c.Push(nil)
		return
	}
	job := &asyncJob{done: make(chan struct{})}
	if j.m == nil {
		j.m = map[int64]*asyncJob{}
	}
	j.last++
	j.m[j.last] = job
	command := c.String(1)
	go func() {
		defer close(job.done)
		ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
		defer cancel()
		cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
		cmd.Stdout = &job.out
		_ = cmd.Run() // what it printed is the answer, as for execCmd
	}()
	c.Push(j.last)
}

// readResultCmdAsync is the output of a command that has ended, once; nil while
// it runs and for an unknown number.
func readResultCmdAsync(c *Call) {
	id, j := c.Integer(1), &c.Env.jobs
	j.mu.Lock()
	defer j.mu.Unlock()
	job := j.m[id]
	if job == nil || !c.Admin() {
		c.Push(nil)
		return
	}
	select {
	case <-job.done:
		delete(j.m, id)
		c.Push(job.out.String())
	default:
		c.Push(nil)
	}
}

// setHostResolvedName gives a host the name that a lookup found.
func setHostResolvedName(c *Call) {
	name, _ := c.Str(2)
	if h := c.findHostArg(1); h != nil && name != "" {
		h.Update(func(d *host.Data) { d.Names.Resolved = name })
	}
	c.Push(nil)
}

// isAddress says that a host's "name" is only its address again.
func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}
