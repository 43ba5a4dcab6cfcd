-- A host's bytes per breed of applications, for a chart.
local chart = require "chart"
local rest = require "rest"

local h = rest.host()
if not h then return end
local sums, rows = {}, {}
for _, p in pairs(h.ndpi or {}) do
   sums[p.breed] = (sums[p.breed] or 0) + p["bytes.sent"] + p["bytes.rcvd"]
end
for breed, n in pairs(sums) do rows[#rows + 1] = { breed, n } end
rest.ok(chart.pie(chart.sorted(rows)))
