package bindings

import (
	"ntopgo/engine/alerts"
	"ntopgo/engine/iface"
)

// listing is what a call reads once, because it is asked for with each row of a
// listing.
type listing struct {
	verdicts *iface.Verdicts // see setVerdict

	domains     []iface.Domain // see inBroadcastDomain
	domainsRead bool

	byMACOn, byMACRead bool // see byMAC

	tags     map[string]uint64 // see hostTags
	tagsRead bool

	ofHosts        []alerts.Alert // see engagedOnce
	obsScores      map[uint16]*score
	hostAlertsRead bool

	risksChecked uint64 // see checkedRisks
}
