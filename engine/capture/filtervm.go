package capture

import (
	"encoding/binary"

	"golang.org/x/net/bpf"
)

// Match runs the filter on a frame. Unlike bpf.VM it knows the length on the
// wire, which len, less and greater mean. A load outside the frame rejects it.
func (f *Filter) Match(frame []byte, wireLen int) bool {
	var a, x uint32
	var mem [16]uint32
	for pc := 0; pc < len(f.prog); pc++ {
		ok := true
		switch in := f.prog[pc].(type) {
		case bpf.LoadAbsolute:
			a, ok = loadFrame(frame, uint64(in.Off), in.Size)
		case bpf.LoadIndirect:
			a, ok = loadFrame(frame, uint64(in.Off)+uint64(x), in.Size)
		case bpf.LoadMemShift:
			x, ok = loadFrame(frame, uint64(in.Off), 1)
			x = x & 0x0f * 4
		case bpf.LoadConstant:
			a = in.Val
		case bpf.LoadExtension: // only the length is generated
			a = uint32(wireLen)
		case bpf.StoreScratch:
			mem[in.N] = a
		case bpf.LoadScratch:
			if in.Dst == bpf.RegX {
				x = mem[in.N]
			} else {
				a = mem[in.N]
			}
		case bpf.TAX:
			x = a
		case bpf.NegateA:
			a = -a
		case bpf.ALUOpConstant:
			a, ok = alu(in.Op, a, in.Val)
		case bpf.ALUOpX:
			a, ok = alu(in.Op, a, x)
		case bpf.Jump:
			pc += int(in.Skip)
		case bpf.JumpIf:
			pc += skip(jumps(in.Cond, a, in.Val), in.SkipTrue, in.SkipFalse)
		case bpf.JumpIfX:
			pc += skip(jumps(in.Cond, a, x), in.SkipTrue, in.SkipFalse)
		case bpf.RetConstant:
			return in.Val != 0
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return false
}

func skip(cond bool, t, f uint8) int {
	if cond {
		return int(t)
	}
	return int(f)
}

func loadFrame(b []byte, off uint64, size int) (uint32, bool) {
	if off+uint64(size) > uint64(len(b)) {
		return 0, false
	}
	b = b[off:]
	switch size {
	case 1:
		return uint32(b[0]), true
	case 2:
		return uint32(binary.BigEndian.Uint16(b)), true
	default:
		return binary.BigEndian.Uint32(b), true
	}
}

func alu(op bpf.ALUOp, a, b uint32) (uint32, bool) {
	switch op {
	case bpf.ALUOpAdd:
		a += b
	case bpf.ALUOpSub:
		a -= b
	case bpf.ALUOpMul:
		a *= b
	case bpf.ALUOpDiv, bpf.ALUOpMod:
		if b == 0 {
			return 0, false
		}
		if op == bpf.ALUOpMod {
			return a % b, true
		}
		a /= b
	case bpf.ALUOpAnd:
		a &= b
	case bpf.ALUOpOr:
		a |= b
	case bpf.ALUOpXor:
		a ^= b
	case bpf.ALUOpShiftLeft:
		a <<= b
	case bpf.ALUOpShiftRight:
		a >>= b
	}
	return a, true
}

func jumps(cond bpf.JumpTest, a, b uint32) bool {
	switch cond {
	case bpf.JumpEqual:
		return a == b
	case bpf.JumpNotEqual:
		return a != b
	case bpf.JumpGreaterThan:
		return a > b
	case bpf.JumpGreaterOrEqual:
		return a >= b
	case bpf.JumpLessThan:
		return a < b
	case bpf.JumpLessOrEqual:
		return a <= b
	case bpf.JumpBitsSet:
		return a&b != 0
	default:
		return a&b == 0
	}
}
