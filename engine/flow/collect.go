package flow

import (
	"math"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
)

// Collect counts what a probe reports into its flow, made when missing. k, reverse
// and hash are what Report.Key and Key.Hash say of it. up and down is what the flow
// gained from Report.Src and to it; r is nil when there was no room.
func (t *Table) Collect(n *Report, k *Key, reverse bool, hash uint64) (r *Record, up, down counters.Traffic) {
	if r = t.find(k, uint32(hash)); r == nil {
		p := n.packet()
		if r = t.begin(&p, k, reverse, uint32(hash)); r == nil {
			return nil, up, down
		}
		r.set(swapRequested, false) // the probe knows who is the client, or it was decided by who reads it
		r.set(swapped, n.Swapped)
	}
	ways := [2]int{toServer, toClient}
	if !r.fromClient(reverse) {
		ways = [2]int{toClient, toServer}
	}
	if !r.is(classified) {
		t.told(r, n)
	}
	r.Result.Risks |= n.Result.Risks
	t.remember(r, n, ways[0] == toServer)
	r.firstSeen, r.lastSeen = min(r.firstSeen, n.First), max(r.lastSeen, n.Last)
	r.reportedLatencies(n, ways[0] == toServer)
	t.reportedFlags(r, n, ways)
	for i, d := range [2]*Reported{&n.Up, &n.Down} {
		gained := d.Traffic
		if n.Absolute {
			gained = beyond(gained, counters.Traffic{Packets: r.dir[ways[i]].packets, Bytes: r.dir[ways[i]].bytes})
		}
		t.countReported(r, d, ways[i], gained)
		if i == 0 {
			up = gained
		} else {
			down = gained
		}
	}
	if r.Proto == decode.ProtoTCP {
		if r.Flags()&(decode.ACK|decode.PSH|decode.RST|decode.FIN) != 0 {
			r.set(handshakeOver, true)
		}
		r.state = r.tcpState()
	}
	return r, up, down
}

// beyond is what total is more than counted. Reports may come out of order: one
// that is older than what was counted brings nothing.
func beyond(total, counted counters.Traffic) (d counters.Traffic) {
	if total.Packets > counted.Packets {
		d.Packets = total.Packets - counted.Packets
	}
	if total.Bytes > counted.Bytes {
		d.Bytes = total.Bytes - counted.Bytes
	}
	return d
}

// told classifies r by what the probe says of it.
func (t *Table) told(r *Record, n *Report) {
	r.tell(&t.tuple)
	r.Result = t.engine.Told(n.Result, n.Meta.HostName, &t.tuple)
	r.app, r.category = applicationOf(r.Result), r.Result.Category
	if r.seconds != 0 {
		t.l7Begins(r)
	}
	r.set(classified, true)
	r.set(followed, r.Lower() == ProtocolHTTP)
	if !r.is(namesNew) {
		r.set(namesNew, true)
		t.named = push(t.named, r.number)
	}
	t.packing = n.Meta.Pack(t.packing[:0])
	t.findings(r).meta = dpi.Packed(t.packing)
	t.sums.L7.Flow(r.app)
	t.sums.Categories.Flow(uint16(r.category))
}

// remember keeps where r comes from.
func (t *Table) remember(r *Record, n *Report, straight bool) {
	o := n.Origin
	o.arrived = n.Arrived
	if !straight {
		o.swap()
	}
	if t.origins == nil {
		t.origins = map[uint32]*Origin{}
	}
	// Readers hold origins without a lock: what they have must not change.
	if old := t.origins[r.number]; old != nil {
		was := *old
		was.merge(&o)
		o = was
	}
	t.origins[r.number] = &o
}

// lastHeard is when r was last seen, or last reported where its times are those
// of another machine.
func (t *Table) lastHeard(r *Record) int64 {
	if o := t.origins[r.number]; o != nil && !o.annotated {
		return o.arrived
	}
	return r.lastSeen
}

// Annotate adds what an agent on one of the ends tells of a flow that is made of
// packets; it says whether there is such a flow.
func (t *Table) Annotate(n *Report, k *Key, reverse bool, hash uint64) bool {
	r := t.find(k, uint32(hash))
	if r == nil {
		return false
	}
	t.remember(r, n, r.fromClient(reverse))
	// What is remembered is not shown yet: this shard's lock is held.
	t.origins[r.number].annotated = true
	return true
}

