package bindings

import (
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/snmp"
)

// Groups "SNMP / ...": requests that wait, requests of a slot that are collected
// later, and batches to many devices. Arguments are (agent, community, timeout,
// version, object...); where the version is no number they are those of version
// 3: (agent, level, user, auth protocol, auth password, privacy protocol, privacy
// password, timeout, object...).
func init() {
	yes := func(c *Call) { c.Push(true) }
	register("ntop", map[string]func(c *Call){
		"snmpget":         func(c *Call) { snmpWait(c, snmpGet) },
		"snmpgetnext":     func(c *Call) { snmpWait(c, snmpNext) },
		"snmpgetnextbulk": func(c *Call) { snmpWait(c, snmpBulk) },
		"snmpset":         snmpSet,

		"snmpallocasnyncengine": snmpAllocate,
		"snmpfreeasnycengine":   func(c *Call) { c.snmp.free(c.Integer(1)) },
		"snmpgetasync":          func(c *Call) { snmpQueue(c, snmpGet) },
		"snmpgetnextasync":      func(c *Call) { snmpQueue(c, snmpNext) },
		"snmpgetnextbulkasync":  func(c *Call) { snmpQueue(c, snmpBulk) },
		"snmpreadasyncrsp":      snmpReadAsync,

		"snmpGetBatch":      snmpGetBatch,
		"snmpReadResponses": snmpReadBatch,

		"snmpv3available": yes, "snmpsetavailable": yes, "snmpgetbulkavailable": yes,
		"snmpSetBulkMaxNumRepetitions": snmpSetRepetitions,
		"snmpMaxNumEngines":            func(c *Call) { c.Push(0) }, // devices that the community edition polls
	})
	unavailable("ntop", "snmpSetFatMibPollingMode", "only tells apart calls of the paid SNMP poller in its statistics",
		func(c *Call) { c.Push(nil) })
	unavailable("ntop", "snmpToggleTrapCollection", "traps become alerts of the paid SNMP modules only",
		func(c *Call) { c.Push(nil) })
}

// Bounds of SNMP requests of one script.
const (
	snmpMaxWait  = 5 * time.Second
	snmpMaxSlots = 512
	snmpMaxQueue = 4096 // requests under way
)

// snmpState is what a run of a script has asked for and not read yet.
type snmpState struct {
	repetitions int
	slots       map[int64]*snmpQueueOf
	batch       *snmpQueueOf
	underWay    int
}

// snmpQueueOf collects answers of requests that run aside.
type snmpQueueOf struct {
	answers chan snmpAnswer
	waiting int // requests without an answer that was read
}

// snmpAnswer is what a device said, empty when it did not.
type snmpAnswer struct {
	host   string
	values snmp.Values
}

func newSNMPQueue() *snmpQueueOf { return &snmpQueueOf{answers: make(chan snmpAnswer, snmpMaxQueue)} }

func (s *snmpState) rows() int {
	if s.repetitions > 0 {
		return s.repetitions
	}
	return snmp.DefaultRepetitions
}

func (s *snmpState) free(slot int64) {
	if q := s.slots[slot]; q != nil {
		s.underWay -= q.waiting
		delete(s.slots, slot)
	}
}

// snmpRequest is a way to ask.
type snmpRequest func(d snmp.Device, rows int, oids []string) (snmp.Values, error)

func snmpGet(d snmp.Device, _ int, oids []string) (snmp.Values, error)  { return d.Get(oids...) }
func snmpNext(d snmp.Device, _ int, oids []string) (snmp.Values, error) { return d.GetNext(oids...) }
func snmpBulk(d snmp.Device, rows int, oids []string) (snmp.Values, error) {
	return d.GetBulk(rows, oids...)
}

// snmpDevice reads the arguments from number i on and says where the objects
// begin; false after a log line when they are none.
func (c *Call) snmpDevice(i int) (d snmp.Device, next int, ok bool) {
	if c.Kind(i+3) == lua.Number {
		d = snmp.Device{Host: c.String(i), Version: snmp.V1, Community: c.String(i + 1), Timeout: c.snmpTimeout(i + 2)}
		if c.Integer(i+3) > 0 {
			d.Version = snmp.V2c
		}
		return d, i + 4, c.stringsFrom(i, 2) && c.Kind(i+2) == lua.Number
	}
	d = c.snmpV3(i)
	d.Timeout = c.snmpTimeout(i + 7)
	return d, i + 8, c.stringsFrom(i, 7) && c.Kind(i+7) == lua.Number
}

func (c *Call) snmpV3(i int) snmp.Device {
	return snmp.Device{Host: c.OptString(i, ""), Version: snmp.V3, User: snmp.User{Level: c.OptString(i+1, ""),
		Name: c.OptString(i+2, ""), AuthProtocol: c.OptString(i+3, ""), AuthPassword: c.OptString(i+4, ""),
		PrivProtocol: c.OptString(i+5, ""), PrivPassword: c.OptString(i+6, "")}}
}

func (c *Call) snmpTimeout(i int) time.Duration {
	n, _ := c.Int(i)
	return max(min(time.Duration(n)*time.Second, snmpMaxWait), time.Second)
}

// stringsFrom says whether n arguments from number i on are strings.
func (c *Call) stringsFrom(i, n int) bool {
	for ; n > 0; i, n = i+1, n-1 {
		if c.Kind(i) != lua.String {
			c.wrongArgument(i, "string")
			return false
		}
	}
	return true
}

