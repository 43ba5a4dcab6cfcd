package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func ok(t *testing.T, args ...string) (*Options, Action) {
	t.Helper()
	var out, errOut bytes.Buffer
	o, a, err := Parse(args, &out, &errOut)
	if err != nil {
		t.Fatalf("Parse(%q): %v", args, err)
	}
	if errOut.Len() > 0 {
		t.Errorf("Parse(%q) wrote %q", args, errOut.String())
	}
	return o, a
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	o, a := ok(t)
	if a != ActionRun || o.HTTP != (Listen{"", 3000}) || o.HTTPS.Port != 0 || o.Verbose != 2 || o.MaxFlows != 131072 ||
		o.MaxHosts != 131072 || o.DataDir != "/var/lib/ntopng" || o.PidFile != "/var/run/ntopng.pid" ||
		o.User != "ntopng" || o.Login != LoginRequired || o.RedisGiven || o.DNSMode != 0 || len(o.LocalNetworks) != 3 ||
		o.LocalNetworksText != DefaultLocalNetworks || o.ClusterID != -1 || len(o.Notices) != 0 {
		t.Errorf("%+v", o)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args []string
		get  func(*Options) any
		want any
	}{
		{[]string{"-i", "eth0", "--interface=a.pcap", "-ilo", "-i=x"}, func(o *Options) any { return o.Interfaces }, []string{"eth0", "a.pcap", "lo", "x"}},
		{[]string{"-w", "8080"}, func(o *Options) any { return o.HTTP }, Listen{"", 8080}},
		{[]string{"-w", ":8080"}, func(o *Options) any { return o.HTTP }, Listen{"127.0.0.1", 8080}},
		{[]string{"-w", "10.0.0.1:8080,9090"}, func(o *Options) any { return o.HTTP }, Listen{"10.0.0.1", 8080}},
		{[]string{"-w", "[::1]:8080"}, func(o *Options) any { return o.HTTP }, Listen{"::1", 8080}},
		{[]string{"-W", "3001"}, func(o *Options) any { return o.HTTP }, Listen{}},
		{[]string{"-W", "3001"}, func(o *Options) any { return o.HTTPS }, Listen{"", 3001}},
		{[]string{"-w3001", "-W3001"}, func(o *Options) any { return []int{o.HTTP.Port, o.HTTPS.Port} }, []int{0, 3001}},
		{[]string{"-m", "10.1.2.3/8=lab,192.168.0.1", "-m", "asn64512,2001:db8::/32"}, func(o *Options) any { return o.LocalNetworksText },
			"10.1.2.3/8=lab,192.168.0.1,asn64512,2001:db8::/32"},
		{[]string{"-l", "1"}, func(o *Options) any { return o.Login }, LoginDisabled},
		{[]string{"-l0"}, func(o *Options) any { return o.Login }, LoginNotLocalhost},
		{[]string{"-B", `"tcp port 80"`}, func(o *Options) any { return o.PacketFilter }, "tcp port 80"},
		{[]string{"-B", "udp"}, func(o *Options) any { return o.PacketFilter }, "udp"},
		{[]string{"-eqsu"}, func(o *Options) any { return []bool{o.Daemon, o.DisableAutoLogout, o.KeepUser, o.NoPromisc} }, []bool{true, true, true, true}},
		{[]string{"-1", "a", "-2", "b", "-3", "c", "-5", "d", "-6", "e"}, func(o *Options) any {
			return []string{o.HTTPDocsDir, o.ScriptsDir, o.CallbacksDir, o.PcapDir, o.ArchiveDir}
		}, []string{"a", "b", "c", "d", "e"}},
		{[]string{"--http-pre=/x", "--verb", "6"}, func(o *Options) any { return o.HTTPPrefix + string(rune('0'+o.Verbose)) }, "/x6"},
		{[]string{"-r", "h:1:secret@2"}, func(o *Options) any { return []any{o.Redis, o.RedisGiven} }, []any{"h:1:secret@2", true}},
		{[]string{"--zmq-encryption-key-priv", "k"}, func(o *Options) any { return o.ZMQEncryption }, true},
		{[]string{"--appliance"}, func(o *Options) any { return o.KeepUser }, true},
		{[]string{"--dump-queue-len", "7", "--dump-queue-block-size"}, func(o *Options) any { return []int{o.DumpQueueLen, o.DumpQueueBlockSize} }, []int{7, 50000}},
		{[]string{"-v", "0"}, func(o *Options) any { return []any{o.Verbose, o.VerboseGiven} }, []any{0, true}},
		{[]string{"-F", "clickhouse;127.0.0.1;ntopng;default;"}, func(o *Options) any { return o.DumpFlows }, "clickhouse;127.0.0.1;ntopng;default;"},
		{[]string{"--redis-tls-skip-verify"}, func(o *Options) any { return o.RedisTLS() }, true},
	}
	for _, tc := range tests {
		o, _ := ok(t, tc.args...)
		if got := tc.get(o); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%q: got %#v, want %#v", tc.args, got, tc.want)
		}
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args   []string
		action Action
		target string
		rest   []string
	}{
		{[]string{"--help"}, ActionHelp, "", nil}, {[]string{"-h", "-V"}, ActionHelp, "", nil}, {[]string{"-V", "-h"}, ActionHelp, "", nil},
		{[]string{"--version"}, ActionVersion, "", nil}, {[]string{"--version-json"}, ActionVersionJSON, "", nil},
		{[]string{"--print-ndpi-protocols"}, ActionPrintProtocols, "", nil}, {[]string{"--check-license"}, ActionLicense, "", nil},
		{[]string{"--classify", "f.pcap"}, ActionClassify, "f.pcap", nil},
		{[]string{"--run-script", "s.lua", "a", "-i", "x.pcap", "--", "-b"}, ActionRunScript, "s.lua", []string{"a", "-b"}},
		{[]string{"--check-tree=/t"}, ActionCheckTree, "/t", nil}, {[]string{"--list-bindings", "--json"}, ActionListBindings, "", nil},
	} {
		o, a := ok(t, tc.args...)
		if a != tc.action || o.Target != tc.target || !slices.Equal(o.Args, tc.rest) {
			t.Errorf("%q: %v %q %q", tc.args, a, o.Target, o.Args)
		}
	}
	var out bytes.Buffer
	if _, _, err := Parse([]string{"--help"}, &out, &out); err != nil || !strings.Contains(out.String(), "[--http-prefix|-Z] </prefix>") {
		t.Errorf("usage: %v %s", err, out.String())
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if len(line) > 100 {
			t.Errorf("usage line too long: %q", line)
		}
	}
}

