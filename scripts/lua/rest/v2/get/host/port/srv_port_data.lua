-- Bytes of a host's flows per server port, for a chart.
local rest = require "rest"

local h = rest.host()
if h then rest.ok(require("host_ports").pie(h, "srv")) end
