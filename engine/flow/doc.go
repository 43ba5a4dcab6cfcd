// Package flow holds the table of flows and what is counted for each: bytes
// and packets per direction, TCP state, latencies and the classifier's result.
//
// A Table belongs to one shard and is used under that shard's lock. The package
// knows packets and classification and nothing of hosts, interfaces or scripts.
package flow
