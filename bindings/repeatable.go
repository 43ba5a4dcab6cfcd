package bindings

// repeatable are the bindings that modules of the trees call while they load and
// that only read: two calls with the same arguments return the same unless what
// they report has changed in between.
var repeatable = map[string]bool{
	"interface.getnDPICategories": true, "interface.getnDPIProtocols": true,
	"ntop.exists": true, "ntop.getCache": true, "ntop.getCurrentScriptsDir": true, "ntop.getDirs": true,
	"ntop.getFlowRiskAlerts": true, "ntop.getHttpPrefix": true, "ntop.getPref": true,
	"ntop.getPrefs":            true,
	"ntop.isClickHouseEnabled": true, "ntop.isEnterpriseL": true, "ntop.isEnterpriseM": true,
	"ntop.isEnterpriseXL": true, "ntop.isOffline": true, "ntop.isPackage": true, "ntop.isPro": true,
	"ntop.isWindows": true, "ntop.isnEdge": true, "ntop.readdir": true,
}

// Repeatable reports whether the binding namespace.name only reads, so that it
// may be called again to learn whether its answer is still the same.
func Repeatable(name string) bool { return repeatable[name] }
