package snmp_test

import (
	"strings"
	"testing"
	"time"

	"ntopgo/engine/snmp"
	"ntopgo/engine/snmp/snmptest"
)

func TestAgent(t *testing.T) {
	t.Parallel()
	addr := snmptest.Agent(t)
	d := snmp.Device{Host: addr, Version: snmp.V2c, Community: snmptest.Community, Timeout: 5 * time.Second}
	v1, v3, noPriv := d, d, d
	v1.Version = snmp.V1
	v3.Version, noPriv.Version = snmp.V3, snmp.V3
	v3.User = snmp.User{Level: "authPriv", Name: snmptest.User, AuthProtocol: "sha", AuthPassword: snmptest.AuthPass,
		PrivProtocol: "AES", PrivPassword: snmptest.PrivPass}
	noPriv.User = snmp.User{Level: "authNoPriv", Name: snmptest.User, AuthProtocol: "SHA-1", AuthPassword: snmptest.AuthPass}
	for name, dev := range map[string]snmp.Device{"v1": v1, "v2c": d, "v3": v3, "v3 without privacy": noPriv} {
		if v, err := dev.Get(" ."+snmptest.SysName, "1.3.6.1.2.1.1.2.0"); err != nil || v[snmptest.SysName] != snmptest.Name ||
			!strings.HasPrefix(v["1.3.6.1.2.1.1.2.0"], "1.3.6.1.4.1.8072.") {
			t.Errorf("%s: get %v %v", name, v, err)
		}
		if v, err := dev.GetNext("1.3.6.1.2.1.1.4.0"); err != nil || v[snmptest.SysName] != snmptest.Name {
			t.Errorf("%s: next %v %v", name, v, err)
		}
		v, err := dev.GetBulk(4, "1.3.6.1.2.1.1")
		if rows := map[bool]int{true: 1, false: 4}[dev.Version == snmp.V1]; err != nil || len(v) != rows {
			t.Errorf("%s: bulk %v %v", name, v, err)
		}
	}
	writer := d
	writer.Community = snmptest.Writer
	if v, err := writer.Set(snmp.Assignment{OID: snmptest.SysLocation, Type: "s", Value: "Rack 1"}); err != nil || v[snmptest.SysLocation] != "Rack 1" {
		t.Errorf("set: %v %v", v, err)
	}
	if v, err := d.Get(snmptest.SysLocation, "1.3.6.1.2.1.1.99.0"); err != nil || len(v) != 1 || v[snmptest.SysLocation] != "Rack 1" {
		t.Errorf("after set, and an object that is not there: %v %v", v, err)
	}
	short := d
	short.Timeout = 200 * time.Millisecond
	wrong, stranger := v3, short
	wrong.User.AuthPassword, stranger.Community = "another one", "secret"
	for name, f := range map[string]func() (snmp.Values, error){
		"wrong community": func() (snmp.Values, error) { return stranger.Get(snmptest.SysName) },
		"wrong password":  func() (snmp.Values, error) { return wrong.Get(snmptest.SysName) },
		"set without right": func() (snmp.Values, error) {
			return short.Set(snmp.Assignment{OID: snmptest.SysLocation, Type: "s", Value: "x"})
		},
		"set a wrong type": func() (snmp.Values, error) {
			return writer.Set(snmp.Assignment{OID: snmptest.SysLocation, Type: "q", Value: "x"})
		},
		"no objects":         func() (snmp.Values, error) { return d.Get() },
		"no object":          func() (snmp.Values, error) { return d.Get("sysName.0") },
		"too many":           func() (snmp.Values, error) { return d.Get(make([]string, 11)...) },
		"no host":            func() (snmp.Values, error) { return snmp.Device{}.Get(snmptest.SysName) },
		"no port":            func() (snmp.Values, error) { return snmp.Device{Host: "127.0.0.1:x"}.Get(snmptest.SysName) },
		"no version":         func() (snmp.Values, error) { return snmp.Device{Host: addr, Version: 9}.Get(snmptest.SysName) },
		"no level":           func() (snmp.Values, error) { return snmp.Device{Host: addr, Version: snmp.V3}.Get(snmptest.SysName) },
		"no such protection": func() (snmp.Values, error) { w := v3; w.User.PrivProtocol = "ROT13"; return w.Get(snmptest.SysName) },
	} {
		if v, err := f(); err == nil {
			t.Errorf("%s: %v", name, v)
		}
	}
}