func (r *Record) reportedLatencies(n *Report, straight bool) {
	client, server := n.ClientLatency, n.ServerLatency
	if !straight {
		client, server = server, client
	}
	if client > 0 {
		r.clientLatency = microseconds(client)
	}
	if server > 0 {
		r.serverLatency = microseconds(server)
	}
	if n.AppLatency > 0 {
		r.answer = n.AppLatency
		r.set(answerSeen, true)
	}
}

func microseconds(ns int64) uint32 {
	return uint32(min(ns/1000, math.MaxUint32))
}

// reportedFlags takes over the TCP flags. Those of which it is not known who sent
// them are both sides', as far as both sent something.
func (t *Table) reportedFlags(r *Record, n *Report, ways [2]int) {
	if r.Proto != decode.ProtoTCP {
		return
	}
	flags := [2]uint8{n.Up.TCPFlags, n.Down.TCPFlags}
	if flags == [2]uint8{} {
		flags[0] = n.FlagsOfBoth
		if n.Down.Packets > 0 {
			flags[1] = n.FlagsOfBoth
		}
	}
	before := r.dir[0].tcpFlags | r.dir[1].tcpFlags
	t.sumFlags((flags[0] | flags[1]) &^ before)
	for i, f := range flags {
		d := &r.dir[ways[i]]
		fresh := f &^ d.tcpFlags
		d.tcpFlags |= f
		d.syns += uint32(fresh >> 1 & 1)
		d.rsts += uint32(fresh >> 2 & 1)
		d.fins += uint32(fresh & 1)
	}
	if !r.is(ackSeen) && r.dir[0].tcpFlags&r.dir[1].tcpFlags&decode.ACK != 0 {
		r.set(ackSeen, true)
		r.set(handshakeOver, true)
		t.sums.Established++
	}
}

// countReported adds what one direction gained.
func (t *Table) countReported(r *Record, d *Reported, way int, gained counters.Traffic) {
	to, rare := &r.dir[way], &r.rare[way]
	if d.Window != 0 {
		to.window = d.Window
	}
	if gained == (counters.Traffic{}) {
		return
	}
	t.gain(r)
	if to.packets == 0 {
		to.lastTime = r.lastSeen
		t.firstOf(r, way)
	} else if to.tos>>2 != d.TOS>>2 && t.gained(r, way) {
		t.passOn(r) // what was gained so far had another DSCP
		t.gain(r)
	}
	to.packets += gained.Packets
	to.bytes += gained.Bytes
	r.nowPackets += uint32(gained.Packets)
	r.nowBytes += gained.Bytes
	to.tos = d.TOS
	rare.fragments += d.Fragments
	rare.retransmissions += d.Retransmissions
	rare.outOfOrder += d.OutOfOrder
	rare.lost += d.Lost
	if e := &t.gains.at(r.pending).events[way]; !e.AddIssues(d.Retransmissions, d.OutOfOrder, d.Lost) {
		t.passOn(r)
		t.gain(r)
		e.AddIssues(d.Retransmissions, d.OutOfOrder, d.Lost)
	}
	t.sums.Issues.Add(counters.TCPIssues{Retransmissions: uint64(d.Retransmissions), OutOfOrder: uint64(d.OutOfOrder), Lost: uint64(d.Lost)})
	t.sumTraffic(r, d.TOS, way, gained)
}

// sumTraffic counts traffic of one direction into what the flows have together.
func (t *Table) sumTraffic(r *Record, tos uint8, way int, traffic counters.Traffic) {
	from, to := bit(r.is(clientLocal)), bit(r.is(serverLocal))
	if way == toClient {
		from, to = to, from
	}
	t.sums.Local[from][to].Add(traffic)
	side(t.sums.DSCP.At(uint16(tos>>2)), way).Add(traffic)
	side(t.sums.L7.At(r.app), way).Add(traffic)
	side(t.sums.Categories.At(uint16(r.category)), way).Add(traffic)
}
