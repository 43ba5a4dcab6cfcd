package bindings

import (
	"os"
	"path/filepath"
	"testing"
)

// A schema of our own with the columns of the tree's.
const systemsSchema = `CREATE TABLE hourly_asn (INTERFACE_ID, IP_PROTOCOL_VERSION, FIRST_SEEN, LAST_SEEN, SRC2DST_BYTES, DST2SRC_BYTES,
	TOTAL_BYTES, SRC2DST_PACKETS, DST2SRC_PACKETS, SRC_ASN, DST_ASN, SRC_PEER_ASN, DST_PEER_ASN, PROBE_IP, INPUT_SNMP, OUTPUT_SNMP,
	SRC_SITE_ID, DST_SITE_ID);`

func TestFlowsInMemory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("no schema", `p(interface.aggregateASNFlows(), interface.execInMemoryQuery("SELECT 1"))`, "false;")
	w.env.Geo = testGeo(t)
	w.env.Layout.HTTPDocsDir = filepath.Join(t.TempDir(), "httpdocs")
	if err := os.MkdirAll(filepath.Join(w.env.Layout.HTTPDocsDir, "misc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.env.Layout.HTTPDocsDir, "misc", memorySchema), []byte(systemsSchema), 0o600); err != nil {
		t.Fatal(err)
	}
	w.check("summed by system", `p(interface.aggregateASNFlows())
		local f = interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6)
		local rows = interface.execInMemoryQuery("SELECT SRC_ASN, DST_ASN, SRC2DST_BYTES, DST2SRC_BYTES, SRC2DST_PACKETS, PROBE_IP, IP_PROTOCOL_VERSION FROM hourly_asn ORDER BY DST_ASN DESC")
		p(#rows, rows[1].SRC_ASN, rows[1].DST_ASN, rows[1].SRC2DST_BYTES == tostring(f.bytes_sent), rows[1].DST2SRC_BYTES == tostring(f.bytes_rcvd), rows[1].PROBE_IP, rows[1].IP_PROTOCOL_VERSION)
		p(rows[2].SRC_ASN, rows[2].DST_ASN)`, "true;2 0 64500 true true 0.0.0.0 4;0 0;")
	w.check("a run of its own", `p(interface.execInMemoryQuery("SELECT 1 AS x"))`, ";")
	w.check("wrong", `interface.aggregateASNFlows("x") local rows, err = interface.execInMemoryQuery("SELECT nonsense") p(rows, err ~= nil) p(interface.execInMemoryQuery({}))`, "nil true;;")
	w.check("another's flows", `interface.aggregateASNFlows() p(#interface.execInMemoryQuery("SELECT * FROM hourly_asn"))`, "1;", narrowUser)
}
