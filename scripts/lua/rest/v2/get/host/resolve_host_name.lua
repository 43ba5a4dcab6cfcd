-- The name of an address, or the address when it has none.
local rest = require "rest"

local name = rest.text("host")
if name then rest.ok(ntop.getResolvedName(name) or name) else rest.fail("INVALID_ARGUMENTS") end
