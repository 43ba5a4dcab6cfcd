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
	t := &table{rounds: rounds}
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
		err := t.row(p.name, func() (time.Duration, string, error) { return runHere(file) },
			func() (time.Duration, string, error) { return runReference(reference, file) })
		if err != nil {
			return err
		}
	}
	if chosen(rowsName, only) {
		if err := compareRows(t, reference, dir); err != nil {
			return err
		}
	}
	if tree != "" && chosen(moduleName, only) {
		if err := compareModule(t, reference, tree, dir); err != nil {
			return err
		}
	}
	fmt.Printf("worst ratio %.2f\n", t.worst)
	return nil
}

// table prints what is compared, a row a time.
type table struct {
	rounds int
	worst  float64
}

// measure runs something once: the CPU time it took and what it printed.
type measure func() (time.Duration, string, error)

// row runs two sides in turns and prints their medians.
func (t *table) row(name string, here, there measure) error {
	var a, b []time.Duration
	for range t.rounds {
		tookA, outA, err := here()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		tookB, outB, err := there()
		if err != nil {
			return fmt.Errorf("%s under lua5.4: %w", name, err)
		}
		if outA != outB {
			return fmt.Errorf("%s prints %q, under lua5.4 %q", name, outA, outB)
		}
		a, b = append(a, tookA), append(b, tookB)
	}
	ratio := median(a).Seconds() / median(b).Seconds()
	t.worst = max(t.worst, ratio)
	fmt.Printf("%-28s %10.1f %10.1f %7.2f\n", name, median(a).Seconds()*1000, median(b).Seconds()*1000, ratio)
	return nil
}

func chosen(name string, only []string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(s string) bool { return strings.Contains(name, s) })
}

// runHere runs a file on a fresh machine and returns the CPU time it took.
func runHere(file string) (time.Duration, string, error) {
	return inMachine(lua.Config{}, func(vm *lua.VM) error { return vm.RunFile(context.Background(), file) })
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
