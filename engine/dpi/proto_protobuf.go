package dpi

// Protocol Buffers without a frame: the wire format of protobuf.dev
// ("Encoding"): tags of field number and type, each followed by its value. A
// weak signature: asked last.

func init() {
	Register(Dissector{ID: idProtobuf, Name: "Protobuf", L4: TCP | UDP, Min: 2, Priority: 10, MaxPackets: 8, Func: dissectProtobuf})
}

// Fields that prove a message at once, and in one of several packets.
const (
	protobufSure = 8
	protobufFew  = 2
	protobufMost = 32
)

func dissectProtobuf(c *Context) Verdict {
	n, strings, ok := protobufFields(c.B)
	if !ok || n == 0 {
		return No
	}
	if n >= protobufSure && strings > 0 && (c.L4 == TCP || c.N() > 1 || c.B[0]>>6 != 2) || c.N() >= 4 && n >= protobufFew {
		return c.Found(idProtobuf)
	}
	return More
}

// protobufFields counts fields, and those with a length; a last one may be cut.
func protobufFields(b []byte) (n, strings int, ok bool) {
	for n < protobufMost {
		tag, k := protobufVarint(b)
		if k == 0 {
			return n, strings, true
		}
		if tag>>3 == 0 || tag>>3 > 1<<29-1 {
			return n, strings, false
		}
		b = b[k:]
		switch tag & 7 {
		case 0:
			if _, k = protobufVarint(b); k == 0 {
				return n, strings, false
			}
		case 1:
			k = 8
		case 2:
			size, l := protobufVarint(b)
			if l == 0 { // the length is in the next packet
				return n, strings, true
			}
			if size == 0 || size > 1<<31-1 {
				return n, strings, false
			}
			strings++
			if size >= uint64(len(b)-l) {
				return n + 1, strings, size == uint64(len(b)-l)
			}
			k = l + int(size)
		case 5:
			k = 4
		default: // groups are long out of use
			return n, strings, false
		}
		if k > len(b) {
			return n, strings, false
		}
		b = b[k:]
		n++
	}
	return n, strings, true
}

// protobufVarint reads a base 128 number and its size, 0 when it is cut off or
// longer than nine bytes.
func protobufVarint(b []byte) (v uint64, n int) {
	for n < 9 && n < len(b) {
		v |= uint64(b[n]&0x7f) << (7 * n)
		n++
		if b[n-1]&0x80 == 0 {
			return v, n
		}
	}
	return 0, 0
}
