package capture

import (
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/net/bpf"
)

// errNoRelation says that what stands here is no comparison; the parser goes
// back and tries something else.
var errNoRelation = errors.New("no comparison")

// arith is an arithmetic expression; eval leaves its value in register A.
type arith interface {
	eval(g *filterGen)
	// guard writes the tests that must hold before eval may load from a header.
	guard(g *filterGen, f label)
}

type (
	numberExpr uint32
	lenExpr    struct{}
	negExpr    struct{ a arith }
	binaryExpr struct {
		op   bpf.ALUOp
		a, b arith
	}
	loadExpr struct {
		proto string
		off   arith
		size  int
	}
)

// filterConstants are the names of pcap-filter(7) for offsets and values.
var filterConstants = map[string]uint32{
	"tcpflags": 13, "tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
	"icmptype": 0, "icmpcode": 1, "icmp6type": 0, "icmp6code": 1,
	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5, "icmp-echo": 8,
	"icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13,
	"icmp-tstampreply": 14, "icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	"icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4,
	"icmp6-echo": 128, "icmp6-echoreply": 129, "icmp6-routersolicit": 133, "icmp6-routeradvert": 134,
	"icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137,
}

// arithOps are the operators by precedence, loosest first.
var arithOps = []map[string]bpf.ALUOp{
	{"|": bpf.ALUOpOr, "^": bpf.ALUOpXor},
	{"&": bpf.ALUOpAnd},
	{"<<": bpf.ALUOpShiftLeft, ">>": bpf.ALUOpShiftRight},
	{"+": bpf.ALUOpAdd, "-": bpf.ALUOpSub},
	{"*": bpf.ALUOpMul, "/": bpf.ALUOpDiv, "%": bpf.ALUOpMod},
}

var relationOps = map[string]bpf.JumpTest{
	"=": bpf.JumpEqual, "==": bpf.JumpEqual, "!=": bpf.JumpNotEqual,
	">": bpf.JumpGreaterThan, ">=": bpf.JumpGreaterOrEqual, "<": bpf.JumpLessThan, "<=": bpf.JumpLessOrEqual,
}

// relation reads "arithmetic relop arithmetic"; errNoRelation means that the
// text is something else.
func (p *filterParser) relation() (filterNode, error) {
	left, err := p.arith(0)
	if err != nil {
		return nil, err
	}
	t, ok := p.peek()
	if !ok || t.word {
		return nil, errNoRelation
	}
	op, ok := relationOps[t.text]
	if !ok {
		return nil, errNoRelation
	}
	p.pos++
	right, err := p.arith(0)
	if errors.Is(err, errNoRelation) {
		return nil, fmt.Errorf("number expected after %q", t.text)
	}
	if err != nil {
		return nil, err
	}
	return testNode(func(g *filterGen, t, f label) {
		left.guard(g, f)
		right.guard(g, f)
		if n, ok := right.(numberExpr); ok {
			left.eval(g)
			g.cond(op, uint32(n), t, f)
			return
		}
		right.eval(g)
		slot := g.slot()
		g.emit(bpf.StoreScratch{Src: bpf.RegA, N: slot})
		left.eval(g)
		g.emit(bpf.LoadScratch{Dst: bpf.RegX, N: slot})
		g.free()
		g.condX(op, t, f)
	}), nil
}

func (p *filterParser) arith(level int) (arith, error) {
	if level == len(arithOps) {
		return p.operand()
	}
	left, err := p.arith(level + 1)
	if err != nil {
		return nil, err
	}
	for {
		t, ok := p.peek()
		if !ok || t.word {
			return left, nil
		}
		op, ok := arithOps[level][t.text]
		if !ok {
			return left, nil
		}
		p.pos++
		right, err := p.arith(level + 1)
		if err != nil {
			return nil, err
		}
		if n, ok := right.(numberExpr); ok && n == 0 && (op == bpf.ALUOpDiv || op == bpf.ALUOpMod) {
			return nil, errors.New("division by zero")
		}
		if n, ok := right.(numberExpr); ok && n > 31 && (op == bpf.ALUOpShiftLeft || op == bpf.ALUOpShiftRight) {
			return nil, fmt.Errorf("shift by %d", n)
		}
		left = binaryExpr{op, left, right}
	}
}

