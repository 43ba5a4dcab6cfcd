package dpi

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
)

// TestPackKeepsEveryField sets random fields of all types.
func TestPackKeepsEveryField(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var m, got Metadata
		v := reflect.ValueOf(&m).Elem()
		for i := range v.NumField() {
			if rnd.IntN(3) != 0 {
				continue
			}
			switch f := v.Field(i); f.Interface().(type) {
			case netip.Addr:
				f.Set(reflect.ValueOf(randomAddr(rnd)))
			case netip.AddrPort:
				f.Set(reflect.ValueOf(netip.AddrPortFrom(randomAddr(rnd), uint16(rnd.Uint32()))))
			case [6]byte:
				f.Set(reflect.ValueOf([6]byte{0, byte(rnd.Uint32()), 2, 3, 4, 0}))
			case string:
				f.SetString(fmt.Sprintf("%0*d", rnd.IntN(200), rnd.IntN(5)))
			case bool:
				f.SetBool(true)
			default:
				if f.CanInt() {
					f.SetInt(rnd.Int64() >> (64 - f.Type().Bits() + rnd.IntN(f.Type().Bits())) * (1 - 2*rnd.Int64N(2)))
				} else {
					f.SetUint(rnd.Uint64() >> (64 - f.Type().Bits() + rnd.IntN(f.Type().Bits())))
				}
			}
		}
		Packed(m.Pack(nil)).Unpack(&got)
		if got != m {
			t.Fatalf("packed %+v\nunpacked %+v", m, got)
		}
	}
}

func randomAddr(rnd *rand.Rand) netip.Addr {
	if rnd.IntN(2) == 0 {
		return netip.AddrFrom4([4]byte{byte(rnd.Uint32()), 2, 3, 4})
	}
	return netip.AddrFrom16([16]byte{0x20, 1, 15: byte(rnd.Uint32())})
}

func TestNothingPacksToNothing(t *testing.T) {
	t.Parallel()
	if b := new(Metadata).Pack(nil); len(b) != 0 {
		t.Errorf("%d bytes for nothing", len(b))
	}
}

// FuzzUnpack reads what Pack did not write.
func FuzzUnpack(f *testing.F) {
	f.Add((&Metadata{HostName: "a.example", Info: "a.example", HTTPStatus: -1, DNSReply: netip.MustParseAddr("::1")}).Pack(nil))
	f.Fuzz(func(_ *testing.T, b []byte) {
		var m Metadata
		Packed(b).Unpack(&m)
	})
}

// BenchmarkUnpack is what a reader of flows pays for each.
func BenchmarkUnpack(b *testing.B) {
	m := Metadata{HostName: "www.example.org", Info: "www.example.org", TLSVersion: 0x303, TLSCipher: 0x1301, TLSALPN: "h2,http/1.1",
		TLSSupportedVersions: "TLSv1.3,TLSv1.2", JA4: "t13d1516h2_8daaf6152771_e5627efa2ab1", TCPFingerprint: "2_64_65535_15db81ff8b0d"}
	p := Packed(m.Pack(nil))
	b.ReportAllocs()
	for b.Loop() {
		p.Unpack(&m)
	}
	b.ReportMetric(float64(len(p)), "B/flow")
}
