-- A host's bytes per transport protocol, for a chart.
local chart = require "chart"
local rest = require "rest"

local h = rest.host()
if not h then return end
local rows = {}
for _, r in ipairs(require("host_l4").rows(h)) do rows[#rows + 1] = { r[1], r[2] + r[3] } end
rest.ok(chart.pie(rows))
