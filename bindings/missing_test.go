package bindings

import (
	"context"
	"strings"
	"testing"

	"ntopgo/compat/lua"
)

// Trees of 2026 load modules of paid editions without a test; others stay missing.
func TestMissingModules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		year         int
		module, want string
	}{
		{2026, "ts_snmp_device", ""},
		{2026, "ts_nedge", ""},
		{2026, "snmp_utils", "module 'snmp_utils' not found"},
		{2024, "ts_snmp_device", "module 'ts_snmp_device' not found"},
	} {
		rt, err := lua.NewRuntime(lua.Config{Missing: MissingModule(c.year)})
		if err != nil {
			t.Fatal(err)
		}
		defer rt.Close()
		vm, err := rt.VM(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer vm.Close()
		err = vm.RunString(context.Background(), `local n = #require("`+c.module+`").getTimeseries({}, {}) assert(n == 0)`, "=test")
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%d, %s: %v, want %q", c.year, c.module, err, c.want)
		}
	}
}
