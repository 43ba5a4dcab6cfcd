// Package users keeps ntopng's accounts, web sessions and API tokens in the
// key-value store, under the keys and in the forms of the original, and decides
// whether a name and a password belong together. It knows nothing of HTTP.
package users
