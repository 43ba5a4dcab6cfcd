-- Everything known of one flow, named by flow_key and flow_hash_id.
require("page").show { title = "Flow", module = "flow", menu = "flows" }
