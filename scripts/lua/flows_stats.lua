-- The table of flows; the filter is in the address.
require("page").show { title = "Flows", module = "flows" }