// restStrings are the arguments from number i on as long as they are strings.
func (c *Call) restStrings(i int) []string {
	var out []string
	for ; c.Kind(i) == lua.String; i++ {
		out = append(out, c.String(i))
	}
	return out
}

func pushValues(c *Call, v snmp.Values) {
	if len(v) == 0 {
		c.Push(nil)
		return
	}
	t := lua.NewTable(len(v))
	for oid, value := range v {
		t.Set(oid, value)
	}
	c.Push(t)
}

func snmpWait(c *Call, f snmpRequest) {
	d, next, ok := c.snmpDevice(1)
	if !ok {
		c.Push(nil)
		return
	}
	v, err := f(d, c.snmp.rows(), c.restStrings(next))
	if err != nil {
		c.Env.Log.Logf(3, "%s: %v", c.b.Key(), err)
	}
	pushValues(c, v)
}

// snmpSet takes objects as triples of object, type letter and value.
func snmpSet(c *Call) {
	d, next, ok := c.snmpDevice(1)
	rest := c.restStrings(next)
	if !ok || len(rest)%3 != 0 {
		c.Push(nil)
		return
	}
	var list []snmp.Assignment
	for ; len(rest) > 0; rest = rest[3:] {
		list = append(list, snmp.Assignment{OID: rest[0], Type: rest[1], Value: rest[2]})
	}
	v, err := d.Set(list...)
	c.Failed(err)
	pushValues(c, v)
}

// ask runs a request aside and puts its answer into a queue.
func (c *Call) ask(q *snmpQueueOf, d snmp.Device, f func(d snmp.Device) (snmp.Values, error)) {
	if c.snmp.underWay >= snmpMaxQueue {
		c.Env.Log.Logf(1, "%s: %d requests wait already", c.b.Key(), snmpMaxQueue)
		return
	}
	c.snmp.underWay++
	q.waiting++
	go func() {
		v, _ := f(d) // who does not answer is not in the result
		q.answers <- snmpAnswer{d.Host, v}
	}()
}

func snmpAllocate(c *Call) {
	for slot := range int64(snmpMaxSlots) {
		if c.snmp.slots[slot] == nil {
			if c.snmp.slots == nil {
				c.snmp.slots = map[int64]*snmpQueueOf{}
			}
			c.snmp.slots[slot] = newSNMPQueue()
			c.Push(slot)
			return
		}
	}
	c.Push(nil)
}

// snmpQueue asks through a slot.
func snmpQueue(c *Call, f snmpRequest) {
	q := c.snmp.slots[c.Integer(1)]
	d, next, ok := c.snmpDevice(2)
	if q != nil && ok {
		oids, rows := c.restStrings(next), c.snmp.rows()
		c.ask(q, d, func(d snmp.Device) (snmp.Values, error) { return f(d, rows, oids) })
	}
	c.Push(nil)
}

// next waits for an answer of a device, up to the deadline; false when there is
// none.
func (c *Call) next(q *snmpQueueOf, deadline <-chan time.Time) (snmpAnswer, bool) {
	for q.waiting > 0 {
		var a snmpAnswer
		select { // what is there is taken, whatever the time
		case a = <-q.answers:
		default:
			select {
			case a = <-q.answers:
			case <-deadline:
				return snmpAnswer{}, false
			}
		}
		q.waiting--
		c.snmp.underWay--
		if len(a.values) > 0 {
			return a, true
		}
	}
	return snmpAnswer{}, false
}

func (c *Call) waitSeconds(i int) <-chan time.Time {
	return time.After(min(time.Duration(max(c.OptInteger(i, 0), 0))*time.Second, snmpMaxWait))
}

// snmpReadAsync is one answer of a slot.
func snmpReadAsync(c *Call) {
	q := c.snmp.slots[c.Integer(1)]
	if q == nil {
		c.Push(nil)
		return
	}
	a, _ := c.next(q, c.waitSeconds(2))
	pushValues(c, a.values)
}

// snmpGetBatch asks one object of a device: (agent, community, object, version),
// or the security arguments of version 3 and the object.
func snmpGetBatch(c *Call) {
	d, oid := snmp.Device{}, ""
	if c.Kind(4) == lua.Number {
		if d, oid = (snmp.Device{Host: c.String(1), Community: c.String(2)}), c.String(3); c.Integer(4) > 0 {
			d.Version = snmp.V2c
		}
	} else {
		d, oid = c.snmpV3(1), c.OptString(8, "")
	}
	d.Timeout = snmpMaxWait
	if d.Host != "" && oid != "" {
		if c.snmp.batch == nil {
			c.snmp.batch = newSNMPQueue()
		}
		c.ask(c.snmp.batch, d, func(d snmp.Device) (snmp.Values, error) { return d.Get(oid) })
	}
	c.Push(nil)
}

// snmpReadBatch are the answers that are there, by agent; without any it waits up
// to so many seconds for the first.
func snmpReadBatch(c *Call) {
	q := c.snmp.batch
	if q == nil {
		c.Push(nil)
		return
	}
	deadline := c.waitSeconds(1)
	t := lua.NewTable(0)
	n := 0
	for {
		a, ok := c.next(q, deadline)
		if !ok {
			break
		}
		for _, v := range a.values {
			t.Set(a.host, v)
		}
		if n++; n == 1 {
			deadline = time.After(0)
		}
	}
	if n == 0 {
		c.Push(nil)
		return
	}
	c.Push(t)
}

func snmpSetRepetitions(c *Call) {
	if n, ok := c.Int(1); ok && n > 0 && n < 256 {
		c.snmp.repetitions = int(n)
	}
	c.Push(nil)
}