func (p *filterParser) operand() (arith, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, errors.New("nested too deeply")
	}
	defer func() { p.depth-- }()
	t, ok := p.peek()
	if !ok || t.escaped {
		return nil, errNoRelation
	}
	p.pos++
	switch {
	case t.text == "(":
		n, err := p.arith(0)
		if err != nil {
			return nil, err
		}
		if _, ok := p.accept(")"); !ok {
			return nil, errNoRelation
		}
		return n, nil
	case t.text == "-":
		n, err := p.operand()
		return negExpr{n}, err
	case t.text == "len":
		return lenExpr{}, nil
	case filterProtos[t.text]:
		if _, ok := p.accept("["); !ok {
			return nil, errNoRelation
		}
		return p.load(t.text)
	}
	if v, ok := filterConstants[t.text]; ok {
		return numberExpr(v), nil
	}
	if v, err := strconv.ParseUint(t.text, 0, 32); err == nil && t.word {
		return numberExpr(v), nil
	}
	return nil, errNoRelation
}

// load reads the rest of proto[offset:size].
func (p *filterParser) load(proto string) (arith, error) {
	off, err := p.arith(0)
	if errors.Is(err, errNoRelation) {
		return nil, fmt.Errorf("offset expected after %s[", proto)
	}
	if err != nil {
		return nil, err
	}
	size := 1
	if _, ok := p.accept(":"); ok {
		t, ok := p.peek()
		if !ok {
			return nil, errFilterEnd
		}
		if t.text != "1" && t.text != "2" && t.text != "4" {
			return nil, fmt.Errorf("%s[...:%s]: the size must be 1, 2 or 4", proto, t.text)
		}
		size = int(t.text[0] - '0')
		p.pos++
	}
	if _, ok := p.accept("]"); !ok {
		return nil, fmt.Errorf("missing ] after %s[", proto)
	}
	return loadExpr{proto, off, size}, nil
}

func (n numberExpr) guard(*filterGen, label)  {}
func (lenExpr) guard(*filterGen, label)       {}
func (e negExpr) guard(g *filterGen, f label) { e.a.guard(g, f) }
func (e binaryExpr) guard(g *filterGen, f label) {
	e.a.guard(g, f)
	e.b.guard(g, f)
}

func (e loadExpr) guard(g *filterGen, f label) {
	e.off.guard(g, f)
	next := g.newLabel()
	switch e.proto {
	case "ether":
	case "ip", "ip6", "arp", "rarp":
		g.etherType(filterEtherTypes[e.proto], next, f)
	case "icmp6":
		g.ipProto(protoNumbers["icmp6"], false, true, next, f)
	default: // a transport header: found behind IPv4 only, as in libpcap
		whole := g.newLabel()
		g.ipProto(protoNumbers[e.proto], true, false, whole, f)
		g.place(whole)
		g.firstFragment(next, f)
	}
	g.place(next)
}

func (n numberExpr) eval(g *filterGen) { g.emit(bpf.LoadConstant{Dst: bpf.RegA, Val: uint32(n)}) }
func (lenExpr) eval(g *filterGen)      { g.emit(bpf.LoadExtension{Num: bpf.ExtLen}) }

func (e negExpr) eval(g *filterGen) {
	e.a.eval(g)
	g.emit(bpf.NegateA{})
}

func (e binaryExpr) eval(g *filterGen) {
	if n, ok := e.b.(numberExpr); ok {
		e.a.eval(g)
		g.emit(bpf.ALUOpConstant{Op: e.op, Val: uint32(n)})
		return
	}
	e.b.eval(g)
	slot := g.slot()
	g.emit(bpf.StoreScratch{Src: bpf.RegA, N: slot})
	e.a.eval(g)
	g.emit(bpf.LoadScratch{Dst: bpf.RegX, N: slot})
	g.free()
	g.emit(bpf.ALUOpX{Op: e.op})
}

func (e loadExpr) eval(g *filterGen) {
	base, transport := g.base(e.proto)
	if n, ok := e.off.(numberExpr); ok && uint64(n) < 1<<20 {
		if transport {
			g.emit(bpf.LoadMemShift{Off: g.netOff})
			g.emit(bpf.LoadIndirect{Off: base + uint32(n), Size: e.size})
		} else {
			g.emit(bpf.LoadAbsolute{Off: base + uint32(n), Size: e.size})
		}
		return
	}
	e.off.eval(g)
	if transport {
		slot := g.slot()
		g.emit(bpf.StoreScratch{Src: bpf.RegA, N: slot})
		g.emit(bpf.LoadMemShift{Off: g.netOff})
		g.emit(bpf.LoadScratch{Dst: bpf.RegA, N: slot})
		g.free()
		g.emit(bpf.ALUOpX{Op: bpf.ALUOpAdd})
	}
	g.emit(bpf.TAX{})
	g.emit(bpf.LoadIndirect{Off: base, Size: e.size})
}
