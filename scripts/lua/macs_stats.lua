-- The table of MAC addresses.
require("page").show { title = "MAC addresses", module = "macs" }
