package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/dpi"
	"ntopgo/engine/iface"
	"ntopgo/engine/network"
)

// The live comparison: tcpreplay sends a capture over a pair of virtual cards in
// a network namespace of its own, ever faster, until the receiver's kernel ring
// drops packets. The receiver is tcpdump, which throws everything away, and then
// the engine with classification on.

// Sending lasts this long at each rate.
const liveSeconds = 4

// Rates that are tried, in packets per second, each by half more than the last.
const firstRate, lastRate = 20_000, 2_000_000

// receiver is a command that receives on the card "v1" until it is interrupted,
// and says how many packets it got and how many were dropped.
type receiver struct {
	name  string
	args  []string
	count func(out string) (received, dropped int, err error)
}

func compareLive(file string) error {
	if os.Geteuid() != 0 {
		return errors.New("-live makes network namespaces: root is needed")
	}
	for _, p := range []string{"ip", "tcpreplay", "tcpdump"} {
		if _, err := exec.LookPath(p); err != nil {
			return fmt.Errorf("-live needs %s", p)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ns := fmt.Sprintf("ntopgo-bench-%d", os.Getpid())
	if err := ip("netns", "add", ns); err != nil {
		return err
	}
	defer ip("netns", "del", ns)
	for _, c := range [][]string{{"link", "add", "v0", "mtu", "9000", "type", "veth", "peer", "name", "v1", "mtu", "9000"},
		{"link", "set", "v0", "up"}, {"link", "set", "v1", "up"}} {
		if err := ip(append([]string{"-n", ns}, c...)...); err != nil {
			return err
		}
	}
	rates := map[string]float64{}
	for _, r := range []receiver{
		{"tcpdump", []string{"tcpdump", "-i", "v1", "-n", "-B", "32768", "-w", "/dev/null"}, countTcpdump},
		{"engine", []string{self, "-receive", "v1"}, countOwn},
	} {
		best, limit, err := fastest(ns, file, r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		rates[r.name] = best
		fmt.Printf("%-10s %11.0f packets/s without a drop (%s)\n", r.name, best, limit)
	}
	fmt.Printf("engine to tcpdump: %.0f %%\n", 100*rates["engine"]/rates["tcpdump"])
	return nil
}

// narrowings is how often the step between a rate without drops and one with is
// halved.
const narrowings = 3

// fastest raises the rate until packets are dropped, or the sender is at its
// end, and then looks between the last two rates; limit says what stopped it.
func fastest(ns, file string, r receiver) (best float64, limit string, err error) {
	limit = "no faster was tried"
	good, bad := 0.0, 0.0
	for rate, left := float64(firstRate), narrowings; rate < lastRate; {
		sent, dropped, err := try(ns, file, r, rate)
		switch {
		case err != nil:
			return 0, "", err
		case dropped > 0:
			bad, limit = rate, fmt.Sprintf("%d of those sent at %.0f were dropped", dropped, sent)
		case sent < 0.9*rate:
			return max(best, sent), "the sender is no faster", nil
		default:
			good, best = rate, max(best, sent)
		}
		if bad == 0 {
			rate *= 1.5
			continue
		}
		if left--; left < 0 {
			break
		}
		rate = (good + bad) / 2
	}
	return best, limit, nil
}

// try sends at a rate and says how fast that really was, and how many packets
// the receiver missed.
func try(ns, file string, r receiver, rate float64) (sent float64, dropped int, err error) {
	rx := exec.Command("ip", append([]string{"netns", "exec", ns}, r.args...)...)
	var out bytes.Buffer
	rx.Stdout, rx.Stderr = &out, &out
	if err := rx.Start(); err != nil {
		return 0, 0, err
	}
	time.Sleep(time.Second) // until it listens
	tx := exec.Command("ip", "netns", "exec", ns, "tcpreplay", "-i", "v0", "-K", "-q", "--pps="+strconv.Itoa(int(rate)),
		"--limit="+strconv.Itoa(int(rate)*liveSeconds), "--loop=1000", file)
	text, sendErr := tx.CombinedOutput()
	time.Sleep(time.Second) // for what is on its way
	if err := rx.Process.Signal(syscall.SIGINT); err != nil {
		return 0, 0, err
	}
	waitErr := rx.Wait()
	if sendErr != nil {
		return 0, 0, fmt.Errorf("tcpreplay: %w: %s", sendErr, text)
	}
	m := regexp.MustCompile(`Rated: .* ([0-9.]+) pps`).FindSubmatch(text)
	n := regexp.MustCompile(`Actual: (\d+) packets`).FindSubmatch(text)
	if m == nil || n == nil {
		return 0, 0, fmt.Errorf("tcpreplay says no rate: %s", text)
	}
	sent, _ = strconv.ParseFloat(string(m[1]), 64)
	total, _ := strconv.Atoi(string(n[1]))
	received, dropped, err := r.count(out.String())
	if err != nil {
		return 0, 0, errors.Join(err, waitErr)
	}
	return sent, max(dropped, total-received), nil
}

func countTcpdump(out string) (received, dropped int, err error) {
	return countBy(out, `(\d+) packets? captured`, `(\d+) packets? dropped by kernel`)
}

func countOwn(out string) (received, dropped int, err error) {
	return countBy(out, `(\d+) received`, `(\d+) dropped`)
}

func countBy(out, got, lost string) (received, dropped int, err error) {
	m, n := regexp.MustCompile(got).FindStringSubmatch(out), regexp.MustCompile(lost).FindStringSubmatch(out)
	if m == nil || n == nil {
		return 0, 0, fmt.Errorf("the receiver says no counts: %s", out)
	}
	received, _ = strconv.Atoi(m[1])
	dropped, _ = strconv.Atoi(n[1])
	return received, dropped, nil
}

// receive is the engine as a receiver: it counts and classifies what arrives on
// a card until it is interrupted.
func receive(ctx context.Context, card string, out io.Writer) error {
	src, err := capture.Open(card, capture.Config{})
	if err != nil {
		return err
	}
	classifier, err := dpi.New(dpi.Config{})
	if err != nil {
		return err
	}
	nets, err := network.Parse(network.Default, nil)
	if err != nil {
		return err
	}
	i, err := iface.New(iface.Config{MaxFlows: -1, MaxHosts: -1}, iface.Deps{Source: src, DPI: classifier, Nets: nets})
	if err != nil {
		return err
	}
	i.Start(ctx)
	<-ctx.Done()
	err = i.Close()
	s := i.Stats()
	fmt.Fprintf(out, "%d received, %d dropped, %d flows\n", s.Total.Packets, s.Source.Dropped, s.Flows)
	return err
}

func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %v: %w: %s", args, err, out)
	}
	return nil
}
