-- Everything known of one host, named by host (address or address@vlan).
require("page").show { title = "Host", module = "host", menu = "hosts" }
