package cli

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// option is one row of the command line.
type option struct {
	long, short string
	arg         string // what usage calls the argument; "" when there is none
	help        string
	set         func(o *Options, value string) error
	noMeaning   string // why the option does nothing here; it is accepted and logged
	secret      bool   // not shown on the web interface
	own         bool   // not one of the original's
}

func text(p func(*Options) *string) func(*Options, string) error {
	return func(o *Options, v string) error { *p(o) = v; return nil }
}

func flag(p func(*Options) *bool) func(*Options, string) error {
	return func(o *Options, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("takes no value")
		}
		*p(o) = b
		return nil
	}
}

func number(p func(*Options) *int, low, high int) func(*Options, string) error {
	return func(o *Options, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < low || n > high {
			return fmt.Errorf("must be a number from %d to %d", low, high)
		}
		*p(o) = n
		return nil
	}
}

const maxInt = 1<<31 - 1

const (
	needPFRing = "needs PF_RING"
	noLicence  = "this program has no licence to check"
)

// table lists every option of the original (both years) and our own.
var table = []option{
	{long: "data-dir", short: "d", arg: "path", help: "writable directory of databases, time series and temporary files", set: text(func(o *Options) *string { return &o.DataDir })},
	{long: "daemon", short: "e", help: "run in the background and log to <data-dir>/ntopng.log", set: flag(func(o *Options) *bool { return &o.Daemon })},
	{long: "core-affinity", short: "g", arg: "cores", help: "cores of the capture threads", set: text(func(o *Options) *string { return &o.CoreAffinity }), noMeaning: "the Go scheduler places threads; see --shards"},
	{long: "help", short: "h", help: "print this text and exit"},
	{long: "interface", short: "i", arg: "name|file", help: "interface, capture file or collector to read from; may be repeated", set: addInterface},
	{long: "traffic-filtering", short: "k", arg: "value", help: "accepted, without effect", noMeaning: "it has no effect in the original either"},
	{long: "disable-login", short: "l", arg: "0|1", help: "0: no login from 127.0.0.1, 1: no login at all", set: setLogin},
	{long: "local-networks", short: "m", arg: "list|file", help: "local networks: comma-separated net/bits[=alias] or asn<number>, or a file of them", set: addNetworks},
	{long: "dns-mode", short: "n", arg: "0..4", help: "0: decode DNS and resolve local addresses, 1: all addresses, 2: decode only, 3: neither, 4: decode no names for this machine", set: number(func(o *Options) *int { return &o.DNSMode }, 0, 4)},
	{long: "ndpi-protocols", short: "p", arg: "file|URL", help: "custom protocol file", set: text(func(o *Options) *string { return &o.NDPIProtocols })},
	{long: "disable-autologout", short: "q", help: "web sessions last seven days", set: flag(func(o *Options) *bool { return &o.DisableAutoLogout })},
	{long: "redis", short: "r", arg: "host[:port[:password]][@db]", help: "Redis server, or the path of its socket; without one an embedded store is used", set: setRedis, secret: true},
	{long: "dont-change-user", short: "s", help: "keep the privileges of the start", set: flag(func(o *Options) *bool { return &o.KeepUser })},
	{long: "install-dir", short: "t", arg: "path", help: "directory that holds scripts/ and httpdocs/", set: text(func(o *Options) *string { return &o.InstallDir })},
	{long: "no-promisc", short: "u", help: "do not capture in promiscuous mode", set: flag(func(o *Options) *bool { return &o.NoPromisc })},
	{long: "verbose", short: "v", arg: "0..6", help: "0: errors, 1: warnings, 2: normal, 3: details, 6: debugging", set: setVerbose},
	{long: "http-port", short: "w", arg: "[addr:]port", help: "web server; :port listens on loopback, 0 switches it off", set: setListen(func(o *Options) *Listen { return &o.HTTP })},
	{long: "max-num-hosts", short: "x", arg: "number", help: "hosts kept at most", set: number(func(o *Options) *int { return &o.MaxHosts }, 1, maxInt)},
	{long: "other-core-affinity", short: "y", arg: "cores", help: "cores of the other threads", set: text(func(o *Options) *string { return &o.OtherCoreAffinity }), noMeaning: "the Go scheduler places threads"},
	{long: "pcap-reforge-timestamps", short: "z", help: "packets of a file get the time they are read at", set: flag(func(o *Options) *bool { return &o.ReforgeTimestamps })},
	{long: "packet-filter", short: "B", arg: "filter", help: "BPF filter of what is captured", set: setFilter},
	{long: "dump-hosts", short: "D", arg: "value", help: "deprecated, without effect", noMeaning: "it is deprecated in the original"},
	{long: "dump-flows", short: "F", arg: "target", help: "where flows go: clickhouse[;...], clickhouse-cluster;..., es;..., syslog[;...], kafka;...", set: setDumpFlows, secret: true},
	{long: "pid", short: "G", arg: "file", help: "pid file", set: text(func(o *Options) *string { return &o.PidFile })},
	{long: "export-flows", short: "I", arg: "endpoint", help: "ZMQ endpoint flows are exported to", set: text(func(o *Options) *string { return &o.ExportFlows })},
	{long: "http-log", short: "L", arg: "file", help: "log of web requests", set: text(func(o *Options) *string { return &o.HTTPLog })},
	{long: "ppp-networks", short: "M", help: "local networks are point-to-point: no broadcast addresses", set: flag(func(o *Options) *bool { return &o.PPPNetworks })},
	{long: "instance-name", short: "N", arg: "name", help: "name of this instance", set: setInstance},
	{long: "capture-direction", short: "Q", arg: "0..2", help: "0: both, 1: received, 2: sent packets", set: number(func(o *Options) *int { return &o.CaptureDirection }, 0, 2)},
	{long: "sticky-hosts", short: "S", arg: "value", help: "deprecated, without effect", noMeaning: "it is deprecated in the original"},
	{long: "user", short: "U", arg: "name", help: "account to become after the start", set: setUser},
	{long: "version", short: "V", help: "print the version and exit"},
	{long: "https-port", short: "W", arg: "[addr:]port", help: "web server over TLS; needs <httpdocs>/ssl/ntopng-cert.pem", set: setListen(func(o *Options) *Listen { return &o.HTTPS })},
	{long: "max-num-flows", short: "X", arg: "number", help: "flows kept at most", set: number(func(o *Options) *int { return &o.MaxFlows }, 1, maxInt)},
	{long: "http-prefix", short: "Z", arg: "/prefix", help: "prefix of all addresses, for use behind a proxy", set: setPrefix},
	{long: "httpdocs-dir", short: "1", arg: "path", help: "web pages and assets", set: text(func(o *Options) *string { return &o.HTTPDocsDir })},
	{long: "scripts-dir", short: "2", arg: "path", help: "Lua scripts", set: text(func(o *Options) *string { return &o.ScriptsDir })},
	{long: "callbacks-dir", short: "3", arg: "path", help: "periodic Lua scripts", set: text(func(o *Options) *string { return &o.CallbacksDir })},
	{long: "prefs-dir", short: "4", arg: "path", help: "accepted, without effect", noMeaning: "it has no effect in the original either"},
	{long: "pcap-dir", short: "5", arg: "path", help: "recorded traffic", set: text(func(o *Options) *string { return &o.PcapDir })},
	{long: "db-archive-dir", short: "6", arg: "path", help: "archived flows", set: text(func(o *Options) *string { return &o.ArchiveDir })},
	{long: "geoip-dir", arg: "path", help: "GeoIP databases", set: text(func(o *Options) *string { return &o.GeoIPDir })},
	{long: "license-mgr", arg: "file", help: "accepted, without effect", set: text(func(o *Options) *string { return &o.LicenseManager }), noMeaning: noLicence},
	{long: "ciphers-list", arg: "list", help: "TLS ciphers of the web server", set: text(func(o *Options) *string { return &o.CiphersList }), noMeaning: "TLS 1.2 and 1.3 are served with Go's choice of secure ciphers"},
	{long: "disable-purge", help: "keep idle flows and hosts for ever", set: flag(func(o *Options) *bool { return &o.DisablePurge })},
	{long: "limit-resources", help: "use fewer resources", set: flag(func(o *Options) *bool { return &o.LimitResources })},
	{long: "test-script-post", arg: "file", help: "run after the capture files were read", set: text(func(o *Options) *string { return &o.TestScriptPost })},
	{long: "cluster-id", arg: "id", help: "accepted, without effect", set: number(func(o *Options) *int { return &o.ClusterID }, -1, maxInt), noMeaning: needPFRing},
	{long: "version-json", help: "print the version as JSON and exit"},
	{long: "test-script-pre", arg: "file", help: "run before the capture files are read", set: text(func(o *Options) *string { return &o.TestScriptPre })},
	{long: "pcap-file-purge-flows", help: "purge idle flows and hosts of capture files", set: flag(func(o *Options) *bool { return &o.PcapPurge })},
	{long: "original-speed", help: "read capture files at the speed they were recorded", set: flag(func(o *Options) *bool { return &o.OriginalSpeed })},
	{long: "online-check", help: "accepted, without effect", noMeaning: noLicence},
	{long: "print-ndpi-protocols", help: "list the protocols known and exit"},
	{long: "online-license-check", help: "accepted, without effect", noMeaning: noLicence},
	{long: "hw-timestamp-mode", arg: "ixia", help: "hardware timestamps at the end of packets", set: setTimestampMode},
	{long: "shutdown-when-done", help: "exit at the end of the capture files", set: flag(func(o *Options) *bool { return &o.ShutdownWhenDone })},
	{long: "simulate-vlans", help: "give packets random VLANs", set: flag(func(o *Options) *bool { return &o.SimulateVLANs })},
	{long: "ignore-macs", help: "ignore layer 2 addresses", set: flag(func(o *Options) *bool { return &o.IgnoreMACs })},
	{long: "ignore-vlans", help: "ignore VLAN tags", set: flag(func(o *Options) *bool { return &o.IgnoreVLANs })},
	{long: "test-script", arg: "file", help: "run while the program runs", set: text(func(o *Options) *string { return &o.TestScript })},
	{long: "zmq-publish-events", arg: "endpoint", help: "ZMQ endpoint events are published on", set: text(func(o *Options) *string { return &o.ZMQPublishEvents })},
	{long: "zmq-encrypt-pwd", arg: "password", help: "old encryption of ZMQ", set: text(func(o *Options) *string { return &o.ZMQEncryptPassword }), secret: true},
	{long: "zmq-encryption", help: "encrypt ZMQ collection", set: flag(func(o *Options) *bool { return &o.ZMQEncryption })},
	{long: "zmq-encryption-key-priv", arg: "key", help: "private key of the ZMQ collector", set: setPrivateKey, secret: true},
	{long: "zmq-encryption-key", arg: "key", help: "public key used for -I", set: text(func(o *Options) *string { return &o.ZMQExportPublicKey })},
	{long: "simulate-ips", arg: "number", help: "replace addresses by that many random ones", set: number(func(o *Options) *int { return &o.SimulateIPs }, 0, maxInt)},
	{long: "appliance", help: "appliance: does not change the user", set: func(o *Options, v string) error { o.Appliance, o.KeepUser = true, true; return nil }},
	{long: "simulate-macs", help: "give packets random MAC addresses", set: flag(func(o *Options) *bool { return &o.SimulateMACs })},
	{long: "insecure", help: "accept invalid certificates of servers", set: flag(func(o *Options) *bool { return &o.Insecure })},
	{long: "offline", help: "do not contact other sites", set: flag(func(o *Options) *bool { return &o.Offline })},
	{long: "readonly-flows-dump", help: "read from ClickHouse only", set: flag(func(o *Options) *bool { return &o.ReadonlyFlowsDump })},
	{long: "strict-startup", help: "exit when a part does not start", set: flag(func(o *Options) *bool { return &o.StrictStartup })},
	{long: "mtu", arg: "bytes", help: "MTU of the interfaces", set: number(func(o *Options) *int { return &o.MTU }, 68, 1<<20)},
	{long: "redis-tls-ca-cert", arg: "file", help: "authority of the Redis server", set: text(func(o *Options) *string { return &o.RedisTLSCACert })},
	{long: "redis-tls-cert", arg: "file", help: "client certificate for Redis", set: text(func(o *Options) *string { return &o.RedisTLSCert })},
	{long: "redis-tls-key", arg: "file", help: "key of the client certificate", set: text(func(o *Options) *string { return &o.RedisTLSKey })},
	{long: "redis-tls-skip-verify", help: "do not verify the Redis server", set: flag(func(o *Options) *bool { return &o.RedisTLSSkipVerify })},
	{long: "dump-queue-len", arg: "[blocks]", help: "blocks waiting for ClickHouse at most", set: number(func(o *Options) *int { return &o.DumpQueueLen }, 1, maxInt)},
	{long: "dump-queue-block-size", arg: "[rows]", help: "rows of a block for ClickHouse", set: number(func(o *Options) *int { return &o.DumpQueueBlockSize }, 1, maxInt)},
	{long: "direct-flows-dump", help: "dump collected flows before they are processed", set: flag(func(o *Options) *bool { return &o.DirectFlowsDump })},
	{long: "fail-invalid-license", help: "accepted, without effect", noMeaning: noLicence},
	{long: "check-maintenance", help: "exit with status 0"},
	{long: "check-license", help: "exit with status 0"},
	{long: "community", help: "accepted, without effect", set: flag(func(o *Options) *bool { return &o.Community })},

	{long: "classify", arg: "file", help: "print one JSON object per flow of a capture file and exit", own: true},
	{long: "run-script", arg: "file [arg...]", help: "run one Lua script and exit with 0, or 1 on an error", own: true},
	{long: "check-tree", arg: "dir", help: "check that every script of a tree compiles and calls known bindings", own: true},
	{long: "list-bindings", help: "list the Lua functions and how complete they are", own: true},
	{long: "json", help: "JSON output of --list-bindings", set: flag(func(o *Options) *bool { return &o.JSON }), own: true},
	{long: "shards", arg: "number", help: "packet processing shards; default one per core", set: number(func(o *Options) *int { return &o.Shards }, 1, 1024), own: true},
}

