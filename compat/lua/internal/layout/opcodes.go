package layout

// An operation executes one instruction and returns the next one with its
// operation, as go-lua's engine expects.
type operation func(*engine, instruction) (operation, instruction)

// Instruction numbers of Lua 5.2.
const (
	opMove = iota
	opLoadConstant
	opLoadConstantEx
	opLoadBool
	opLoadNil
	opGetUpValue
	opGetTableUp
	opGetTable
	opSetTableUp
	opSetUpValue
	opSetTable
	opNewTable
	opSelf
	opAdd
	opSub
	opMul
	opDiv
	opMod
	opPow
	opUnaryMinus
	opNot
	opLength
	opConcat
	opJump
	opEqual
	opLessThan
	opLessOrEqual
	opTest
	opTestSet
	opCall
	opTailCall
	opReturn
	opForLoop
	opForPrep
	opTForCall
	opTForLoop
	opSetList
	opClosure
	opVarArg
	opExtraArg

	// What 5.2 has no instruction for. Operands are as in opAdd; for opBNot as
	// in opUnaryMinus.
	opIDiv
	opBAnd
	opBOr
	opBXor
	opShl
	opShr
	opBNot
	// opToClose A: the variable in register A is to be closed.
	opToClose
)

// eventOf is the metamethod of an arithmetic or bitwise operation.
func eventOf(op int) string {
	if op >= opIDiv {
		return extraEvents[op-opIDiv]
	}
	return arithEvents[op-opAdd]
}

// arithEvents names the metamethods of opAdd and the following instructions.
var arithEvents = []string{"__add", "__sub", "__mul", "__div", "__mod", "__pow", "__unm"}

// extraEvents are those of opIDiv and the following.
var extraEvents = []string{"__idiv", "__band", "__bor", "__bxor", "__shl", "__shr", "__bnot"}

// inlinedOp reports whether an instruction is one that 5.2 does not have.
func inlinedOp(op int) (int, bool) { return op, op >= opIDiv && op <= opBNot }

// instructionABC encodes an instruction; b and c are registers, or constants
// with 256 added.
func instructionABC(op, a, b, c int) instruction {
	return instruction(op) | instruction(a)<<6 | instruction(c)<<14 | instruction(b)<<23
}

// withJump returns the instruction with another distance to jump.
func (i instruction) withJump(n int) instruction {
	return i&(1<<14-1) | instruction(n+(1<<18-1)>>1)<<14
}
