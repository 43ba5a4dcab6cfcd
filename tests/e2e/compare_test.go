package e2e

import (
	"reflect"
	"testing"
)

func TestComparisonFollowsTheSuite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, want, got string
		ignore          []string
		diff            []string
	}{
		{"order of arrays and keys", `{"a":[2,1],"b":1}`, `{"b":1,"a":[1,2]}`, nil, nil},
		{"nulls in arrays", `[1,null]`, `[1]`, nil, nil},
		{"another value", `{"a":1}`, `{"a":2}`, nil, []string{`+ "a": 2`, `- "a": 1`}},
		{"ignored word", `{"date":1,"a":1}`, `{"date":2,"a":1}`, []string{"date"}, nil},
		{"clock", `{"value":1589741869}`, `{"value":1589741870}`, nil, nil},
		{"numbers alike", `{"a":1.0}`, `{"a":1}`, nil, nil},
		{"text after JSON", `{"a":1}`, `{"a":1} <html>`, nil, nil},
	} {
		want, err := normalise([]byte(c.want), c.ignore)
		if err != nil {
			t.Fatal(err)
		}
		got, err := normalise([]byte(c.got), c.ignore)
		if err != nil {
			t.Fatal(err)
		}
		if diff := differences(want, got); !reflect.DeepEqual(diff, c.diff) {
			t.Errorf("%s: %q, want %q", c.name, diff, c.diff)
		}
	}
}
