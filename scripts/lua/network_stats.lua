-- The table of local networks.
require("page").show { title = "Networks", module = "networks" }
