-- The whole table of counters and properties of an interface.
local rest = require "rest"

local s = rest.interface()
if not s then return end
s.capture = interface.isPcapDumpInterface()
s.tcp_states = interface.getFlowsStatus()
rest.ok(s)
