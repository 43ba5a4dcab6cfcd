// Package flow holds the table of flows and what is counted for each: bytes
// and packets per direction, TCP state, latencies and the classifier's result.
//
// A Table belongs to one shard and is used under that shard's lock. Per packet
// only the flow is touched; hosts and every other aggregate are fed from
// RollUp. Interfaces, alerts and scripts may not enter here.
package flow
