package bindings

// Reasons why bindings that answer with real figures are still partial: some of
// their fields come from parts that do not exist yet, and are zero or empty.
const (
	noScores = "scores and alert counts are zero until there are native checks"
)

// incomplete are the bindings that register marks partial, with the reason.
var incomplete = map[string]string{
	"interface.getStats":                       noScores,
	"interface.getHostInfo":                    noScores,
	"interface.getHostsInfo":                   noScores,
	"interface.getLocalHostsInfo":              noScores,
	"interface.getRemoteHostsInfo":             noScores,
	"interface.getPublicHostsInfo":             noScores,
	"interface.getLocalHostsInfoNoTX":          noScores,
	"interface.getRemoteHostsInfoNoTX":         noScores,
	"interface.getLocalHostsInfoNoTXTCP":       noScores,
	"interface.getRemoteHostsInfoNoTXTCP":      noScores,
	"interface.getBroadcastMulticastHostsInfo": noScores,
	"interface.getBatchedHostsInfo":            noScores,
	"interface.getBatchedLocalHostsInfo":       noScores,
	"interface.getBatchedRemoteHostsInfo":      noScores,
	"interface.getRxOnlyHostsList":             noScores,
	"interface.getMacHosts":                    noScores,
	"interface.getFlowsInfo":                   noScores,
	"interface.getBatchedFlowsInfo":            noScores,
	"interface.findFlowByKeyAndHashId":         noScores,
	"interface.findFlowByTuple":                noScores,
	"interface.getActiveFlowsStats":            noScores,
	"interface.getNetworksStats":               noScores,
	"interface.getNetworkStats":                noScores,
	"network.getNetworkStats":                  noScores,
	"interface.getVLANsList":                   noScores,
	"interface.getVLANsInfo":                   noScores,
	"interface.getASInfo":                      noScores,
	"interface.getASesInfo":                    noScores,
	"interface.getCountryInfo":                 noScores,
	"interface.getCountriesInfo":               noScores,
	"interface.getBroadcastDomainHostsInfo":    noScores,
	"interface.getBatchedLocalHostsTs":         noScores,
	"interface.getVLANInfo":                    noScores,
}
