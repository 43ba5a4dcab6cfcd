package iface

import (
	"testing"

	"ntopgo/engine/checks"
	"ntopgo/engine/flow"
)

// TestIEC104: messages are followed from the first on, and a type of data that is
// not allowed becomes an alert.
func TestIEC104(t *testing.T) {
	t.Parallel()
	data := func(number, kind byte) string {
		return string([]byte{0x68, 14, number << 1, 0, 0, 0, kind, 1, 3, 0, 7, 0, 1, 0, 0, 0})
	}
	file := talks(t, talk{"203.0.113.7", "192.168.1.20", 40000, 2404, []message{ask("\x68\x04\x07\x00\x00\x00"), answer("\x68\x04\x0b\x00\x00\x00"),
		answer(data(0, 9) + data(1, 9)), ask("\x68\x04\x01\x00\x04\x00"), answer(data(2, 13))}})
	for _, items := range [][]string{{"9"}, {"9", "13"}} {
		i := read(t, file, Config{Shards: 2}, func(i *Interface) {
			i.SetChecks(checks.NewSet(checks.Config{Flow: map[string]checks.Setting{"iec_unexpected_type_id": {Enabled: true, Items: items}}}, i.dpi))
		})
		flows, _ := i.Flows(FlowQuery{})
		if len(flows) != 1 || flows[0].IEC104 == nil {
			t.Fatalf("%d flows, %+v", len(flows), flows)
		}
		f := flows[0]
		c := f.IEC104
		if c.TypeI != 3 || c.TypeS != 1 || c.TypeU != 2 || c.Forward != 3 || c.Reverse != 2 || c.Types[9] != 2 || c.Types[13] != 1 {
			t.Errorf("%+v", c)
		}
		switch alerts := f.Alerts.List(); {
		case len(items) == 2:
			if len(alerts) != 0 {
				t.Errorf("%+v", alerts)
			}
		case len(alerts) != 1 || alerts[0] != (flow.Alert{ID: 55, Category: checks.Security, Client: 90, Server: 10}) || c.Unexpected.Type != 13 || c.Unexpected.Address != 7:
			t.Errorf("%+v, %+v", alerts, c.Unexpected)
		}
	}
}
