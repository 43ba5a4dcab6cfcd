-- Active flows per application.
local rest = require "rest"

if not rest.interface() then return end
local rows = rest.array()
for name, p in pairs(interface.getActiveFlowsStats().ndpi) do
   rows[#rows + 1] = { name = name, count = p.num_flows }
end
table.sort(rows, function(a, b) return a.name < b.name end)
rest.ok(rows)
