// Package lua runs ntopng's Lua 5.4 scripts on Shopify/go-lua, a Lua 5.2 VM,
// and hides the difference: source translation, standard library, numbers with
// an integer subtype, errors, coroutines, chunk cache, bounds. Nothing else in
// the project knows which VM is underneath, so no go-lua type appears in an
// exported signature.
//
// A Runtime holds what machines share (compiled chunks, bindings); a VM serves
// one request. What must know the VM's private structures is in
// internal/layout, the rewriting of source text in translate.
//
// The package knows nothing of packets, HTTP or Redis.
package lua
