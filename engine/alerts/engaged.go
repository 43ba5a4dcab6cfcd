// Package alerts keeps the alerts that are engaged: raised by a check that has
// not yet found its condition over. They live in memory and are handed out when
// they are released. What an alert says, and where it goes, is not known here.
package alerts

import (
	"sort"
	"sync"
)

// Entity says what an alert is about, by ntopng's numbers and value: an
// interface by its name, a network by its prefix, a host as address@vlan.
type Entity struct {
	Kind  int
	Value string
}

// Kinds of entities that this program names itself.
const (
	KindInterface = 0
	KindHost      = 1
	KindNetwork   = 2
	KindFlow      = 4
)

// Periodicity is how often a check runs.
type Periodicity int

// Periodicities, by ntopng's numbers. None is not one of them: it stands for
// any in queries.
const (
	None Periodicity = iota - 1
	Aperiodic
	Minute
	FiveMinutes
	Hour
	Day
	periodicities
)

// Valid says whether a check can have this periodicity.
func (p Periodicity) Valid() bool { return p >= Aperiodic && p < periodicities }

// Seconds is the time between two runs, 0 for none.
func (p Periodicity) Seconds() int {
	switch p {
	case Minute:
		return 60
	case FiveMinutes:
		return 300
	case Hour:
		return 3600
	case Day:
		return 86400
	}
	return 0
}

// Alert is one engaged alert.
type Alert struct {
	Entity      Entity
	Periodicity Periodicity
	Key         string // tells the alerts of one entity and periodicity apart
	ID          int    // alert type
	Subtype     string
	Score       int
	JSON        string
	IP, Name    string
	Category    int
	ClientScore int  // share of Score that a host has as client
	Attacker    bool // a host is; or it is a victim
	Victim      bool
	Scored      bool // the host's score has it already
	Port        int
	Since       int64 // Unix seconds
	Until       int64 // when it ends by itself if it is not prolonged; 0: never
	Serial      int64 // counts the interface's alerts from 1; given when it is engaged
}

type key struct {
	entity      Entity
	periodicity Periodicity
	key         string
}

// Engaged is the set of engaged alerts of one interface. The zero value is
// empty and ready.
type Engaged struct {
	mu       sync.Mutex
	m        map[key]Alert
	serial   int64
	external map[Entity]key
}

func keyOf(a *Alert) key { return key{a.Entity, a.Periodicity, a.Key} }

// Trigger engages a, which gets its serial, and says whether it was not engaged
// before. A second trigger changes nothing.
func (e *Engaged) Trigger(a *Alert) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.trigger(a)
}

func (e *Engaged) trigger(a *Alert) bool {
	if _, there := e.m[keyOf(a)]; there {
		return false
	}
	if e.m == nil {
		e.m = map[key]Alert{}
	}
	e.serial++
	a.Serial = e.serial
	e.m[keyOf(a)] = *a
	return true
}

// Prolong makes an engaged alert last as long as a does.
func (e *Engaged) Prolong(a *Alert) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if old, there := e.m[keyOf(a)]; there {
		old.Until = a.Until
		e.m[keyOf(a)] = old
	}
}

// Expire ends the alerts whose time is over at now (Unix seconds) and returns
// them.
func (e *Engaged) Expire(now int64) []Alert {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Alert
	for k, a := range e.m {
		if a.Until != 0 && a.Until <= now {
			out = append(out, a)
			delete(e.m, k)
		}
	}
	return out
}

// Release ends an alert and returns it; ok is false when it was not engaged.
func (e *Engaged) Release(entity Entity, p Periodicity, name string) (a Alert, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	k := key{entity, p, name}
	a, ok = e.m[k]
	delete(e.m, k)
	return a, ok
}

// TriggerExternal engages an alert from outside, of which an entity has one at
// a time.
func (e *Engaged) TriggerExternal(a *Alert) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, there := e.external[a.Entity]; there || !e.trigger(a) {
		return false
	}
	if e.external == nil {
		e.external = map[Entity]key{}
	}
	e.external[a.Entity] = keyOf(a)
	return true
}

// ReleaseExternal ends the alert from outside of an entity, if it has that
// periodicity and name.
func (e *Engaged) ReleaseExternal(entity Entity, p Periodicity, name string) (a Alert, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	k, ok := e.external[entity]
	if !ok || k != (key{entity, p, name}) {
		return Alert{}, false
	}
	delete(e.external, entity)
	a, ok = e.m[k]
	delete(e.m, k)
	return a, ok
}

// ReleaseAll ends every alert and returns them, oldest first.
func (e *Engaged) ReleaseAll() []Alert {
	all := e.List(func(*Alert) bool { return true })
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range all {
		delete(e.m, keyOf(&all[i]))
	}
	e.external = nil
	return all
}

// List returns the alerts that match, oldest first.
func (e *Engaged) List(match func(a *Alert) bool) []Alert {
	e.mu.Lock()
	var out []Alert
	for _, a := range e.m {
		if match(&a) {
			out = append(out, a)
		}
	}
	e.mu.Unlock()
	sort.Slice(out, func(i, j int) bool {
		a, b := &out[i], &out[j]
		if a.Since != b.Since {
			return a.Since < b.Since
		}
		if a.Entity != b.Entity {
			return a.Entity.Kind < b.Entity.Kind || a.Entity.Kind == b.Entity.Kind && a.Entity.Value < b.Entity.Value
		}
		return a.Key < b.Key
	})
	return out
}

// Len is how many alerts are engaged.
func (e *Engaged) Len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.m)
}
