-- A host's bytes per category of applications, for a chart.
local chart = require "chart"
local rest = require "rest"

local h = rest.host()
if not h then return end
local rows = {}
for name, c in pairs(h.ndpi_categories or {}) do rows[#rows + 1] = { name, c.bytes } end
rest.ok(chart.pie(chart.sorted(rows)))