// bareLetters are short options the original's parser takes although nothing handles them.
var bareLetters = map[string]bool{"A": true, "c": true, "C": false, "E": true, "O": true, "T": false}

func addInterface(o *Options, v string) error {
	if len(v) > 511 {
		return fmt.Errorf("is longer than 511 characters")
	}
	if strings.HasPrefix(v, "bridge:") {
		return fmt.Errorf("bridge interfaces are not supported")
	}
	o.Interfaces = append(o.Interfaces, v)
	return nil
}

func setLogin(o *Options, v string) error {
	switch v {
	case "0":
		o.Login = LoginNotLocalhost
	case "1":
		o.Login = LoginDisabled
	default:
		return fmt.Errorf("must be 0 or 1")
	}
	return nil
}

func setRedis(o *Options, v string) error {
	o.Redis, o.RedisGiven = v, true
	return nil
}

func setVerbose(o *Options, v string) error {
	o.VerboseGiven = true
	return number(func(o *Options) *int { return &o.Verbose }, 0, 9)(o, v)
}

// setListen reads [addr:]port. An empty address before the colon is loopback;
// of a list only the first counts.
func setListen(p func(*Options) *Listen) func(*Options, string) error {
	return func(o *Options, v string) error {
		l := Listen{}
		port := v
		if i := strings.LastIndexByte(v, ':'); i == 0 {
			l.Addr, port = "127.0.0.1", v[1:]
		} else if i > 0 {
			l.Addr, port = strings.Trim(v[:i], "[]"), v[i+1:]
			if net.ParseIP(l.Addr) == nil {
				if _, err := net.LookupHost(l.Addr); err != nil {
					return fmt.Errorf("%q is no address", l.Addr)
				}
			}
		}
		port, _, _ = strings.Cut(port, ",")
		n, err := strconv.Atoi(strings.TrimSpace(port))
		if err != nil || n < 0 || n > 65535 {
			return fmt.Errorf("must be [address:]port with a port from 0 to 65535")
		}
		l.Port = n
		*p(o) = l
		return nil
	}
}

