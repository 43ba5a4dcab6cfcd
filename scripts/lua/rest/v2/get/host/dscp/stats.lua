-- A host's packets per differentiated services class.
local rest = require "rest"

local h = rest.host()
if h then rest.ok(require("dscp").rows(h.dscp, rest.text("direction") or "sent")) end
