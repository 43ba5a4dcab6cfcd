package bindings

import (
	"context"
	"net/netip"
	"path/filepath"
	"runtime"

	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/iface"
	"ntopgo/engine/store/sqlite"
)

// Flows summed into a database in memory, which a script then asks. It lives as
// long as the run of the script.
func init() {
	register("interface", map[string]func(c *Call){
		"aggregateASNFlows": aggregateSystems,
		"execInMemoryQuery": queryMemory,
	})
}

// memorySchema is the tree's file that makes the tables.
const memorySchema = "db_schema_as_sqlite.sql"

// memory is the database of this run, made when it is first needed and closed
// when the run is forgotten.
func (c *Call) memory() (*sqlite.DB, error) {
	if c.memoryDB != nil {
		return c.memoryDB, nil
	}
	text, _, err := c.Env.Layout.ReadFile(filepath.Join(c.Env.Layout.HTTPDocsDir, "misc", memorySchema))
	if err != nil {
		return nil, err
	}
	db, err := sqlite.OpenMemory(sqlite.Schema{Name: memorySchema, SQL: string(text)})
	if err != nil {
		return nil, err
	}
	c.memoryDB = db
	runtime.AddCleanup(c.Context, func(db *sqlite.DB) { _ = db.Close() }, db)
	return db, nil
}

// systemPair is what flows are summed by: the systems of both ends, in the
// direction of the first flow between them.
type systemPair struct {
	version  uint8
	src, dst uint32
}

type systemFlows struct {
	first, last      int64
	up, down         uint64 // bytes
	upPkts, downPkts uint64
}

// aggregateSystems sums the flows that the user may see by the systems of their
// ends into the table hourly_asn; true when that could be done.
func aggregateSystems(c *Call) {
	if c.Iface == nil {
		c.Push(false)
		return
	}
	db, err := c.memory()
	if c.Failed(err) {
		c.Push(false)
		return
	}
	c.limited() // read now, and not under the lock of a shard
	flows, _ := c.Iface.Flows(iface.FlowQuery{Match: c.seesFlow})
	sums, order := map[systemPair]*systemFlows{}, []systemPair(nil)
	for i := range flows {
		order = c.addSystems(sums, order, &flows[i])
	}
	for _, k := range order {
		s := sums[k]
		err := db.Exec(context.Background(), "INSERT INTO hourly_asn VALUES (?,?,?,?,?,?,?,?,?,?,?,0,0,?,0,0,0,0)", c.IfaceID, k.version,
			seconds(s.first), seconds(s.last), s.up, s.down, s.up+s.down, s.upPkts, s.downPkts, k.src, k.dst, netip.IPv4Unspecified().String())
		if c.Failed(err) {
			c.Push(false)
			return
		}
	}
	c.Push(true)
}

func (c *Call) addSystems(sums map[systemPair]*systemFlows, order []systemPair, f *flow.Flow) []systemPair {
	k := systemPair{f.IPVersion, c.Env.Geo.AS(f.Client).Number, c.Env.Geo.AS(f.Server).Number}
	up, down := f.ToServer.Traffic, f.ToClient.Traffic
	if back := (systemPair{k.version, k.dst, k.src}); sums[k] == nil && sums[back] != nil {
		k, up, down = back, down, up
	}
	s := sums[k]
	if s == nil {
		s = &systemFlows{first: f.FirstSeen}
		sums[k] = s
		order = append(order, k)
	}
	s.first, s.last = min(s.first, f.FirstSeen), max(s.last, f.LastSeen)
	s.up, s.down = s.up+up.Bytes, s.down+down.Bytes
	s.upPkts, s.downPkts = s.upPkts+up.Packets, s.downPkts+down.Packets
	return order
}

// queryMemory runs SQL on what aggregateASNFlows has summed: rows, every value as
// text, or nil and what is wrong. Without that it answers nothing.
func queryMemory(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		return
	}
	if c.memoryDB == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	rows, err := c.memoryDB.Query(ctx, c.String(1))
	if err != nil {
		c.Push(nil)
		c.Push(err.Error())
		return
	}
	c.Push(rowTable(rows))
}
