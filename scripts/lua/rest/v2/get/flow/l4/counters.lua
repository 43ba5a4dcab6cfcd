-- Active flows per transport protocol number.
local rest = require "rest"

if not rest.interface() then return end
local rows = rest.array()
for id, p in pairs(interface.getActiveFlowsStats().l4_protocols) do
   rows[#rows + 1] = { id = id, count = p.count }
end
table.sort(rows, function(a, b) return a.id < b.id end)
rest.ok(rows)
