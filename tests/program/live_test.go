package program

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

// namespaces are two network namespaces joined by a veth pair: the monitored
// side (10.99.0.1), where the program runs, and the peer (10.99.0.2).
type namespaces struct {
	t          *testing.T
	near, peer string
}

func newNamespaces(t *testing.T) *namespaces {
	harness.NeedRoot(t)
	harness.Need(t, "ip")
	id := os.Getpid()
	n := &namespaces{t, fmt.Sprintf("ntopgo-n%d", id), fmt.Sprintf("ntopgo-p%d", id)}
	t.Cleanup(func() {
		for _, ns := range []string{n.near, n.peer} {
			_ = exec.Command("ip", "netns", "del", ns).Run()
		}
	})
	for _, ns := range []string{n.near, n.peer} {
		if out, err := exec.Command("ip", "netns", "add", ns).CombinedOutput(); err != nil {
			t.Skipf("network namespaces cannot be made here: %s", out)
		}
	}
	n.do("", "ip", "link", "add", "mon0", "netns", n.near, "type", "veth", "peer", "name", "peer0", "netns", n.peer)
	for _, side := range []struct{ ns, dev, addr string }{{n.near, "mon0", "10.99.0.1/24"}, {n.peer, "peer0", "10.99.0.2/24"}} {
		n.do(side.ns, "ip", "addr", "add", side.addr, "dev", side.dev)
		n.do(side.ns, "ip", "link", "set", side.dev, "up")
		n.do(side.ns, "ip", "link", "set", "lo", "up")
	}
	return n
}

func (n *namespaces) command(ns string, args ...string) *exec.Cmd {
	if ns != "" {
		args = append([]string{"ip", "netns", "exec", ns}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

func (n *namespaces) do(ns string, args ...string) string {
	n.t.Helper()
	out, err := n.command(ns, args...).CombinedOutput()
	if err != nil {
		n.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// serve starts a server in a namespace and ends it with the test.
func (n *namespaces) serve(ns string, args ...string) {
	n.t.Helper()
	cmd := n.command(ns, args...)
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
}

// Traffic of real programs on a live interface is on the flow list within two
// seconds, every flow of it.
func TestLiveTrafficIsSeenAtOnce(t *testing.T) {
	n := newNamespaces(t)
	harness.Need(t, "curl", "dig", "openssl", "python3")
	dir := t.TempDir()
	n.do("", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", dir+"/key.pem", "-out", dir+"/cert.pem",
		"-days", "2", "-subj", "/CN=live.example.org")
	n.serve(n.peer, "python3", "-m", "http.server", "--bind", "10.99.0.2", "--directory", dir, "8080")
	n.serve(n.peer, "openssl", "s_server", "-accept", "10.99.0.2:8443", "-key", dir+"/key.pem", "-cert", dir+"/cert.pem", "-www", "-quiet")
	waitListening(n, 8080, 8443)

	p := harness.Start(t, harness.Options{In: []string{"ip", "netns", "exec", n.near},
		Args: []string{"-i", "mon0", "-m", "10.99.0.0/24", "--disable-login", "1"}})
	get := func(path string) string {
		out, err := n.command(n.near, "curl", "-s", "-m", "5", p.URL+path).Output()
		if err != nil {
			return ""
		}
		return string(out)
	}
	harness.Eventually(t, 20*time.Second, func() error {
		if !strings.Contains(get("/lua/rest/v2/get/interface/data.lua?ifid=0"), `"rc":`) {
			return fmt.Errorf("the web interface does not answer:\n%s", p.Log())
		}
		return nil
	})

	const requests = 5
	for i := 0; i < requests; i++ {
		n.do(n.near, "curl", "-s", "-o", "/dev/null", "http://10.99.0.2:8080/")
		n.do(n.near, "curl", "-s", "-k", "-o", "/dev/null", "--resolve", "live.example.org:8443:10.99.0.2",
			"https://live.example.org:8443/")
	}
	// Nobody answers the queries; the flows are there all the same.
	_ = n.command(n.near, "dig", "+tries=1", "+timeout=1", "@10.99.0.2", "www.example.net").Run()
	end := time.Now()

	want := map[string]int{"http": requests, "tls": requests, "dns": 1}
	harness.Eventually(t, 2*time.Second, func() error {
		list := strings.ToLower(get("/lua/rest/v2/get/flow/active.lua?ifid=0&perPage=100&currentPage=1"))
		got := map[string]int{"http": strings.Count(list, `"port":8080`), "tls": strings.Count(list, `"port":8443`),
			"dns": strings.Count(list, `"port":53}`) + strings.Count(list, `"port":53,`)}
		for k, min := range want {
			if got[k] < min {
				return fmt.Errorf("%v after the last packet: %d flows of %s, want %d:\n%.3000s", time.Since(end), got[k], k, min, list)
			}
		}
		for _, name := range []string{`"http"`, `"tls"`, `"dns"`} {
			if !strings.Contains(list, `"l7":`+name) {
				return fmt.Errorf("no flow is named %s:\n%.3000s", name, list)
			}
		}
		return nil
	})
}

func waitListening(n *namespaces, ports ...int) {
	harness.Eventually(n.t, 10*time.Second, func() error {
		out := n.do(n.peer, "ss", "-ltn")
		for _, port := range ports {
			if !strings.Contains(out, fmt.Sprintf(":%d ", port)) {
				return fmt.Errorf("nothing listens on port %d:\n%s", port, out)
			}
		}
		return nil
	})
}
