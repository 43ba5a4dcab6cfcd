// Command luabench compares this project's Lua with Debian's lua5.4: the same
// programs, in turns, in CPU seconds of the process (garbage collection
// included, start of the process left out), medians of some rounds.
//
//	go run ./tests/luabench
//	go run ./tests/luabench -tree /usr/share/ntopng -rounds 7 sort pcall
//
// With -tree it also measures programs that need modules of a script tree.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ntopgo/compat/lua"
)

func main() {
	rounds := flag.Int("rounds", 3, "runs of each program on each side")
	tree := flag.String("tree", os.Getenv("NTOPGO_TREE_2024"), "a folder with ntopng's scripts")
	flag.Parse()
	if err := compare(*rounds, *tree, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "luabench: %v\n", err)
		os.Exit(1)
	}
}

func compare(rounds int, tree string, only []string) error {
	reference, err := exec.LookPath("lua5.4")
	if err != nil {
		fmt.Println("lua5.4 is not installed: nothing to compare with")
		return nil
	}
	dir, err := os.MkdirTemp("", "luabench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// The heap of a server that has just started: without it the collector would
	// run after every few megabytes, which it does not do in the program.
	heap := make([]byte, 48<<20)
	defer runtime.KeepAlive(heap)
	fmt.Printf("%-28s %10s %10s %7s\n", "CPU ms, median", "here", "lua5.4", "ratio")
	worst := 0.0
	for _, p := range programs {
		if !chosen(p.name, only) {
			continue
		}
		if p.tree && tree == "" {
			fmt.Printf("%-28s needs -tree\n", p.name)
			continue
		}
		file := filepath.Join(dir, "program.lua")
		text := fmt.Sprintf("local TREE = %q\n%s", tree, p.code)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
		var here, there []time.Duration
		for range rounds {
			a, outA, err := runHere(file)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			b, outB, err := runReference(reference, file)
			if err != nil {
				return fmt.Errorf("%s under lua5.4: %w", p.name, err)
			}
			if outA != outB {
				return fmt.Errorf("%s prints %q, under lua5.4 %q", p.name, outA, outB)
			}
			here, there = append(here, a), append(there, b)
		}
		a, b := median(here), median(there)
		ratio := a.Seconds() / b.Seconds()
		worst = max(worst, ratio)
		fmt.Printf("%-28s %10.1f %10.1f %7.2f\n", p.name, a.Seconds()*1000, b.Seconds()*1000, ratio)
	}
	fmt.Printf("worst ratio %.2f\n", worst)
	return nil
}

func chosen(name string, only []string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(s string) bool { return strings.Contains(name, s) })
}

// runHere runs a file on a fresh machine and returns the CPU time it took.
func runHere(file string) (time.Duration, string, error) {
	var out bytes.Buffer
	r, err := lua.NewRuntime(lua.Config{Stdout: &out})
	if err != nil {
		return 0, "", err
	}
	defer r.Close()
	vm, err := r.VM(context.Background())
	if err != nil {
		return 0, "", err
	}
	defer vm.Close()
	runtime.GC() // what the round before left is not this one's
	begin := cpu()
	err = vm.RunFile(context.Background(), file)
	return cpu() - begin, out.String(), err
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// runReference does the same in a process of lua5.4, which measures itself.
func runReference(bin, file string) (time.Duration, string, error) {
	const driver = "local t = os.clock() dofile(arg[1]) io.stderr:write(os.clock() - t)"
	var out, took bytes.Buffer
	cmd := exec.Command(bin, "-e", "arg = {"+strconv.Quote(file)+"} "+driver)
	cmd.Stdout, cmd.Stderr = &out, &took
	if err := cmd.Run(); err != nil {
		return 0, "", fmt.Errorf("%w: %s", err, took.String())
	}
	s, err := strconv.ParseFloat(strings.TrimSpace(took.String()), 64)
	return time.Duration(s * float64(time.Second)), out.String(), err
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return max(d[len(d)/2], time.Microsecond)
}
