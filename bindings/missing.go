package bindings

import "slices"

// timeseriesOfPaidEditions are modules that trees of 2026 load for kinds of time
// series that only paid editions have, without a test for the edition.
var timeseriesOfPaidEditions = []string{
	"ts_flow_device", "ts_flow_device_port", "ts_infrastructure_monitoring", "ts_nedge", "ts_observation_point",
	"ts_sflow_device", "ts_sflow_device_port", "ts_snmp_device", "ts_snmp_interface", "ts_vulnerability_scan",
}

// MissingModule gives the source of modules that the trees of a year load and do
// not have: of these kinds of time series there are none.
func MissingModule(year int) func(name string) string {
	return func(name string) string {
		if year >= 2026 && slices.Contains(timeseriesOfPaidEditions, name) {
			return "return {getTimeseries = function() return {} end}"
		}
		return ""
	}
}
