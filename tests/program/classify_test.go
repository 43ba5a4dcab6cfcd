package program

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

// exchange is a real client that talks to a real server.
type exchange struct {
	name   string
	needs  []string            // programs without which it is skipped
	files  map[string]string   // written into the exchange's folder before
	setup  [][]string          // commands run once, on the server's side
	server []string            // runs until the client is done
	client []string            // tried until it succeeds
	port   int                 // the server's
	l4     string              // "TCP" or "UDP"
	want   string              // name of the flows
	more   map[string][]string // other flows that must be there: protocol names by transport
}

// DIR in arguments and files is the folder of the exchange.
func exchanges() []exchange {
	cert := []string{"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "DIR/key.pem", "-out", "DIR/cert.pem", "-days", "2", "-subj", "/CN=peer.example.net"}
	sserver := func(port string, more ...string) []string {
		return append([]string{"openssl", "s_server", "-accept", "10.99.0.2:" + port, "-key", "DIR/key.pem", "-cert", "DIR/cert.pem", "-quiet"}, more...)
	}
	unbound := map[string]string{"unbound.conf": `server:
 interface: 10.99.0.2@53
 interface: 10.99.0.2@853
 tls-port: 853
 tls-service-key: "DIR/key.pem"
 tls-service-pem: "DIR/cert.pem"
 access-control: 10.99.0.0/24 allow
 do-daemonize: no
 use-syslog: no
 username: ""
 chroot: ""
 directory: "DIR"
 pidfile: ""
 module-config: "iterator"
 local-zone: "example.net." static
 local-data: "peer.example.net. 60 IN A 10.99.0.2"
`}
	dns := []string{"unbound", "-d", "-c", "DIR/unbound.conf"}
	return []exchange{
		{name: "HTTP", needs: []string{"python3", "curl"}, server: []string{"python3", "-m", "http.server", "--bind", "10.99.0.2", "80"},
			client: []string{"curl", "-sf", "-o", "DIR/out", "http://10.99.0.2/"}, port: 80, l4: "TCP", want: "HTTP"},
		{name: "TLS 1.2", needs: []string{"openssl", "curl"}, setup: [][]string{cert}, server: sserver("443", "-www"),
			client: []string{"curl", "-skf", "--tls-max", "1.2", "-o", "DIR/out", "--resolve", "peer.example.net:443:10.99.0.2", "https://peer.example.net/"}, port: 443, l4: "TCP", want: "TLS"},
		{name: "TLS 1.3", needs: []string{"openssl", "curl"}, setup: [][]string{cert}, server: sserver("8443", "-www"),
			client: []string{"curl", "-skf", "--tlsv1.3", "-o", "DIR/out", "--resolve", "peer.example.net:8443:10.99.0.2", "https://peer.example.net:8443/"}, port: 8443, l4: "TCP", want: "TLS"},
		{name: "s_client", needs: []string{"openssl"}, setup: [][]string{cert}, server: sserver("9443"),
			client: []string{"sh", "-c", "echo Q | openssl s_client -connect 10.99.0.2:9443 -servername peer.example.net -quiet -no_ign_eof"}, port: 9443, l4: "TCP", want: "TLS"},
		{name: "DTLS", needs: []string{"openssl"}, setup: [][]string{cert}, server: sserver("4433", "-dtls"),
			client: []string{"sh", "-c", "echo hello | timeout 3 openssl s_client -dtls -connect 10.99.0.2:4433 -quiet -no_ign_eof"}, port: 4433, l4: "UDP", want: "DTLS"},
		{name: "DNS over UDP", needs: []string{"unbound", "dig"}, setup: [][]string{cert}, files: unbound, server: dns,
			client: []string{"dig", "+time=1", "+tries=1", "@10.99.0.2", "peer.example.net"}, port: 53, l4: "UDP", want: "DNS"},
		{name: "DNS over TCP", needs: []string{"unbound", "dig"}, setup: [][]string{cert}, files: unbound, server: dns,
			client: []string{"dig", "+tcp", "+time=1", "+tries=1", "@10.99.0.2", "peer.example.net"}, port: 53, l4: "TCP", want: "DNS"},
		{name: "DNS over TLS", needs: []string{"unbound", "dig"}, setup: [][]string{cert}, files: unbound, server: dns,
			client: []string{"dig", "+tls", "+time=2", "+tries=1", "@10.99.0.2", "peer.example.net"}, port: 853, l4: "TCP", want: "TLS.DoH_DoT"},
		{name: "SSH", needs: []string{"sshd", "ssh", "ssh-keygen"}, setup: [][]string{{"mkdir", "-p", "/run/sshd"}, {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "DIR/key"}},
			server: []string{"/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-o", "ListenAddress=10.99.0.2:22", "-h", "DIR/key", "-o", "PidFile=none"},
			client: []string{"sh", "-c", "ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=3 nobody@10.99.0.2 true 2>&1 | grep -i denied"}, port: 22, l4: "TCP", want: "SSH"},
		{name: "Redis", needs: []string{"redis-server", "redis-cli"}, server: []string{"redis-server", "--bind", "10.99.0.2", "--protected-mode", "no", "--save", "", "--dir", "DIR"},
			client: []string{"sh", "-c", "redis-cli -h 10.99.0.2 ping | grep PONG"}, port: 6379, l4: "TCP", want: "RESP"},
		{name: "PostgreSQL", needs: []string{"/usr/lib/postgresql/*/bin/postgres", "psql", "runuser"},
			setup: [][]string{{"chown", "postgres", "DIR"}, {"sh", "-c", "runuser -u postgres -- /usr/lib/postgresql/*/bin/initdb -D DIR/data -A trust -N"},
				{"sh", "-c", "echo 'host all all 10.99.0.0/24 trust' >> DIR/data/pg_hba.conf"}},
			server: []string{"runuser", "-u", "postgres", "--", "sh", "-c", "exec /usr/lib/postgresql/*/bin/postgres -D DIR/data -h 10.99.0.2 -k DIR"},
			client: []string{"psql", "-h", "10.99.0.2", "-U", "postgres", "-c", "select 1"}, port: 5432, l4: "TCP", want: "PostgreSQL"},
		{name: "MariaDB", needs: []string{"mariadbd", "mariadb", "mariadb-install-db"},
			setup:  [][]string{{"mariadb-install-db", "--user=root", "--datadir=DIR/data", "--skip-test-db", "--auth-root-authentication-method=normal"}},
			server: []string{"mariadbd", "--no-defaults", "--user=root", "--datadir=DIR/data", "--socket=DIR/socket", "--pid-file=DIR/pid", "--bind-address=10.99.0.2", "--skip-grant-tables"},
			client: []string{"mariadb", "--no-defaults", "-h", "10.99.0.2", "-u", "root", "-e", "select 1"}, port: 3306, l4: "TCP", want: "MySQL"},
		{name: "MQTT", needs: []string{"mosquitto", "mosquitto_pub"}, files: map[string]string{"conf": "listener 1883 10.99.0.2\nallow_anonymous true\n"},
			server: []string{"mosquitto", "-c", "DIR/conf"}, client: []string{"mosquitto_pub", "-h", "10.99.0.2", "-t", "a/b", "-m", "hello", "-q", "1"}, port: 1883, l4: "TCP", want: "MQTT"},
		{name: "SNMP", needs: []string{"snmpd", "snmpget"}, files: map[string]string{"conf": "rocommunity public\nagentAddress udp:10.99.0.2:161\n"},
			server: []string{"snmpd", "-f", "-Lo", "-C", "-c", "DIR/conf", "-p", "DIR/pid"},
			client: []string{"snmpget", "-v2c", "-c", "public", "-t", "1", "-r", "0", "10.99.0.2", "1.3.6.1.2.1.1.1.0"}, port: 161, l4: "UDP", want: "SNMP"},
		{name: "NTP", needs: []string{"chronyd", "ntpdate"}, files: map[string]string{"conf": "local stratum 5\nallow 10.99.0.0/24\nbindaddress 10.99.0.2\ncmdport 0\nbindcmdaddress /\npidfile DIR/pid\n"},
			server: []string{"chronyd", "-d", "-x", "-u", "root", "-f", "DIR/conf"}, client: []string{"ntpdate", "-q", "10.99.0.2"}, port: 123, l4: "UDP", want: "NTP"},
		{name: "FTP", needs: []string{"vsftpd", "curl"}, files: map[string]string{"conf": "listen=YES\nlisten_address=10.99.0.2\nanonymous_enable=YES\nanon_root=DIR/pub\nsecure_chroot_dir=DIR/empty\nseccomp_sandbox=NO\nbackground=NO\n", "pub/file.txt": "hello\n", "empty/.keep": ""},
			server: []string{"vsftpd", "DIR/conf"}, client: []string{"curl", "-sf", "-o", "DIR/out", "ftp://10.99.0.2/"}, port: 21, l4: "TCP", want: "FTP_CONTROL",
			more: map[string][]string{"TCP": {"FTP_DATA"}}},
		{name: "SMTP", needs: []string{"aiosmtpd", "curl"}, server: []string{"aiosmtpd", "-n", "-l", "10.99.0.2:25"}, files: map[string]string{"mail": "Subject: x\r\n\r\nhello\r\n"},
			client: []string{"curl", "-sf", "smtp://10.99.0.2", "--mail-from", "a@example.net", "--mail-rcpt", "b@example.net", "-T", "DIR/mail"}, port: 25, l4: "TCP", want: "SMTP"},
		{name: "SMB", needs: []string{"smbd", "smbclient"}, files: map[string]string{"conf": "[global]\nbind interfaces only=yes\ninterfaces=10.99.0.2/24\nmap to guest=bad user\nsmb ports=445\nlock directory=DIR\nstate directory=DIR\ncache directory=DIR\nprivate dir=DIR\npid directory=DIR\nncalrpc dir=DIR/rpc\nlog file=DIR/log\n[pub]\npath=DIR\nguest ok=yes\n"},
			server: []string{"smbd", "--foreground", "--no-process-group", "-s", "DIR/conf"}, client: []string{"smbclient", "-N", "//10.99.0.2/pub", "-c", "ls"}, port: 445, l4: "TCP", want: "SMBv23"},
		{name: "SIP", needs: []string{"sipp"}, server: []string{"sipp", "-sn", "uas", "-i", "10.99.0.2", "-p", "5060", "-nostdin"},
			client: []string{"sipp", "-sn", "uac", "10.99.0.2:5060", "-i", "10.99.0.1", "-p", "5061", "-m", "1", "-d", "100", "-nostdin", "-timeout", "5s"}, port: 5060, l4: "UDP", want: "SIP"},
		{name: "OpenVPN", needs: []string{"openvpn", "openssl"}, setup: [][]string{cert},
			server: []string{"openvpn", "--dev", "null", "--tls-server", "--dh", "none", "--ca", "DIR/cert.pem", "--cert", "DIR/cert.pem", "--key", "DIR/key.pem", "--local", "10.99.0.2", "--lport", "1194", "--data-ciphers", "AES-256-GCM", "--ping", "1"},
			client: []string{"sh", "-c", "timeout 6 openvpn --dev null --tls-client --ca DIR/cert.pem --cert DIR/cert.pem --key DIR/key.pem --remote 10.99.0.2 1194 --nobind --data-ciphers AES-256-GCM --connect-retry-max 1 | grep -m1 -E 'Initialization Sequence Completed|Peer Connection Initiated'"}, port: 1194, l4: "UDP", want: "OpenVPN"},
		{name: "WireGuard", needs: []string{"wg"},
			setup: [][]string{{"sh", "-c", "umask 077; wg genkey > DIR/a; wg genkey > DIR/b; wg pubkey < DIR/a > DIR/a.pub; wg pubkey < DIR/b > DIR/b.pub"}},
			// The interfaces are made by wireguardUp, which needs both namespaces.
			client: []string{"ping", "-c", "1", "-W", "2", "10.98.0.2"}, port: 51820, l4: "UDP", want: "WireGuard"},
	}
}

// TestRealProgramsAreNamed captures what real clients and servers say to each
// other in two namespaces, and names all of it.
func TestRealProgramsAreNamed(t *testing.T) {
	n := newNamespaces(t)
	harness.Need(t, "tcpdump")
	harness.Binary(t)
	file := filepath.Join(t.TempDir(), "real.pcap")
	dump := record(t, n, file)
	var done []exchange
	for _, x := range exchanges() {
		t.Run(x.name, func(t *testing.T) {
			if x.run(t, n) {
				done = append(done, x)
			}
		})
	}
	dump()
	if len(done) == 0 {
		t.Skip("no program could be run")
	}
	flows := classified(t, file)
	for _, x := range done {
		t.Run(x.name+" is named", func(t *testing.T) { x.check(t, flows) })
	}
}

// record captures the peer's side into file; the returned function ends that
// and waits until all is written.
func record(t *testing.T, n *namespaces, file string) func() {
	t.Helper()
	cmd := n.command(n.peer, "tcpdump", "-i", "peer0", "-w", file, "-U", "-s", "0", "--immediate-mode", "not", "ip6")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	go func() {
		for s := bufio.NewScanner(said); s.Scan(); {
			if strings.Contains(s.Text(), "listening on") {
				ready <- true
			}
		}
		close(ready)
	}()
	stop := func() { _ = cmd.Process.Signal(syscall.SIGINT); _ = cmd.Wait() }
	select {
	case ok := <-ready:
		if !ok {
			t.Fatal("tcpdump did not start")
		}
	case <-time.After(10 * time.Second):
		stop()
		t.Fatal("tcpdump did not start within ten seconds")
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return stop
}

// run starts the server, tries the client until it succeeds, and ends both. It
// reports whether the client got its answer.
func (x *exchange) run(t *testing.T, n *namespaces) bool {
	for _, p := range x.needs {
		if strings.ContainsRune(p, '*') {
			if found, _ := filepath.Glob(p); len(found) == 0 {
				t.Skipf("%s is not installed", p)
			}
			continue
		}
		harness.Need(t, p)
	}
	dir, err := os.MkdirTemp("", "ntopgo-real-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	fill := func(args []string) []string {
		out := make([]string, len(args))
		for i, a := range args {
			out[i] = strings.ReplaceAll(a, "DIR", dir)
		}
		return out
	}
	for name, text := range x.files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range x.setup {
		cmd := exec.Command(s[0], fill(s[1:])...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", s, err, out)
		}
	}
	if x.name == "WireGuard" {
		wireguardUp(t, n, dir)
	}
	var log bytes.Buffer
	if x.server != nil {
		server := n.command(n.peer, fill(x.server)...)
		server.Dir, server.Stdout, server.Stderr = dir, &log, &log
		server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = syscall.Kill(-server.Process.Pid, syscall.SIGKILL) // the group that was just started
			_ = server.Wait()
		}()
	}
	var out []byte
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		client := n.command(n.near, fill(x.client)...)
		client.Dir = dir
		if out, err = client.CombinedOutput(); err == nil {
			return true
		}
		if time.Now().After(deadline) {
			break
		}
	}
	t.Errorf("%v: %v\n%s", x.client, err, out)
	return false
}

