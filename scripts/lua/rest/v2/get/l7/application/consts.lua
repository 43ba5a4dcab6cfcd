-- The applications with their ids and categories.
local rest = require "rest"

local rows = rest.array()
for name, id in pairs(interface.getnDPIProtocols()) do
   rows[#rows + 1] = { name = name, appl_id = tonumber(id), cat_id = ntop.getnDPIProtoCategory(tonumber(id)).id }
end
table.sort(rows, function(a, b) return a.appl_id < b.appl_id end)
rest.ok(rows)
