// Command restbench measures what a request costs the program when it serves an
// existing script tree: CPU time of the whole process per request, one after
// another, and requests per second with several clients.
//
//	go run ./tests/restbench -binary ./ntopng -tree /usr/share/ntopng -file some.pcap
//
// The first row is a script that only does what every REST script does: require
// the common modules and answer with an empty list.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// nothing is the script whose cost is that of any request.
const nothing = `local dirs = ntop.getDirs()
package.path = dirs.installdir .. "/scripts/lua/modules/?.lua;" .. package.path
require "lua_utils"
local rest_utils = require "rest_utils"
rest_utils.answer(rest_utils.consts.success.ok, {})
`

const nothingAt = "scripts/lua/rest/v2/get/restbench/nothing.lua"

// loading answers with the milliseconds that loading the common module took.
const loading = `local dirs = ntop.getDirs()
package.path = dirs.installdir .. "/scripts/lua/modules/?.lua;" .. package.path
local begin = ntop.gettimemsec()
require "lua_utils"
local took = (ntop.gettimemsec() - begin) * 1000
local rest_utils = require "rest_utils"
rest_utils.answer(rest_utils.consts.success.ok, {ms = took})
`

var addresses = []string{
	"/lua/rest/v2/get/restbench/nothing.lua",
	"/lua/rest/v2/get/interface/data.lua?ifid=0",
	"/lua/rest/v2/get/host/active.lua?ifid=0",
	"/lua/rest/v2/get/flow/active.lua?ifid=0",
}

func main() {
	binary := flag.String("binary", "./ntopng", "the binary to measure")
	tree := flag.String("tree", os.Getenv("NTOPGO_TREE_2024"), "the script tree to serve")
	file := flag.String("file", "compat/layout/demo/demo.pcap", "the capture to read first")
	requests := flag.Int("requests", 200, "requests one after another")
	clients := flag.Int("clients", 8, "clients at once")
	seconds := flag.Float64("seconds", 10, "how long the clients ask")
	flag.Parse()
	if *tree == "" {
		fmt.Fprintln(os.Stderr, "restbench: -tree is needed")
		os.Exit(2)
	}
	if err := run(*binary, *tree, *file, *requests, *clients, time.Duration(*seconds*float64(time.Second))); err != nil {
		fmt.Fprintf(os.Stderr, "restbench: %v\n", err)
		os.Exit(1)
	}
}

func run(binary, tree, file string, requests, clients int, long time.Duration) error {
	dir, err := os.MkdirTemp("", "restbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	over := filepath.Join(dir, "tree")
	if err := overlay(tree, over, nothingAt, nothing); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(over, filepath.Dir(nothingAt), "loading.lua"), []byte(loading), 0o644); err != nil {
		return err
	}
	p, err := start(binary, over, file, dir)
	if err != nil {
		return err
	}
	defer p.stop()
	fmt.Printf("%-46s %14s %12s %14s\n", "", "CPU ms/request", "ms/request", fmt.Sprintf("%d clients, /s", clients))
	for _, a := range addresses {
		for range 20 { // so that machines are prepared as they are in a server that runs
			if err := p.get(a); err != nil {
				return err
			}
		}
		time.Sleep(300 * time.Millisecond)
		cpu, begin := p.cpu(), time.Now()
		for range requests {
			if err := p.get(a); err != nil {
				return err
			}
		}
		wall := time.Since(begin)
		time.Sleep(300 * time.Millisecond) // the pool is filled again: that belongs to it
		each := (p.cpu() - cpu).Seconds() * 1000 / float64(requests)
		rate, err := p.load(a, clients, long)
		if err != nil {
			return err
		}
		fmt.Printf("%-46s %14.2f %12.2f %14.0f\n", strings.TrimPrefix(a, "/lua/"), each, wall.Seconds()*1000/float64(requests), rate)
	}
	prepared, err := p.loading(50)
	if err != nil {
		return err
	}
	fmt.Printf("require lua_utils, prepared: %.2f ms (median)\nresident %s\n", prepared, p.resident())
	return nil
}

// overlay makes a tree of links to src with one more file.
func overlay(src, dst, extra, text string) error {
	if err := os.MkdirAll(dst, 0o755); err != nil {
		return err
	}
	head, rest, more := strings.Cut(extra, "/")
	entries, err := os.ReadDir(src)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.Name() == head {
			continue
		}
		target, err := filepath.EvalSymlinks(filepath.Join(src, e.Name()))
		if err != nil {
			continue // a link to nowhere
		}
		if target, err = filepath.Abs(target); err != nil {
			return err
		}
		if err := os.Symlink(target, filepath.Join(dst, e.Name())); err != nil {
			return err
		}
	}
	if !more {
		return os.WriteFile(filepath.Join(dst, head), []byte(text), 0o644)
	}
	return overlay(filepath.Join(src, head), filepath.Join(dst, head), rest, text)
}

// program is the process under test.
type program struct {
	cmd  *exec.Cmd
	base string
}

func start(binary, tree, file, dir string) (*program, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, "--install-dir", tree, "-i", file, "-w", address, "-d", filepath.Join(dir, "data"),
		"-G", filepath.Join(dir, "pid"), "--disable-login=1", "--dont-change-user", "--offline")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &program{cmd, "http://" + address}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		err := p.get(addresses[0])
		if err == nil {
			return p, nil
		}
		if time.Now().After(deadline) {
			p.stop()
			text, _ := os.ReadFile(log.Name())
			return nil, fmt.Errorf("no answer: %w\n%s", err, text[max(0, len(text)-2000):])
		}
	}
}

func (p *program) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	_ = p.cmd.Wait()
}

func (p *program) get(address string) error {
	_, err := p.fetch(address)
	return err
}

func (p *program) fetch(address string) ([]byte, error) {
	r, err := http.Get(p.base + address)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.StatusCode != http.StatusOK || !strings.Contains(string(body), `"rc":0`) {
		return nil, fmt.Errorf("%s: %s %.200s", address, r.Status, body)
	}
	return body, nil
}

// loading asks how long the common module takes to load in a server that runs:
// the median of n times, in milliseconds.
func (p *program) loading(n int) (median float64, err error) {
	var all []float64
	for range n {
		body, err := p.fetch("/lua/rest/v2/get/restbench/loading.lua")
		if err != nil {
			return 0, err
		}
		var answer struct{ Rsp struct{ Ms float64 } }
		if err := json.Unmarshal(body, &answer); err != nil {
			return 0, err
		}
		all = append(all, answer.Rsp.Ms)
	}
	slices.Sort(all)
	return all[n/2], nil
}

// load asks with several clients and returns the answers per second.
func (p *program) load(address string, clients int, long time.Duration) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	begin := time.Now()
	for range clients {
		wait.Go(func() {
			for time.Since(begin) < long && failed.Load() == nil {
				if err := p.get(address); err != nil {
					failed.Store(&err)
				}
				done.Add(1)
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(begin).Seconds(), nil
}

// cpu is the user and system time of the process so far.
func (p *program) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
	const hertz = 100 // of the figures in /proc
	ticks := 0
	for _, f := range fields[11:13] {
		n, _ := strconv.Atoi(f)
		ticks += n
	}
	return time.Duration(ticks) * time.Second / hertz
}

func (p *program) resident() string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}