// wireguardUp makes a tunnel between the namespaces; where the kernel cannot,
// the test is skipped.
func wireguardUp(t *testing.T, n *namespaces, dir string) {
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(b))
	}
	if out, err := n.command(n.peer, "ip", "link", "add", "wg0", "type", "wireguard").CombinedOutput(); err != nil {
		t.Skipf("this kernel has no WireGuard: %s", out)
	}
	n.do(n.near, "ip", "link", "add", "wg0", "type", "wireguard")
	n.do(n.peer, "wg", "set", "wg0", "listen-port", "51820", "private-key", dir+"/b", "peer", read("a.pub"), "allowed-ips", "10.98.0.1/32")
	n.do(n.near, "wg", "set", "wg0", "private-key", dir+"/a", "peer", read("b.pub"), "endpoint", "10.99.0.2:51820", "allowed-ips", "10.98.0.2/32")
	for ns, addr := range map[string]string{n.peer: "10.98.0.2/24", n.near: "10.98.0.1/24"} {
		n.do(ns, "ip", "addr", "add", addr, "dev", "wg0")
		n.do(ns, "ip", "link", "set", "wg0", "up")
	}
}

// namedFlow is what is read of a line of --classify.
type namedFlow struct {
	Dst        string `json:"dst"`
	SrcPort    int    `json:"sport"`
	DstPort    int    `json:"dport"`
	L4         string `json:"l4"`
	Proto      string `json:"proto"`
	Confidence string `json:"confidence"`
	S2CPackets int    `json:"s2c_pkts"`
}

