package otinfo

import (
	"testing"
	"time"

	"ntopgo/engine/otinfo/ottest"
)

const patience = 5 * time.Second

func TestReadModbus(t *testing.T) {
	t.Parallel()
	m, err := ReadModbus(ottest.Modbus(t, ottest.ModbusAnswer("Acme", "PLC-1", "v1.2")), patience)
	if want := (Modbus{"Acme", "PLC-1", "v1.2"}); err != nil || m != want {
		t.Errorf("%+v %v", m, err)
	}
	for name, answer := range map[string][]byte{
		"nothing":         nil,
		"exception":       {0, 0, 0, 0, 0, 3, 1, 0xab, 1},
		"other protocol":  []byte("SSH-2.0-OpenSSH_9"),
		"other function":  {0, 0, 0, 0, 0, 8, 1, 3, 0, 0, 0, 0, 0, 0},
		"truncated value": {0, 0, 0, 0, 0, 10, 1, 0x2b, 0x0e, 1, 1, 0, 0, 1, 0, 200},
		"too long":        {0, 0, 0, 0, 0xff, 0xff, 1},
	} {
		if m, err := ReadModbus(ottest.Modbus(t, answer), patience); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if _, err := ReadModbus("127.0.0.1:1", patience); err == nil {
		t.Error("nobody there")
	}
}

func TestReadEtherNetIP(t *testing.T) {
	t.Parallel()
	e, err := ReadEtherNetIP(ottest.EtherNetIP(t, ottest.IdentityAnswer("1756-EN2T")), patience)
	want := EtherNetIP{Vendor: 1, DeviceType: 14, Product: 65, Revision: "20.11", Status: 0x60, Serial: 0x00c0ffee, Name: "1756-EN2T"}
	if err != nil || e != want {
		t.Errorf("%+v %v", e, err)
	}
	whole := ottest.IdentityAnswer("x")
	for n := range whole {
		if n < len(whole)-2 {
			if e, err := parseIdentity(whole[:n]); err == nil {
				t.Errorf("%d of %d bytes: %+v", n, len(whole), e)
			}
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(ottest.ModbusAnswer("Acme", "PLC-1", "v1.2")[6:])
	f.Add(ottest.IdentityAnswer("1756-EN2T"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = parseModbus(b)
		_, _ = parseIdentity(b)
	})
}
