// Package keyvalue is ntopng's key-value store as the rest of the program sees
// it: a Redis server, or, where there is none, an embedded store kept in the
// data directory. Both are spoken to through the same redigo client code, so a
// key written by one means the same to the other.
//
// The package knows commands, connections, time to live and durability. The
// meaning of keys belongs to its callers (compat/prefs, compat/users, bindings).
package keyvalue