func setFilter(o *Options, v string) error {
	if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
		v = v[1 : len(v)-1]
	}
	o.PacketFilter = v
	return nil
}

func setDumpFlows(o *Options, v string) error {
	kind, _, _ := strings.Cut(v, ";")
	switch kind {
	case "es", "syslog", "clickhouse", "clickhouse-cluster", "clickhouse-cloud", "kafka", "mysql", "nindex":
		o.DumpFlows = v
		return nil
	}
	return fmt.Errorf("must begin with clickhouse, clickhouse-cluster, clickhouse-cloud, es, syslog or kafka")
}

func setInstance(o *Options, v string) error {
	if len(v) > 256 {
		v = v[:256]
	}
	o.InstanceName = v
	return nil
}

func setUser(o *Options, v string) error {
	o.User, o.UserGiven = v, true
	return nil
}

func setPrefix(o *Options, v string) error {
	if v[0] != '/' || strings.HasSuffix(v, "/") {
		return fmt.Errorf("must begin with / and not end with /, as in /ntopng")
	}
	o.HTTPPrefix = v
	return nil
}

func setTimestampMode(o *Options, v string) error {
	if v != "ixia" {
		return fmt.Errorf("must be ixia")
	}
	o.HWTimestampMode = v
	return nil
}

func setPrivateKey(o *Options, v string) error {
	o.ZMQPrivateKey, o.ZMQEncryption = v, true
	return nil
}

