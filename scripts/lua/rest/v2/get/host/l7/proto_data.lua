-- A host's bytes per application, for a chart.
local chart = require "chart"
local rest = require "rest"

local h = rest.host()
if not h then return end
local rows = {}
for name, p in pairs(h.ndpi or {}) do rows[#rows + 1] = { name, p["bytes.sent"] + p["bytes.rcvd"] } end
rest.ok(chart.pie(chart.sorted(rows)))
