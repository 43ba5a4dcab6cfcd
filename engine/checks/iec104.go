package checks

import (
	"strconv"
	"strings"

	"ntopgo/engine/flow"
	"ntopgo/engine/iec104"
)

// iecLearning is for how long pairs of types are learnt, in seconds.
const iecLearning = 6 * 3600

// iecChecks are raised while packets come, by what is found in them.
var iecChecks = []struct {
	issue          iec104.Issue
	key            string
	client, server uint8
}{
	{iec104.InvalidTransition, "iec_invalid_transition", 50, 10},
	{iec104.InvalidCommands, "iec_invalid_command_transition", 90, 10},
	{iec104.UnexpectedType, "iec_unexpected_type_id", 90, 10},
}

var noIEC104 = iec104.Config{Allowed: iec104.AllTypes, Learning: iecLearning}

// IEC104 says what is ordinary in IEC 60870-5-104.
func (s *Set) IEC104() *iec104.Config {
	if s == nil {
		return &noIEC104
	}
	return &s.iec
}

// ExamineIEC104 appends to out the alerts that f deserves for what was found.
func (s *Set) ExamineIEC104(found iec104.Issue, f *flow.Flow, out []flow.Alert) []flow.Alert {
	for _, k := range iecChecks {
		if found&k.issue == 0 || !s.On(k.key) {
			continue
		}
		for _, c := range s.all {
			if c.Key == k.key && !s.left(f, c.Alert) {
				out = append(out, flow.Alert{ID: c.Alert, Category: c.Category, Client: k.client, Server: k.server})
			}
		}
	}
	return out
}

// typeIDs reads numbers of types as a set of bits; -1 is all, as is nothing.
func typeIDs(items []string) [2]uint64 {
	var set [2]uint64
	for _, s := range items {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		switch {
		case err != nil:
		case n == -1:
			return iec104.AllTypes
		case n >= 0 && n < 128:
			set[n/64] |= 1 << (n % 64)
		}
	}
	if set == [2]uint64{} {
		return iec104.AllTypes
	}
	return set
}
