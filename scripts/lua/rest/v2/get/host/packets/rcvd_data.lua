-- Packets that a host received, by size, for a chart.
local rest = require "rest"

local h = rest.host()
if not h then return end
local rsp = require("packet_sizes").pie(h["pktStats.recv"].size)
rsp.show = true
rest.ok(rsp)
