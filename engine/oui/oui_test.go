package oui

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	table, err := Read(strings.NewReader("# a comment\n\n02:00:01\tAcme\tAcme, Inc.\n" +
		"02:00:01:00:00:00/28\tOther\tOther Inc.\n02:00:02\tShortOnly\n02:00:03\tOld                  # Old Style Ltd.\nzz:00:01\tX\tY\n1:2\tA\tB\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		addr [6]byte
		want Vendor
		ok   bool
	}{
		{[6]byte{2, 0, 1, 9, 9, 9}, Vendor{"Acme", "Acme, Inc."}, true},
		{[6]byte{2, 0, 2, 0, 0, 0}, Vendor{"ShortOnly", "ShortOnly"}, true},
		{[6]byte{2, 0, 4, 0, 0, 0}, Vendor{}, false},
	} {
		if got, ok := table.Find(c.addr); got != c.want || ok != c.ok {
			t.Errorf("%x: %+v %t", c.addr, got, ok)
		}
	}
	if v, _ := table.Find([6]byte{2, 0, 3}); v.Long != "Old Style Ltd." {
		t.Errorf("%+v", v)
	}
	for text, want := range map[string]string{"02:00:01": "Acme", "02:00:01:aa:BB:cc": "Acme", "02:00": "", "": ""} {
		if v, ok := table.FindText(text); v.Short != want || ok != (want != "") {
			t.Errorf("%q: %+v %t", text, v, ok)
		}
	}
	var none *Table
	if _, ok := none.Find([6]byte{}); ok || none.Len() != 0 || table.Len() != 3 {
		t.Error("lengths")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("02:00:01\tAcme\tAcme, Inc.\n")
	f.Add("::\t\t\n02:00:/\tx")
	f.Fuzz(func(t *testing.T, s string) {
		if table, err := Read(strings.NewReader(s)); err == nil {
			table.Find([6]byte{2})
		}
	})
}
