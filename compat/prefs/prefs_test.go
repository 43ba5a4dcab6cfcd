package prefs

import (
	"testing"

	"ntopgo/compat/keyvalue"
)

func open(t *testing.T) (keyvalue.Store, *Prefs) {
	t.Helper()
	s, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Set(Prefix+"flow_max_idle", "17"); err != nil { // set by an admin before this start
		t.Fatal(err)
	}
	p, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

func TestDefaultsAreWrittenOnce(t *testing.T) {
	t.Parallel()
	s, p := open(t)
	for key, want := range map[string]string{
		"auth_session_duration": "43200", "snmp_polling": "1", "active_monitoring": "0",
		"max_num_secs_before_delete_alert": "31536000", "flow_max_idle": "17",
	} {
		if v, ok, _ := s.Get(Prefix + key); !ok || v != want {
			t.Errorf("%s = %q (stored: %v), want %q", key, v, ok, want)
		}
	}
	if ok, _ := s.Exists(Prefix + "timeseries_driver"); ok {
		t.Error("a string preference was written")
	}
	if ok, _ := s.Exists(ChangedKey); ok {
		t.Error("defaults count as a change")
	}
	if p.String("timeseries_driver") != "rrd" || p.Int("flow_max_idle") != 17 {
		t.Error("wrong first reads")
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	_, p := open(t)
	tests := []struct {
		text string
		i    int64
		b    bool
		s    string
	}{
		{"1", 1, true, "1"}, {"0", 0, false, "0"}, {"true", 0, true, "true"}, {"false", 0, false, "false"},
		{"-5", -5, false, "-5"}, {" 12abc", 12, false, " 12abc"}, {"t", 0, true, "t"},
		{"99999999999999999999", 1<<63 - 1, false, "99999999999999999999"}, {"2", 2, false, "2"},
		{"", 0, false, ""}, {"nil", 0, false, ""},
	}
	for _, tc := range tests {
		if err := p.Set("x", tc.text); err != nil {
			t.Fatal(err)
		}
		if i, b, s := p.Int("x"), p.Bool("ntopng.prefs.x"), p.String("x"); i != tc.i || b != tc.b || s != tc.s {
			t.Errorf("%q reads as %d %v %q, want %d %v %q", tc.text, i, b, s, tc.i, tc.b, tc.s)
		}
	}
	// A boolean whose text is empty has its default, an integer 0.
	if err := p.Set("snmp_polling", ""); err != nil {
		t.Fatal(err)
	}
	if !p.Bool("snmp_polling") || p.Int("snmp_polling") != 0 {
		t.Error("empty text is read wrongly")
	}
	if err := p.Unset("flow_max_idle"); err != nil {
		t.Fatal(err)
	}
	if p.Int("flow_max_idle") != 60 || p.All()[Prefix+"flow_max_idle"] != "60" {
		t.Error("an unset preference has not its default")
	}
}

func TestChangesAreMarked(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"ntopng.prefs.y": true, "ntopng.user.admin.theme": true, "ntopng.cache.z": false, "ntopng.dns.cache.1.2.3.4": false,
	} {
		s, _ := open(t)
		if err := s.Set(key, "1"); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.Exists(ChangedKey); got != want {
			t.Errorf("write to %s marked: %v, want %v", key, got, want)
		}
	}
}
