-- The dashboard.
require("page").show { title = "Dashboard", module = "dashboard" }
