-- Packets per differentiated services class.
local rest = require "rest"

local s = rest.interface()
if s then rest.ok(require("dscp").rows(s.dscp, rest.text("direction"))) end
