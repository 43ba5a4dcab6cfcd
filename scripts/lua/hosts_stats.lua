-- The table of hosts; the filter is in the address.
require("page").show { title = "Hosts", module = "hosts" }
