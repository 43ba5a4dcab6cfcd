-- The table of VLANs.
require("page").show { title = "VLANs", module = "vlans" }
