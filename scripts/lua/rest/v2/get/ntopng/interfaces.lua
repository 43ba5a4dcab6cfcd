-- The interfaces that the user may see.
local rest = require "rest"

local rows = rest.array()
for id, name in pairs(interface.getIfNames()) do
   rows[#rows + 1] = { ifid = tonumber(id), ifname = name, name = name }
end
table.sort(rows, function(a, b) return a.ifid < b.ifid end)
rest.ok(rows)