func TestErrorsNameTheOption(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--nonsense"}, "--nonsense"}, {[]string{"-Y"}, "'Y'"}, {[]string{"-i"}, "'i'"}, {[]string{"--interface"}, "--interface"},
		{[]string{"-w", "port"}, "--http-port"}, {[]string{"-w", "70000"}, "--http-port"}, {[]string{"-W", "x:1x"}, "--https-port"},
		{[]string{"-x", "many"}, "--max-num-hosts"}, {[]string{"-X", "0"}, "--max-num-flows"}, {[]string{"-v", "loud"}, "--verbose"},
		{[]string{"-n", "9"}, "--dns-mode"}, {[]string{"-Q", "3"}, "--capture-direction"}, {[]string{"-l", "2"}, "--disable-login"},
		{[]string{"-m", "10.0.0.0/99"}, "--local-networks"}, {[]string{"-m", "nonsense"}, "--local-networks"},
		{[]string{"-Z", "ntopng"}, "--http-prefix"}, {[]string{"-Z", "/ntopng/"}, "--http-prefix"}, {[]string{"-F", "fax"}, "--dump-flows"},
		{[]string{"--mtu", "1"}, "--mtu"}, {[]string{"--hw-timestamp-mode", "x"}, "--hw-timestamp-mode"}, {[]string{"-i", "bridge:a,b"}, "--interface"},
		{[]string{"-i", "lo", "stray"}, "stray"}, {[]string{"--json"}, "--json"}, {[]string{"--redis-tls-key", "k"}, "--redis-tls-cert"},
		{[]string{"-e=maybe"}, "--daemon"}, {[]string{"/no/such/file.conf"}, "/no/such/file.conf"},
	} {
		var out, errOut bytes.Buffer
		o, _, err := Parse(tc.args, &out, &errOut)
		if err == nil || o != nil || !strings.Contains(errOut.String(), tc.want) || out.Len() > 0 {
			t.Errorf("%q: %v, stderr %q, want %q in it", tc.args, err, errOut.String(), tc.want)
		}
	}
}

// Every option of the specification is there, with its letter and its argument.
func TestAllOptionsOfTheSpecification(t *testing.T) {
	t.Parallel()
	path := os.Getenv("NTOPGO_SHARED")
	if path == "" {
		path = "../../../shared"
	}
	b, err := os.ReadFile(filepath.Join(path, "spec", "cli_options.json"))
	if err != nil {
		t.Skip("the specification is not here:", err)
	}
	var spec struct {
		Options []struct {
			Long, Short, Arg string
		}
	}
	if err := json.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	if len(spec.Options) != 85 {
		t.Errorf("%d options in the specification", len(spec.Options))
	}
	for _, s := range spec.Options {
		i := slices.IndexFunc(table, func(row option) bool { return row.long == s.Long })
		if i < 0 {
			t.Errorf("--%s is missing", s.Long)
			continue
		}
		row := table[i]
		if row.short != s.Short || (row.arg != "") != (s.Arg == "required") && !strings.HasPrefix(s.Long, "dump-queue-") {
			t.Errorf("--%s: short %q arg %q, want %q %s", s.Long, row.short, row.arg, s.Short, s.Arg)
		}
	}
}

