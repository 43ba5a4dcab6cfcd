package profile

import (
	"net/netip"
	"strings"
	"testing"

	"ntopgo/engine/counters"
)

func byName(name string) (uint16, bool) {
	id, ok := map[string]uint16{"http": 7, "dns": 5, "two words": 9}[strings.ToLower(name)]
	return id, ok
}

var web = Flow{Client: netip.MustParseAddr("192.168.1.10"), Server: netip.MustParseAddr("203.0.113.5"), CliPort: 40000, SrvPort: 80, VLAN: 3,
	Proto: 6, Master: 7, App: 126}

func TestFilters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"host 192.168.1.10": true, "192.168.1.10": true, "src host 192.168.1.10": true, "dst host 192.168.1.10": false, "dst 203.0.113.5": true,
		"net 203.0.113.0/24": true, "src net 203.0.113.0/24": false, "net 203.0.113.0 mask 255.255.255.0": true, "net 203.0.113.0/255.255.255.0": true,
		"203.0.113.0/25": true, "src and dst net 192.0.0.0/2": true, "src and dst net 192.168.0.0/16": false, "src or dst net 192.168.0.0/16": true,
		"port 80": true, "tcp port 80": true, "udp port 80": false, "src port 80": false, "dst port 80": true, "portrange 70-90": true,
		"tcp dst portrange 81-90": false, "tcp": true, "udp": false, "ip": true, "ip6": false, "proto 6": true, "proto 17": false,
		"vlan": true, "vlan 3": true, "vlan 4": false, "l7proto HTTP": true, "l7proto http": true, "l7proto 126": true, "l7proto dns": false,
		`l7proto "two words"`: false, "not udp": true, "! udp and tcp": true, "udp or tcp": true, "udp || tcp && vlan 4": false,
		"(udp or tcp) and host 203.0.113.5": true, "not (udp or tcp)": false, "TCP AND PORT 80": true, "ip host 192.168.1.10": true,
	} {
		f, err := Compile(text, byName)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if got := f.Match(&web); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	icmp := web
	icmp.Proto = 1
	if f, _ := Compile("port 80", byName); f.Match(&icmp) {
		t.Error("ICMP has no ports")
	}
}

func TestWrongFilters(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "host", "host x", "host 10.0.0.0/8", "port 70-80", "portrange 90-80", "port 65536", "(tcp", "tcp)", "tcp udp", "and tcp",
		"tcp and", "not", "src", "src tcp", "proto 256", "proto x", "l7proto", "l7proto nothing", "net 10.0.0.0/33", "net 10.0.0.0 mask 255.0.255.0",
		"net 10.0.0.0 mask", "& tcp", `l7proto "x`, "vlan 4096", strings.Repeat("(", 500), strings.Repeat("not ", 500) + "tcp", strings.Repeat("tcp or ", 600) + "tcp",
		"fe80::1%eth0"} {
		if _, err := Compile(text, byName); err == nil {
			t.Errorf("%.40q is taken", text)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"tcp port 80 and (host 10.0.0.1 or not net ::/0)", `l7proto "HTTP"`, "src and dst net 10.0.0.0 mask 255.0.0.0", "vlan 3 || proto 6"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := Compile(s, byName)
		if err != nil {
			return
		}
		yes := x.Match(&web)
		not, err := Compile("not ("+s+")", byName)
		if err != nil {
			if strings.Contains(err.Error(), "deeply") || strings.Contains(err.Error(), "long") {
				return
			}
			t.Fatalf("%q is taken, its opposite is not: %v", s, err)
		}
		if not.Match(&web) == yes {
			t.Errorf("%q and its opposite agree", s)
		}
	})
}

func TestSet(t *testing.T) {
	t.Parallel()
	profile := func(name, text string) *Profile {
		f, err := Compile(text, byName)
		if err != nil {
			t.Fatal(err)
		}
		return &Profile{Name: name, Filter: f}
	}
	s := NewSet([]*Profile{profile("web", "port 80"), profile("names", "l7proto dns"), profile("all", "udp")})
	if n := s.Match(&web); s.At(n) == nil || s.At(n).Name != "web" {
		t.Errorf("match %d", n)
	}
	if s.At(0) != nil || s.At(9) != nil || (*Set)(nil).At(1) != nil || (*Set)(nil).Match(&web) != 0 {
		t.Error("numbers of nothing")
	}
	s.At(3).Count(counters.Traffic{Packets: 2, Bytes: 100})
	next := NewSet([]*Profile{profile("web", "tcp"), profile("new", "tcp")})
	next.Inherit(s)
	if w := next.At(2); w.Name != "web" || w.Traffic() != (counters.Traffic{Packets: 2, Bytes: 100}) || next.At(1).Traffic() != (counters.Traffic{}) {
		t.Errorf("inherited %v %v", w.Traffic(), next.At(1).Traffic())
	}
	many := make([]*Profile, Max+5)
	for i := range many {
		many[i] = profile(string(rune('a'+i)), "tcp")
	}
	if n := len(NewSet(many).All()); n != Max {
		t.Errorf("%d profiles", n)
	}
}
