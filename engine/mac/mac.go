// Package mac holds the table of layer-2 addresses seen on an interface and
// their traffic. It knows nothing of hosts, flows or vendors.
package mac

import (
	"fmt"
	"net"
	"sync"

	"ntopgo/engine/counters"
	"ntopgo/engine/number"
)

// Addr is an EUI-48 address.
type Addr [6]byte

// Parse reads an EUI-48 address in any of the usual forms.
func Parse(s string) (Addr, bool) {
	hw, err := net.ParseMAC(s)
	if err != nil || len(hw) != len(Addr{}) {
		return Addr{}, false
	}
	return Addr(hw), true
}

// String formats the address as "00:1A:2B:3C:4D:5E", ntopng's upper-case form.
func (a Addr) String() string {
	return fmt.Sprintf("%02X:%02X:%02X:%02X:%02X:%02X", a[0], a[1], a[2], a[3], a[4], a[5])
}

// IsMulticast covers group addresses, broadcast among them.
func (a Addr) IsMulticast() bool { return a[0]&1 != 0 }

// IsZero is the address that links without addresses carry.
func (a Addr) IsZero() bool { return a == Addr{} }

// Special addresses are not stations: group addresses and the zero address.
func (a Addr) Special() bool { return a.IsMulticast() || a.IsZero() }

// Mac is one layer-2 address. Fields are guarded by the mutex; readers use
// Snapshot.
type Mac struct {
	Address Addr
	number  uint32

	mu      sync.Mutex
	derived int64 // when Derive was last called
	data    Data
}

// Counts is what is counted of an address frame by frame.
type Counts struct {
	FirstSeen, LastSeen int64 // nanoseconds
	Traffic             counters.Duplex
	ARPRequestsSent     uint64
	ARPRequestsRcvd     uint64
	ARPRepliesSent      uint64
	ARPRepliesRcvd      uint64
}

// Data is what is known of an address.
type Data struct {
	Counts
	Throughput      counters.Throughput
	L7              counters.L7Map
	Categories      counters.L7Map
	Hosts           int // hosts that use the address now
	DHCPName        string
	DHCPFingerprint string
	DeviceType      uint8 // class given by a discovery, in ntopng's numbering; 0 for none
}

// Device says whether the address has sent IP or ARP. What has not, as a switch with
// its spanning tree, is no device.
func (m *Mac) Device() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data.Device()
}

// Device is Mac.Device for whoever holds the lock.
func (d *Data) Device() bool {
	return d.Traffic.Sent.Packets > 0 && (d.Hosts > 0 || d.L7.Len() > 0 || d.ARPRequestsSent+d.ARPRepliesSent > 0)
}

// DHCPOptions is the list of options that the station's DHCP client asks for.
func (m *Mac) DHCPOptions() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data.DHCPFingerprint
}

// Update changes the data under the lock.
func (m *Mac) Update(f func(d *Data)) {
	m.mu.Lock()
	f(&m.data)
	m.mu.Unlock()
}

// CountL7 counts d under an application protocol and its category in the
// seconds that first and seconds tell as for counters.L7.Seen, as a new flow of
// them where newFlow says so.
func (m *Mac) CountL7(app, category uint16, d counters.Duplex, first uint32, seconds uint64, newFlow bool) {
	m.mu.Lock()
	m.data.L7.Count(app, d, first, seconds, newFlow)
	m.data.Categories.Count(category, d, first, seconds, newFlow)
	m.mu.Unlock()
}

// Derive updates the rates at the end of a second, now; before is when the
// previous one ended. Called again though it is on a list twice, it does
// nothing. It says whether the station must be derived after the next second.
func (m *Mac) Derive(now, before int64) (more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.derived == now {
		return false
	}
	m.derived = now
	t := &m.data.Throughput
	t.Resume(before)
	t.Update(m.data.Traffic.Bytes(), m.data.Traffic.Packets(), now)
	return t.Bytes.Value != 0 || t.Bytes.Trend != counters.TrendStable
}

// Merge adds the counters of o, and what they say of the time of first and last
// sight.
func (d *Counts) Merge(o *Counts) {
	d.Traffic.Add(o.Traffic)
	d.ARPRequestsSent += o.ARPRequestsSent
	d.ARPRequestsRcvd += o.ARPRequestsRcvd
	d.ARPRepliesSent += o.ARPRepliesSent
	d.ARPRepliesRcvd += o.ARPRepliesRcvd
	d.FirstSeen = min(d.FirstSeen, o.FirstSeen)
	d.LastSeen = max(d.LastSeen, o.LastSeen)
}

// Snapshot copies the data.
func (m *Mac) Snapshot() Data {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.data
	d.L7 = m.data.L7.Clone()
	d.Categories = m.data.Categories.Clone()
	return d
}

// Table is the set of addresses of one interface, shared by its shards.
type Table struct {
	mu       sync.RWMutex
	m        map[Addr]*Mac
	stations int // addresses in m that are not special
	numbers  number.Set[Mac]
}

// NewTable returns an empty table.
func NewTable() *Table { return &Table{m: map[Addr]*Mac{}} }

// Get returns the entry of a, made at time now when missing.
func (t *Table) Get(a Addr, now int64) *Mac {
	t.mu.RLock()
	m := t.m[a]
	t.mu.RUnlock()
	if m != nil {
		return m
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if m = t.m[a]; m == nil {
		m = &Mac{Address: a}
		m.data.FirstSeen, m.data.LastSeen = now, now
		m.number = t.numbers.Add(m)
		t.m[a] = m
		if !a.Special() {
			t.stations++
		}
	}
	return m
}

// Number finds the entry in its table for as long as it stays there; 0 for nil.
func (m *Mac) Number() uint32 {
	if m == nil {
		return 0
	}
	return m.number
}

// At is the entry with a number of Mac.Number, nil when it was dropped. It needs no
// lock.
func (t *Table) At(n uint32) *Mac { return t.numbers.At(n) }

// Find returns the entry of a, or nil.
func (t *Table) Find(a Addr) *Mac {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.m[a]
}

// Len is the number of addresses, and of those that are no group address.
func (t *Table) Len() (all, stations int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.m), t.stations
}

// All lists the entries in no order.
func (t *Table) All() []*Mac {
	t.mu.RLock()
	defer t.mu.RUnlock()
	out := make([]*Mac, 0, len(t.m))
	for _, m := range t.m {
		out = append(out, m)
	}
	return out
}

// Purge drops the addresses that have no host and were last seen before limit
// (nanoseconds), and says how many.
func (t *Table) Purge(limit int64) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for a, m := range t.m {
		m.mu.Lock()
		idle := m.data.Hosts == 0 && m.data.LastSeen < limit
		m.mu.Unlock()
		if idle {
			delete(t.m, a)
			t.numbers.Remove(m.number)
			n++
			if !a.Special() {
				t.stations--
			}
		}
	}
	return n
}

// Reset sets what is counted for m to zero. With forget, its names and the time
// since when it is known go too, as if it were first seen at now (nanoseconds).
func (m *Mac) Reset(forget bool, now int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.data
	m.data = Data{Counts: Counts{FirstSeen: o.FirstSeen, LastSeen: o.LastSeen}, Hosts: o.Hosts, DHCPName: o.DHCPName, DHCPFingerprint: o.DHCPFingerprint}
	if forget {
		m.data.DHCPName, m.data.DHCPFingerprint, m.data.FirstSeen = "", "", now
	}
}
