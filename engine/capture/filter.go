package capture

import (
	"fmt"
	"strings"

	"golang.org/x/net/bpf"

	"ntopgo/engine/decode"
)

// Filter is a tcpdump expression compiled to classic BPF for one link type. It
// may be used by several goroutines.
type Filter struct {
	expr     string
	prog     []bpf.Instruction
	usesVLAN bool
}

// CompileFilter compiles a tcpdump expression (pcap-filter(7)). Matching frames
// are accepted with snapLen bytes. Surrounding double quotes are dropped, an
// empty expression accepts everything. What is not understood, or has no
// meaning on the link type, is an error that names the expression.
//
// Understood are and, or, not, parentheses; host, net, port, portrange, proto
// with src, dst and the protocols ether, ip, ip6, arp, rarp, tcp, udp, sctp,
// icmp, icmp6, igmp, esp, ah, pim, vrrp; vlan, mpls, broadcast, multicast, less,
// greater; and comparisons of arithmetic over proto[offset:size] and len. Names
// of hosts are not resolved, names of ports are.
func CompileFilter(expr string, link decode.LinkType, snapLen int) (*Filter, error) {
	text := strings.TrimSpace(expr)
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}
	f := &Filter{expr: text}
	if text == "" {
		f.prog = []bpf.Instruction{bpf.RetConstant{Val: uint32(snapLen)}}
		return f, nil
	}
	fail := func(err error) (*Filter, error) { return nil, fmt.Errorf("packet filter %q: %w", text, err) }
	toks, err := lexFilter(text)
	if err != nil {
		return fail(err)
	}
	p := &filterParser{toks: toks}
	node, err := p.parse()
	if err != nil {
		return fail(err)
	}
	g, err := newFilterGen(link)
	if err != nil {
		return fail(err)
	}
	if f.prog, err = g.program(node, uint32(snapLen)); err != nil {
		return fail(err)
	}
	f.usesVLAN = p.usesVLAN
	return f, nil
}

// Instructions returns the program, for a socket.
func (f *Filter) Instructions() []bpf.Instruction { return f.prog }

// String returns the expression.
func (f *Filter) String() string { return f.expr }
