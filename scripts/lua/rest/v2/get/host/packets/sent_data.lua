-- Packets that a host sent, by size, for a chart.
local rest = require "rest"

local h = rest.host()
if h then rest.ok(require("packet_sizes").pie(h["pktStats.sent"].size)) end
