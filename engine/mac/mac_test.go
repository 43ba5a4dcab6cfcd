package mac

import "testing"

func TestDevice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *Data)
		want   bool
	}{
		"only sent to":    {func(d *Data) { d.Traffic.Rcvd.Packets = 9; d.Hosts = 1 }, false},
		"spanning tree":   {func(d *Data) { d.Traffic.Sent.Packets = 9 }, false},
		"ARP":             {func(d *Data) { d.Traffic.Sent.Packets = 1; d.ARPRepliesSent = 1 }, true},
		"hosts behind it": {func(d *Data) { d.Traffic.Sent.Packets = 1; d.Hosts = 1 }, true},
	} {
		m := NewTable().Get(Addr{2, 0, 0, 0, 0, 1}, 1)
		m.Update(c.change)
		if m.Device() != c.want {
			t.Errorf("%s: a device: %v", name, !c.want)
		}
	}
}
