-- A host's bytes per direction, for a chart.
local rest = require "rest"

local h = rest.host()
if h then
   rest.ok(require("chart").pie { { "Bytes Sent", h["bytes.sent"] }, { "Bytes Received", h["bytes.rcvd"] } })
end