// Options that do nothing say so, once each.
func TestNotices(t *testing.T) {
	t.Parallel()
	o, _ := ok(t, "-g", "0,1", "--license-mgr", "x", "-k", "y", "-4", "z", "-D", "all", "-S", "x", "-A", "1", "-T", "-i", "")
	if len(o.Notices) != 9 {
		t.Errorf("notices: %q", o.Notices)
	}
	for i, name := range []string{"--core-affinity", "--license-mgr", "--traffic-filtering", "--prefs-dir", "--dump-hosts", "--sticky-hosts", "option-A", "option-T", "--interface"} {
		if i < len(o.Notices) && !strings.Contains(o.Notices[i], name) {
			t.Errorf("notice %d is %q", i, o.Notices[i])
		}
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	o, _ := ok(t, "-i", "lo", "-r", "h:1:sesame", "--zmq-encrypt-pwd", "sesame", "-F", "es;a;b;http://u;x:sesame", "-e")
	if o.CommandLine != "--interface lo --daemon" {
		t.Errorf("command line %q", o.CommandLine)
	}
}

func TestNetworksFromAFile(t *testing.T) {
	t.Parallel()
	f := filepath.Join(t.TempDir(), "nets")
	if err := os.WriteFile(f, []byte("# ours\n10.0.0.0/8=a, 172.16.0.0/12\n\n  asn1 # one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o, _ := ok(t, "-m", f)
	if o.LocalNetworksText != "10.0.0.0/8=a,172.16.0.0/12,asn1" || len(o.LocalNetworks) != 2 || o.LocalNetworks[0].Alias != "a" || o.LocalASNs[0] != 1 {
		t.Errorf("%q %v %v", o.LocalNetworksText, o.LocalNetworks, o.LocalASNs)
	}
}

func config(t testing.TB, content string) string {
	t.Helper()
	f := filepath.Join(t.TempDir(), "ntopng.conf")
	if err := os.WriteFile(f, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestConfigurationFile(t *testing.T) {
	t.Parallel()
	f := config(t, strings.Join([]string{
		"# packaged configuration", "", "-G=/run/x.pid", "  -i=eth0  ", "--interface eth1", "-i view:all", "--interface=\"eth 2\"",
		"-w=3005 # the web port", "-m='10.0.0.0/8, 192.168.0.0/16'", `-B "host 10.0.0.1 and port 80"`, "--community", "-e=", "-q",
		"-N=name#1", "# -v=6", "-r = 127.0.0.1:6379@3", "not an option", "-x\t1000", "-T", "--instance-name \"a\" b \"c\"", "-U=",
		"--dump-queue-len",
	}, "\r\n"))
	o, _ := ok(t, f, "-i", "lo", "-w", "4000")
	got := []any{o.PidFile, o.Interfaces, o.HTTP.Port, o.LocalNetworksText, o.PacketFilter, o.Daemon, o.DisableAutoLogout,
		o.InstanceName, o.Redis, o.MaxHosts, o.ConfigFile, o.DumpQueueLen}
	want := []any{"/run/x.pid", []string{"eth0", "eth1", "view:all", "eth 2", "lo"}, 4000, "10.0.0.0/8,192.168.0.0/16",
		"host 10.0.0.1 and port 80", true, true, `"a" b "c"`, "127.0.0.1:6379@3", 1000, f, 120}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("%d: got %#v, want %#v", i, got[i], want[i])
		}
	}
	notices := strings.Join(o.Notices, "\n")
	for _, w := range []string{":17: \"not an option\"", "option-T", "--user has an empty value"} {
		if !strings.Contains(notices, w) {
			t.Errorf("notices %q lack %q", notices, w)
		}
	}
}

func TestWrongConfigurationFiles(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"\n--nonsense=1":                     ":2: unknown option --nonsense",
		"-Y 1":                               ":1: unknown option -Y",
		"-w=port":                            "-w/--http-port",
		"-ieth0":                             "put a blank or =",
		"-i":                                 "needs a value",
		"-e yes please":                      "takes no value",
		"-N=\"open":                          "not closed",
		"-N=" + strings.Repeat("x", maxLine): "longer than",
		"-X=none":                            "--max-num-flows",
	} {
		var errOut bytes.Buffer
		if _, _, err := Parse([]string{config(t, content)}, &errOut, &errOut); err == nil || !strings.Contains(errOut.String(), want) {
			t.Errorf("%q: %q, want %q", shorten(content), errOut.String(), want)
		}
	}
}

func FuzzConfigurationFile(f *testing.F) {
	f.Add("-i=eth0\n--http-port 3000\n# c\n-B \"tcp\"\n-q")
	f.Add("- x\n-\n--\n--=\n-=\n-\"\n-i='\n")
	f.Fuzz(func(t *testing.T, content string) {
		p := &parser{options: newOptions()}
		if err := p.file("f", content); err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("error without a place: %v", err)
		}
	})
}