// addNetworks reads a list of networks, or the file that holds one.
func addNetworks(o *Options, v string) error {
	if st, err := os.Stat(v); err == nil && st.Mode().IsRegular() {
		b, err := os.ReadFile(v)
		if err != nil {
			return err
		}
		v = networksOfFile(string(b))
	}
	for _, item := range strings.Split(v, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		if err := addNetwork(o, item); err != nil {
			return err
		}
		if o.LocalNetworksText != "" {
			o.LocalNetworksText += ","
		}
		o.LocalNetworksText += item
	}
	return nil
}

// networksOfFile joins the lines of a file; what follows # is a comment.
func networksOfFile(content string) string {
	var items []string
	for _, line := range strings.Split(content, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			items = append(items, line)
		}
	}
	return strings.Join(items, ",")
}

func addNetwork(o *Options, item string) error {
	net, alias, _ := strings.Cut(item, "=")
	if len(net) > 3 && strings.EqualFold(net[:3], "asn") {
		n, err := strconv.ParseUint(net[3:], 10, 32)
		if err != nil {
			return fmt.Errorf("%q is no AS number", item)
		}
		o.LocalASNs = append(o.LocalASNs, uint32(n))
		return nil
	}
	if !strings.Contains(net, "/") {
		if a, err := netip.ParseAddr(net); err == nil {
			net = fmt.Sprintf("%s/%d", net, a.BitLen())
		}
	}
	p, err := netip.ParsePrefix(net)
	if err != nil {
		return fmt.Errorf("%q is no network (address/bits[=alias])", item)
	}
	o.LocalNetworks = append(o.LocalNetworks, Network{Prefix: p.Masked(), Alias: alias})
	return nil
}
