package dpi

import "strconv"

// operatorNetworks are networks that operators publish as their own, beside
// those of the generated table:
//
//   - Telegram: core.telegram.org/resources/cidr.txt
//   - Google: the SPF records _netblocks.google.com and its siblings, and
//     gstatic.com/ipranges/goog.json
//   - Meta: the route objects of AS32934 in RADB, as its documentation for
//     crawlers says
var operatorNetworks = map[uint16][]string{
	idTelegram: {
		"91.105.192.0/23", "91.108.4.0/22", "91.108.8.0/22", "91.108.12.0/22", "91.108.16.0/22", "91.108.20.0/22", "91.108.56.0/22",
		"149.154.160.0/20", "185.76.151.0/24", "2001:67c:4e8::/48", "2001:b28:f23c::/48", "2001:b28:f23d::/48", "2001:b28:f23f::/48", "2a0a:f280::/32",
	},
	idGoogle: {
		"64.233.160.0/19", "66.102.0.0/20", "66.249.64.0/19", "72.14.192.0/18", "74.125.0.0/16", "108.177.0.0/17", "142.250.0.0/15",
		"172.217.0.0/16", "172.253.0.0/16", "173.194.0.0/16", "192.178.0.0/15", "209.85.128.0/17", "216.58.192.0/19", "216.239.32.0/19",
		"2001:4860::/32", "2404:6800::/32", "2607:f8b0::/32", "2800:3f0::/32", "2a00:1450::/32", "2c0f:fb50::/32",
	},
	idFacebook: {
		"31.13.24.0/21", "31.13.64.0/18", "66.220.144.0/20", "69.63.176.0/20", "69.171.224.0/19", "74.119.76.0/22", "129.134.0.0/16",
		"157.240.0.0/16", "173.252.64.0/18", "179.60.192.0/22", "185.60.216.0/22", "204.15.20.0/22", "2a03:2880::/32", "2620:0:1c00::/40",
	},
}

// operatorTable is operatorNetworks in the form of the generated table.
func operatorTable() string {
	out := ""
	for id, list := range operatorNetworks {
		for _, n := range list {
			out += n + " " + strconv.Itoa(int(id)) + "\n"
		}
	}
	return out
}
