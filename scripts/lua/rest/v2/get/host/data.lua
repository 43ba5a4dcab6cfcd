-- Everything known of one host. The members are those of the host table of the
-- bindings.
local rest = require "rest"

local h = rest.host()
if not h then return end
if h.name == h.ip then h.name = "" end
rest.ok(h)