func classified(t *testing.T, file string) (out []namedFlow) {
	t.Helper()
	stdout, stderr, status := harness.Output(t, time.Minute, "--classify", file)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	for line := range strings.Lines(stdout) {
		var f namedFlow
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, f)
	}
	return out
}

// check wants every flow to the server's port that was named by its packets to
// have the right name, and at least one to be there.
func (x *exchange) check(t *testing.T, flows []namedFlow) {
	found := 0
	missing := fmt.Sprint(x.more)
	for _, f := range flows {
		if f.L4 == x.l4 && f.DstPort == x.port && strings.HasPrefix(f.Confidence, "DPI") {
			if f.Proto != x.want {
				t.Errorf("a flow to port %d is named %s (%s), want %s", x.port, f.Proto, f.Confidence, x.want)
			} else {
				found++
			}
		}
		for _, name := range x.more[f.L4] {
			if f.Proto == name {
				missing = strings.ReplaceAll(missing, name, "")
			}
		}
	}
	if found == 0 {
		t.Errorf("no flow to port %d was named %s by its packets", x.port, x.want)
	}
	for _, names := range x.more {
		for _, name := range names {
			if strings.Contains(missing, name) {
				t.Errorf("no flow is named %s", name)
			}
		}
	}
}

// The rules of -p hold for --classify too; what cannot be read is named with its
// line, and the rest counts.
func TestRulesOfOnesOwn(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(t.TempDir(), "protos.txt")
	if err := os.WriteFile(rules, []byte("# rules\ntcp:443@Intranet=1234\nnonsense\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := harness.Output(t, time.Minute, "-p", rules, "--classify", harness.Demo())
	if status != 0 || !strings.Contains(stderr, "line 3") {
		t.Errorf("status %d, %q", status, stderr)
	}
	seen := 0
	for line := range strings.Lines(stdout) {
		var f struct {
			IDs        []int  `json:"ids"`
			L4         string `json:"l4"`
			DstPort    int    `json:"dport"`
			Proto      string `json:"proto"`
			Confidence string `json:"confidence"`
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		if f.L4 == "TCP" && f.DstPort == 443 {
			seen++
			if len(f.IDs) != 1 || f.IDs[0] != 1234 || f.Proto != "Intranet" || f.Confidence != "Match by custom rule" {
				t.Errorf("%+v", f)
			}
		}
	}
	if seen == 0 {
		t.Error("the demonstration capture has no flow to port 443")
	}
	if _, stderr, status = harness.Output(t, time.Minute, "-p", rules+".not", "--classify", harness.Demo()); status == 0 || !strings.Contains(stderr, "protos.txt.not") {
		t.Errorf("a file that is not there: status %d, %q", status, stderr)
	}
}
