package bindings

import (
	"net"
	"testing"
	"time"

	"github.com/google/gopacket/layers"
)

// tagged is a message to a server in a VLAN.
func (p *trace) tagged(vlan byte, sport uint16, payload string) {
	p.t.Helper()
	src, _ := net.ParseMAC(clientMAC)
	dst, _ := net.ParseMAC(serverMAC)
	frame := append(append(append([]byte{}, dst...), src...), 0x81, 0, 0, vlan, 8, 0)
	frame = append(frame, packet(p.t, clientIP, serverIP, &layers.UDP{SrcPort: layers.UDPPort(sport), DstPort: 9999}, payload)...)
	if err := p.w.Write(capturedAt.Add(time.Duration(p.n)*10*time.Millisecond).UnixNano(), frame, len(frame)); err != nil {
		p.t.Fatal(err)
	}
	p.n++
}

func TestVLANs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.frames(func(p *trace) {
		p.tagged(7, 5001, "a longer message than the others")
		p.tagged(9, 5002, "short")
		p.tagged(5, 5003, "not so short")
	})
	const show = `local function show(...) local l, s = interface.getVLANsInfo(...), {} for _, v in ipairs(l.VLANs) do s[#s + 1] = v.vlan_id end p(l.numVLANs, table.concat(s, " ")) end `
	for _, c := range []struct{ name, code, want string }{
		{"all", `show()`, "3 5 7 9;"},
		{"by traffic", `show("column_traffic", 10, 0, false) show("column_traffic", 10, 0, true)`, "3 7 5 9;3 9 5 7;"},
		{"a page", `show("column_vlan", 1, 1, true) show("column_vlan", 10, 3, true)`, "3 7;3 ;"},
		{"one", `p(interface.getVLANInfo(9).vlan_id, interface.getVLANInfo(1), #interface.getVLANsList().VLANs, interface.hasVLANs())`, "9 nil 3 true;"},
		{"wrong arguments", `show({}, "x", false, 1)`, "3 5 7 9;"},
	} {
		w.check(c.name, show+c.code, c.want)
	}
}
