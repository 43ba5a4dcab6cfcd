package host

import (
	"testing"

	"ntopgo/engine/mac"
)

func TestUsedPorts(t *testing.T) {
	t.Parallel()
	_, h := newHost(t)
	if serves, asks := h.UsedPorts(); serves != nil || asks != nil {
		t.Errorf("%v %v", serves, asks)
	}
	a, b := mac.Addr{2, 0, 0, 0, 0, 1}, mac.Addr{2, 0, 0, 0, 0, 2}
	h.Update(func(d *Data) {
		c := d.Contacted()
		c.Serves(PortUse{Port: Port{Number: 443}})
		c.Serves(PortUse{Port: Port{Number: 443}, Master: 91, App: 126, Turn: 7})
		c.Serves(PortUse{Port: Port{Number: 443}, App: 200, Turn: 6})
		c.Serves(PortUse{Port: Port{Number: 53, UDP: true}, App: 5})
		c.Serves(PortUse{Port: Port{Number: 80}, App: 7})
		c.Asks(PortUse{Port: Port{Number: 22}, App: 92})
		c.Behind(b, 20)
		c.Behind(a, 10)
		c.Behind(b, 30)
	})
	serves, asks := h.UsedPorts()
	if len(serves) != 3 || serves[0].Number != 80 || serves[1] != (PortUse{Port: Port{Number: 443}, Master: 91, App: 126, Turn: 7}) || !serves[2].UDP || len(asks) != 1 {
		t.Errorf("%v %v", serves, asks)
	}
	if router, known := h.Router(); !known || router != a {
		t.Errorf("router %v %v", router, known)
	}
	h.Update(func(d *Data) {
		for n := range 2 * maxPorts {
			d.Contacted().Asks(PortUse{Port: Port{Number: uint16(7 * n % (2 * maxPorts))}})
		}
	})
	if _, asks := h.UsedPorts(); len(asks) != maxPorts || asks[0].Number != 0 || asks[maxPorts-1].Number != maxPorts-1 {
		t.Errorf("%d ports, the last %v", len(asks), asks[len(asks)-1])
	}
}
