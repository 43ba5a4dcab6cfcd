package capture

import (
	"errors"
	"fmt"

	"golang.org/x/net/bpf"

	"ntopgo/engine/decode"
)

// label is a place in the program that is not yet known. Labels are only jumped
// to forwards, as BPF wants.
type label int

// genOp is an instruction, or a conditional jump whose targets are labels.
type genOp struct {
	ins  bpf.Instruction // nil for a jump
	test bpf.JumpTest
	val  uint32
	x    bool // compare with register X instead of val
	t, f label
}

// filterGen writes the program of an expression for one link type. After a vlan
// or mpls test the offsets move on, for everything that follows in the text.
type filterGen struct {
	link            decode.LinkType
	typeOff, netOff uint32
	tagged          bool // behind a tag there is an EtherType whatever the link
	inMPLS          bool // behind MPLS there is none
	ops             []genOp
	labels          []int // op index of each label, -1 when not placed
	slots           int
	err             error
}

func newFilterGen(link decode.LinkType) (*filterGen, error) {
	g := &filterGen{link: link}
	switch link {
	case decode.LinkEthernet:
		g.typeOff, g.netOff = 12, 14
	case decode.LinkLinuxSLL:
		g.typeOff, g.netOff = 14, 16
	case decode.LinkLinuxSLL2:
		g.typeOff, g.netOff = 0, 20
	case decode.LinkRaw, decode.LinkRaw12, decode.LinkRaw14, decode.LinkIPv4, decode.LinkIPv6:
	case decode.LinkNull, decode.LinkLoop:
		g.netOff = 4
	case decode.LinkPPP, decode.LinkPPPHDLC, decode.LinkCHDLC:
		g.typeOff, g.netOff = 2, 4
	case decode.LinkENC:
		g.netOff = 12
	default:
		return nil, fmt.Errorf("filters are not supported on link type %d", link)
	}
	return g, nil
}

// program generates, places and resolves.
func (g *filterGen) program(n filterNode, snapLen uint32) ([]bpf.Instruction, error) {
	yes, no := g.newLabel(), g.newLabel()
	n.gen(g, yes, no)
	g.place(yes)
	g.emit(bpf.RetConstant{Val: snapLen})
	g.place(no)
	g.emit(bpf.RetConstant{Val: 0})
	if g.err != nil {
		return nil, g.err
	}
	prog := g.resolve()
	if len(prog) > 4096 { // BPF_MAXINSNS of the kernel
		return nil, fmt.Errorf("needs %d instructions, 4096 are allowed", len(prog))
	}
	return prog, nil
}

// resolve turns labels into distances. A jump reaches 255 instructions; where
// that is not enough it goes through two unconditional ones.
func (g *filterGen) resolve() []bpf.Instruction {
	long := make([]bool, len(g.ops))
	pos := make([]int, len(g.ops)+1)
	for changed := true; changed; {
		changed = false
		for i := range g.ops {
			pos[i+1] = pos[i] + 1
			if long[i] {
				pos[i+1] += 2
			}
		}
		for i, op := range g.ops {
			if op.ins != nil || long[i] {
				continue
			}
			if pos[g.labels[op.t]]-pos[i]-1 > 255 || pos[g.labels[op.f]]-pos[i]-1 > 255 {
				long[i], changed = true, true
			}
		}
	}
	prog := make([]bpf.Instruction, 0, pos[len(g.ops)])
	for i, op := range g.ops {
		if op.ins != nil {
			prog = append(prog, op.ins)
			continue
		}
		t, f := pos[g.labels[op.t]]-pos[i]-1, pos[g.labels[op.f]]-pos[i]-1
		if !long[i] {
			prog = append(prog, op.jump(uint8(t), uint8(f)))
			continue
		}
		prog = append(prog, op.jump(0, 1), bpf.Jump{Skip: uint32(t - 1)}, bpf.Jump{Skip: uint32(f - 2)})
	}
	return prog
}

func (op genOp) jump(t, f uint8) bpf.Instruction {
	if op.x {
		return bpf.JumpIfX{Cond: op.test, SkipTrue: t, SkipFalse: f}
	}
	return bpf.JumpIf{Cond: op.test, Val: op.val, SkipTrue: t, SkipFalse: f}
}

func (g *filterGen) newLabel() label {
	g.labels = append(g.labels, -1)
	return label(len(g.labels) - 1)
}

func (g *filterGen) place(l label) { g.labels[l] = len(g.ops) }

func (g *filterGen) emit(ins bpf.Instruction) { g.ops = append(g.ops, genOp{ins: ins}) }

func (g *filterGen) cond(test bpf.JumpTest, val uint32, t, f label) {
	g.ops = append(g.ops, genOp{test: test, val: val, t: t, f: f})
}

func (g *filterGen) condX(test bpf.JumpTest, t, f label) {
	g.ops = append(g.ops, genOp{test: test, x: true, t: t, f: f})
}

// fail remembers the first error; generation goes on harmlessly.
func (g *filterGen) fail(err error, t, f label) {
	if g.err == nil {
		g.err = err
	}
	g.cond(bpf.JumpEqual, 0, t, f)
}

// slot takes a scratch register, free gives the last one back.
func (g *filterGen) slot() int {
	g.slots++
	if g.slots > 16 {
		if g.err == nil {
			g.err = errors.New("arithmetic nested too deeply")
		}
		return 0
	}
	return g.slots - 1
}

func (g *filterGen) free() { g.slots-- }

func (n andNode) gen(g *filterGen, t, f label) {
	both := g.newLabel()
	n.a.gen(g, both, f)
	g.place(both)
	n.b.gen(g, t, f)
}

func (n orNode) gen(g *filterGen, t, f label) {
	other := g.newLabel()
	n.a.gen(g, t, other)
	g.place(other)
	n.b.gen(g, t, f)
}

func (n notNode) gen(g *filterGen, t, f label) { n.a.gen(g, f, t) }

func (n testNode) gen(g *filterGen, t, f label) { n(g, t, f) }

// load compares size bytes at off.
func (g *filterGen) equal(off uint32, size int, val uint32, t, f label) {
	g.emit(bpf.LoadAbsolute{Off: off, Size: size})
	g.cond(bpf.JumpEqual, val, t, f)
}

// oneOf goes to t when register A holds one of the values.
func (g *filterGen) oneOf(vals []uint32, t, f label) {
	for i, v := range vals {
		next := f
		if i < len(vals)-1 {
			next = g.newLabel()
		}
		g.cond(bpf.JumpEqual, v, t, next)
		if i < len(vals)-1 {
			g.place(next)
		}
	}
}

// base is where a header starts; a transport header is relative to the end of
// the IPv4 header.
func (g *filterGen) base(proto string) (off uint32, transport bool) {
	switch proto {
	case "ether":
		return 0, false
	case "ip", "ip6", "arp", "rarp":
		return g.netOff, false
	case "icmp6":
		return g.netOff + 40, false
	}
	return g.netOff, true
}
