package bindings

import "ntopgo/engine/iface"

// listing is what a call reads once, because it is asked for with each row of a
// listing.
type listing struct {
	domains     []iface.Domain // see inBroadcastDomain
	domainsRead bool

	byMACOn, byMACRead bool // see byMAC

	tags     map[string]string // see hostTags
	tagsRead bool
}
