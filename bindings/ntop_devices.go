package bindings

import (
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/otinfo"
)

// Industrial devices of group "IEC 104 / Modbus (OT security)": who they say they
// are.
func init() {
	register("ntop", map[string]func(c *Call){
		"readModbusDeviceInfo":     readModbus,
		"readEthernetIPDeviceInfo": readEtherNetIP,
	})
}

// deviceTimeout is argument 2 in seconds.
func (c *Call) deviceTimeout() time.Duration {
	return min(max(time.Duration(c.OptInteger(2, 5))*time.Second, time.Second), rpcMax)
}

func readModbus(c *Call) {
	if !c.needsStrings(1) {
		return
	}
	m, err := otinfo.ReadModbus(c.String(1), c.deviceTimeout())
	if err != nil {
		c.Env.Log.Logf(3, "%s: %v", c.b.Key(), err)
		c.Push(nil)
		return
	}
	t := lua.NewTable(3)
	for name, v := range map[string]string{"vendor_name": m.Vendor, "product_code": m.Product, "product_revision": m.Revision} {
		t.SetStr(name, v)
	}
	c.Push(t)
}

func readEtherNetIP(c *Call) {
	if !c.needsStrings(1) {
		return
	}
	e, err := otinfo.ReadEtherNetIP(c.String(1), c.deviceTimeout())
	if err != nil {
		c.Env.Log.Logf(3, "%s: %v", c.b.Key(), err)
		c.Push(nil)
		return
	}
	c.Push(lua.NewTable(7).
		Set("vendor_id", e.Vendor).
		Set("device_type", e.DeviceType).
		Set("product_code", e.Product).
		Set("revision", e.Revision).
		Set("status", e.Status).
		Set("serial_number", e.Serial).
		Set("product_name", e.Name))
}
