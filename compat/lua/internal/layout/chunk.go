package layout

import (
	"encoding/binary"
	"errors"
	"math"
)

// readChunk reads what State.Dump wrote: a precompiled chunk of Lua 5.2, whose
// form is public. It is only ever given the output of the linked compiler.
func readChunk(b []byte) (p *proto, err error) {
	defer func() {
		if recover() != nil {
			p, err = nil, errChunk
		}
	}()
	// Signature, version 5.2, format 0; little endian, int 4, pointer 8,
	// instruction 4, number 8 bytes, numbers are floats; tail.
	const header = "\x1bLua\x52\x00\x01\x04\x08\x04\x08\x00\x19\x93\r\n\x1a\n"
	if len(b) < len(header) || string(b[:len(header)]) != header {
		return nil, errChunk
	}
	r := chunkReader{b[len(header):]}
	p = &proto{}
	r.function(p)
	return p, nil
}

var errChunk = errors.New("the compiler wrote a chunk of an unknown form")

type chunkReader struct{ b []byte }

func (r *chunkReader) take(n int) []byte {
	t := r.b[:n:n]
	r.b = r.b[n:]
	return t
}

func (r *chunkReader) byte() byte { return r.take(1)[0] }
func (r *chunkReader) int() int   { return int(int32(binary.LittleEndian.Uint32(r.take(4)))) }

func (r *chunkReader) string() string {
	n := int(binary.LittleEndian.Uint64(r.take(8)))
	if n == 0 {
		return ""
	}
	return string(r.take(n)[:n-1])
}

func (r *chunkReader) function(p *proto) {
	p.lineDefined, p.lastLineDefined = r.int(), r.int()
	p.parameterCount, p.isVarArg, p.maxStackSize = int(r.byte()), r.byte() != 0, int(r.byte())
	p.code = make([]instruction, r.int())
	for i := range p.code {
		p.code[i] = instruction(binary.LittleEndian.Uint32(r.take(4)))
	}
	p.constants = make([]any, r.int())
	for i := range p.constants {
		p.constants[i] = r.constant()
	}
	p.prototypes = make([]proto, r.int())
	for i := range p.prototypes {
		r.function(&p.prototypes[i])
	}
	p.upValues = make([]upValueDesc, r.int())
	for i := range p.upValues {
		p.upValues[i] = upValueDesc{isLocal: r.byte() != 0, index: int(r.byte())}
	}
	r.debug(p)
}

func (r *chunkReader) constant() any {
	const tNil, tBoolean, tNumber, tString = 0, 1, 3, 4
	switch r.byte() {
	case tNil:
		return nil
	case tBoolean:
		return r.byte() != 0
	case tNumber:
		return math.Float64frombits(binary.LittleEndian.Uint64(r.take(8)))
	case tString:
		return r.string()
	}
	panic(errChunk)
}

func (r *chunkReader) debug(p *proto) {
	p.source = r.string()
	p.lineInfo = make([]int32, r.int())
	for i := range p.lineInfo {
		p.lineInfo[i] = int32(r.int())
	}
	p.localVariables = make([]localVariable, r.int())
	for i := range p.localVariables {
		p.localVariables[i] = localVariable{name: r.string(), startPC: r.int(), endPC: r.int()}
	}
	for i := range r.int() {
		p.upValues[i].name = r.string()
	}
}
