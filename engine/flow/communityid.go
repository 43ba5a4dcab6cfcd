package flow

import (
	"crypto/sha1" // the community id is defined over SHA-1
	"encoding/base64"
	"encoding/binary"

	"ntopgo/engine/decode"
)

// CommunityID is version 1 of the Community ID flow hash (seed 0): SHA-1 over
// the ordered tuple, in base64.
func (f *Flow) CommunityID() string {
	src, dst, sp, dp := f.Client, f.Server, f.CliPort, f.SrvPort
	if f.Key.Proto == decode.ProtoICMP || f.Key.Proto == decode.ProtoICMPv6 {
		sp, dp = uint16(f.ICMPType[0]), uint16(f.ICMPCode[0])
	}
	if cmp := src.Compare(dst); cmp > 0 || cmp == 0 && sp > dp {
		src, dst, sp, dp = dst, src, dp, sp
	}
	b := make([]byte, 2, 48)
	b = append(append(b, src.AsSlice()...), dst.AsSlice()...)
	b = append(b, f.Key.Proto, 0)
	b = binary.BigEndian.AppendUint16(b, sp)
	b = binary.BigEndian.AppendUint16(b, dp)
	sum := sha1.Sum(b)
	return "1:" + base64.StdEncoding.EncodeToString(sum[:])
}
